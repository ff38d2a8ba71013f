//! [`Limiter`]: the turns behind a lock, and what a call holds while it waits for one.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::adaptive::{Limit, Sample};
use super::queue::{Entry, Stay, Ticket, Turn, Turns};
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
    /// It has a permit, to be [given back](Limiter::release).
    Runs,
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

    /// A call comes, and has a permit if there is room.
    pub(super) fn admit(&self) -> bool {
        self.turns().admit()
    }

    /// A call with so much time comes now, to run or to wait.
    pub(super) fn enter(
        self: &Arc<Self>,
        timeout: Duration,
        deadline: Instant,
        now: Instant,
    ) -> Result<Entered, Shed> {
        let (entry, woken) = self.turns().enter(target(timeout), now);
        wake(woken);
        match entry {
            Entry::Runs => Ok(Entered::Runs),
            Entry::Waits(ticket) => {
                let until = now.checked_add(self.wait).map_or(deadline, |end| deadline.min(end));
                let limiter = Arc::clone(self);
                Ok(Entered::Waits(Waiting { limiter, ticket, until, told: false }))
            }
            Entry::Full => Err(self.shed()),
        }
    }

    /// Takes a permit back from a call that ends, with what its end says about load. It passes to
    /// the next waiter.
    pub(super) fn release(&self, sample: Sample, stay: Stay) {
        let woken = self.turns().release(sample, stay);
        wake(woken);
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
    told: bool,
}

impl Waiting {
    /// Whose queue it is.
    pub(super) fn scope(&self) -> Scope {
        self.limiter.scope
    }

    /// Waits for the turn. From the time that it says, the caller has a permit.
    pub(super) async fn comes(mut self) -> Result<Instant, Shed> {
        let until = self.until;
        let turn = timeout_at(until, poll_fn(|cx| self.poll_turn(cx))).await;
        turn.unwrap_or_else(|_| Err(self.limiter.shed()))
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Result<Instant, Shed>> {
        let turn = self.limiter.turns().look(self.ticket, cx.waker());
        self.told = turn != Turn::Waits;
        match turn {
            Turn::Waits => Poll::Pending,
            Turn::Runs => Poll::Ready(Ok(Instant::now())),
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
