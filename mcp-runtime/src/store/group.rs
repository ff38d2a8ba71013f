//! Group commit: a thread of its own that takes whatever has come in meanwhile and makes it durable
//! in one go.
//!
//! One fsync costs as much for a hundred writes as for one. While the thread waits for the disk,
//! what comes in gathers; the next group is all of it. Nobody waits for company: a write that comes
//! alone goes alone. What has to be done but not waited for is done between two groups.
//!
//! The thread ends when the last handle is dropped and everything that was submitted is done. The
//! handle waits for that, so that whoever opens the same place next finds it free.

use std::convert::Infallible;
use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, ThreadId};
use std::time::Duration;

use tokio::sync::oneshot;

use super::{Step, StoreError};

/// How much is taken at a time: what waits behind a group waits for all of it.
const GROUP: usize = 512;
/// An empty group is carried out where none came for so long.
const IDLE: Duration = Duration::from_mins(1);
/// How long the last handle waits for its last writes: a disk that hangs must not keep a server
/// from ending.
const LAST_WRITES: Duration = Duration::from_secs(5);

/// What a group's thread does, on that thread.
pub(crate) trait Engine: Send + 'static {
    type Job: Send + 'static;
    type Answer: Send + 'static;

    /// Carries out jobs in their order and makes them durable. One answer for each, or one error
    /// for all; then none of them took place. There are no jobs where none came for a minute.
    fn run(&mut self, jobs: Vec<Self::Job>) -> Result<Vec<Self::Answer>, StoreError>;

    /// Does what nobody waits for: at first, and whenever the answers of a group are on their way.
    /// Whether there is more of it: then the next group isn't waited for.
    fn between(&mut self) -> bool {
        false
    }
}

/// A handle of the thread. Cheap to clone.
pub(crate) struct Group<E: Engine>(Arc<Handle<E>>);

impl<E: Engine> Clone for Group<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Handle<E: Engine> {
    shared: Arc<Shared<E>>,
    limit: usize,
    thread: ThreadId,
    /// Hears nothing but that the thread let go of the engine.
    ended: Mutex<Receiver<Infallible>>,
}

struct Shared<E: Engine> {
    queue: Mutex<Queue<E>>,
    awake: Condvar,
}

struct Queue<E: Engine> {
    waiting: Vec<Waiting<E>>,
    /// No further handle: what is there is done, and that was it.
    closed: bool,
    /// The thread is gone: nothing is done any more.
    over: bool,
}

struct Waiting<E: Engine> {
    job: E::Job,
    done: oneshot::Sender<Result<E::Answer, StoreError>>,
}

impl<E: Engine> Group<E> {
    /// Starts the thread. At most `limit` jobs wait; further ones are refused.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub(crate) fn start(name: &str, limit: usize, engine: E) -> io::Result<Self> {
        let queue = Mutex::new(Queue { waiting: Vec::new(), closed: false, over: false });
        let shared = Arc::new(Shared { queue, awake: Condvar::new() });
        let theirs = Arc::clone(&shared);
        let (alive, ended) = mpsc::channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _alive = alive;
            work(&theirs, engine);
        })?;
        let (thread, ended) = (thread.thread().id(), Mutex::new(ended));
        Ok(Self(Arc::new(Handle { shared, limit, thread, ended })))
    }

    /// Hands over a job. It is carried out also if nobody waits for its answer any more.
    pub(crate) fn submit(&self, job: E::Job) -> Step<E::Answer> {
        let (done, answer) = oneshot::channel();
        {
            let mut queue = self.0.shared.lock();
            if queue.over {
                return Step::Done(Some(Err(gone())));
            }
            if queue.waiting.len() >= self.0.limit {
                return Step::Done(Some(Err(StoreError("too much waits for the disk".to_owned()))));
            }
            queue.waiting.push(Waiting { job, done });
        }
        self.0.shared.awake.notify_one();
        Step::Waits(Box::pin(Answered(answer)))
    }
}

impl<E: Engine> Shared<E> {
    fn lock(&self) -> MutexGuard<'_, Queue<E>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next group, once there is one; an empty one after so long. None when there will be no
    /// other.
    fn next(&self, idle: Duration) -> Option<Vec<Waiting<E>>> {
        let nothing = |queue: &mut Queue<E>| queue.waiting.is_empty() && !queue.closed;
        let waited = self.awake.wait_timeout_while(self.lock(), idle, nothing);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if queue.waiting.is_empty() && queue.closed {
            return None;
        }
        let rest = queue.waiting.len().min(GROUP);
        let rest = queue.waiting.split_off(rest);
        Some(mem::replace(&mut queue.waiting, rest))
    }
}

fn work<E: Engine>(shared: &Shared<E>, mut engine: E) {
    let _over = Over(shared);
    let idle = |more| if more { Duration::ZERO } else { IDLE };
    let mut more = engine.between();
    while let Some(group) = shared.next(idle(more)) {
        let (jobs, waiting): (Vec<_>, Vec<_>) =
            group.into_iter().map(|one| (one.job, one.done)).unzip();
        // Who went away doesn't hear the answer.
        match engine.run(jobs) {
            Ok(answers) => {
                for (done, answer) in waiting.into_iter().zip(answers) {
                    let _ = done.send(Ok(answer));
                }
            }
            Err(error) => {
                for done in waiting {
                    let _ = done.send(Err(error.clone()));
                }
            }
        }
        more = engine.between();
    }
}

/// Lets nobody wait for a thread that is gone, also if it panicked.
struct Over<'a, E: Engine>(&'a Shared<E>);

impl<E: Engine> Drop for Over<'_, E> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.over = true;
        let left = mem::take(&mut queue.waiting);
        drop(queue);
        drop(left);
    }
}

fn gone() -> StoreError {
    StoreError("the store's thread is gone".to_owned())
}

impl<E: Engine> Drop for Handle<E> {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.awake.notify_one();
        // The thread itself may drop what holds the last handle, and can't wait for its own end.
        if thread::current().id() != self.thread {
            // Says that it is disconnected, or that it took too long.
            let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
            let _ = ended.recv_timeout(LAST_WRITES);
        }
    }
}

/// An answer on its way.
struct Answered<A>(oneshot::Receiver<Result<A, StoreError>>);

impl<A> Future for Answered<A> {
    type Output = Result<A, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // The thread is gone only if it panicked.
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or_else(|_| Err(gone())))
    }
}

#[cfg(test)]
mod tests;
