//! [`Limiter`]: the turns behind a lock, and what a call holds while it waits and while it runs.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::adaptive::{Limit, Sample};
use super::queue::{Entry, Ticket, Turn, Turns};
use crate::policies::{Concurrency, DependencyDef, Queue};

/// The longest time that a call should have to wait where there is no overload.
const TARGET: Duration = Duration::from_millis(100);
/// The same as a share of a call's timeout: a tenth.
const TARGET_DIVISOR: u32 = 10;
/// What a shed caller is told at least, so that it doesn't spin.
const MIN_RETRY_AFTER: Duration = Duration::from_millis(100);
/// What a shed caller is told at most: load changes faster than such an estimate.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);
/// What a shed caller is told before any call has ended.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);

/// Whose calls a limiter counts. The order is the one in which permits are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    Tool,
    Dependency(&'static str),
}

/// So many calls at a time, and a bounded queue before them.
#[derive(Debug)]
pub(crate) struct Limiter {
    scope: Scope,
    wait: Duration,
    turns: Mutex<Turns>,
}

/// A call that was not refused.
pub(super) enum Entered {
    Runs(Permit),
    Waits(Waiting),
}

/// A call that was refused, and when there may be room for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shed {
    pub(super) retry_after: Duration,
}

impl Limiter {
    /// The limiter of one tool.
    pub(crate) fn of_tool(concurrency: Concurrency, queue: Option<Queue>) -> Arc<Self> {
        Self::new(Scope::Tool, concurrency, queue)
    }

    /// The limiter of a dependency, where it limits its concurrency: its tools share it.
    pub(crate) fn of_dependency(def: &DependencyDef) -> Option<Arc<Self>> {
        let scope = Scope::Dependency(def.name);
        def.concurrency.map(|concurrency| Self::new(scope, concurrency, def.queue))
    }

    fn new(scope: Scope, concurrency: Concurrency, queue: Option<Queue>) -> Arc<Self> {
        let Queue { depth, wait } = queue.unwrap_or(Queue::DEFAULT);
        let depth = usize::try_from(depth).unwrap_or(usize::MAX);
        let turns = Mutex::new(Turns::new(Limit::new(concurrency), depth));
        Arc::new(Self { scope, wait, turns })
    }

    pub(super) fn scope(&self) -> Scope {
        self.scope
    }

    /// A call with so much time comes now.
    pub(super) fn enter(
        self: &Arc<Self>,
        timeout: Duration,
        deadline: Instant,
        now: Instant,
    ) -> Result<Entered, Shed> {
        let limiter = Arc::clone(self);
        let mut turns = self.turns();
        if turns.admit() {
            drop(turns);
            return Ok(Entered::Runs(Permit::new(limiter, deadline, now)));
        }
        let (entry, woken) = turns.enter(target(timeout), now);
        drop(turns);
        wake(woken);
        match entry {
            Entry::Runs => Ok(Entered::Runs(Permit::new(limiter, deadline, now))),
            Entry::Waits(ticket) => {
                let until = now.checked_add(self.wait).map_or(deadline, |end| deadline.min(end));
                Ok(Entered::Waits(Waiting { limiter, ticket, until, deadline, told: false }))
            }
            Entry::Full => Err(self.shed()),
        }
    }

    fn shed(&self) -> Shed {
        let outlook = self.turns().outlook().unwrap_or(DEFAULT_RETRY_AFTER);
        // In whole milliseconds: more would be a precision that the estimate doesn't have.
        let rounded = Duration::from_millis(outlook.as_millis().try_into().unwrap_or(u64::MAX));
        Shed { retry_after: rounded.clamp(MIN_RETRY_AFTER, MAX_RETRY_AFTER) }
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn counts(&self) -> super::queue::Counts {
        self.turns().counts()
    }
}

/// How long a call with so much time should wait at most.
pub(super) fn target(timeout: Duration) -> Duration {
    TARGET.min(timeout / TARGET_DIVISOR)
}

/// Outside of the lock: a waker may run anything.
fn wake(woken: Vec<Waker>) {
    woken.into_iter().for_each(Waker::wake);
}

/// A place in the queue. Dropped, it is given up, and so is a turn that has come unnoticed.
pub(super) struct Waiting {
    limiter: Arc<Limiter>,
    ticket: Ticket,
    until: Instant,
    deadline: Instant,
    told: bool,
}

impl Waiting {
    /// Whose queue it is.
    pub(super) fn scope(&self) -> Scope {
        self.limiter.scope
    }

    /// Waits for the turn.
    pub(super) async fn comes(mut self) -> Result<Permit, Shed> {
        let until = self.until;
        let turn = timeout_at(until, poll_fn(|cx| self.poll_turn(cx))).await;
        turn.unwrap_or_else(|_| Err(self.limiter.shed()))
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Result<Permit, Shed>> {
        let turn = self.limiter.turns().look(self.ticket, cx.waker());
        self.told = turn != Turn::Waits;
        match turn {
            Turn::Waits => Poll::Pending,
            Turn::Runs => {
                let limiter = Arc::clone(&self.limiter);
                Poll::Ready(Ok(Permit::new(limiter, self.deadline, Instant::now())))
            }
            Turn::Shed => Poll::Ready(Err(self.limiter.shed())),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.told {
            let woken = self.limiter.turns().leave(self.ticket, Instant::now());
            wake(woken);
        }
    }
}

/// The right to run. It passes to the next waiter as its call ends, however that ends.
pub(super) struct Permit {
    /// None once the call has ended.
    limiter: Option<Arc<Limiter>>,
    began: Instant,
    deadline: Instant,
}

impl Permit {
    fn new(limiter: Arc<Limiter>, deadline: Instant, began: Instant) -> Self {
        Self { limiter: Some(limiter), began, deadline }
    }

    /// Gives it back as the call ends, with what its end says about load.
    pub(super) fn settle(&mut self, sample: Sample, now: Instant) {
        if let Some(limiter) = self.limiter.take() {
            let woken = limiter.turns().release(sample, self.began, now);
            wake(woken);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.limiter.is_some() {
            let now = Instant::now();
            // Nothing tells a call that is dropped at its deadline apart from one that is
            // cancelled, except the time.
            let dropped = if now < self.deadline { Sample::Neutral } else { Sample::Overload };
            self.settle(dropped, now);
        }
    }
}
