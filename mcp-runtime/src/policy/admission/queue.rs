//! Who runs and who waits, as plain data: each step takes the time and is one decision.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use super::adaptive::{Limit, Sample};

/// A waiter's place in the order of arrival.
pub(super) type Ticket = u64;

/// What a newcomer finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Runs,
    Waits(Ticket),
    Full,
}

/// What a waiter finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Runs,
    Waits,
    Shed,
}

/// A call's time with a permit, from its turn to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stay {
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) took: Duration,
}

impl Stay {
    pub(super) fn new(began: Instant, ended: Instant) -> Self {
        Self { began, ended, took: ended.saturating_duration_since(began) }
    }

    /// One that began at another time and ended at the same. A call that waits for none of its
    /// permits takes them all at once, and what they took is reckoned once.
    pub(super) fn since(self, began: Instant) -> Self {
        if began == self.began { self } else { Self::new(began, self.ended) }
    }
}

#[derive(Clone, Debug)]
struct Waiter {
    since: Instant,
    target: Duration,
    waker: Option<Waker>,
}

impl Waiter {
    fn is_late(&self, now: Instant) -> bool {
        now > self.since + self.target
    }
}

/// The turns of one limiter.
///
/// As long as anyone waits, the limit is in use. A ticket neither waiting nor granted is shed.
/// What a step wakes is handed out, to be woken once the lock is released.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    limit: Limit,
    depth: usize,
    running: u32,
    waiting: BTreeMap<Ticket, Waiter>,
    /// Running already, and not told yet. At most as many as run.
    granted: BTreeSet<Ticket>,
    next: Ticket,
    /// Since when the oldest waiter has been late, without a break.
    late_since: Option<Instant>,
    overloaded: bool,
    /// How long calls take, in nanoseconds: a moving mean.
    usual: Option<u64>,
}

impl Turns {
    /// For so many targets a queue may stand before it counts as overload.
    const PATIENCE: u32 = 10;
    /// The weight of the past in [`usual`](Self::usual) is this less one, of the last call one.
    const MEMORY: u64 = 8;

    pub(super) fn new(limit: Limit, depth: usize) -> Self {
        Self {
            limit,
            depth,
            running: 0,
            waiting: BTreeMap::new(),
            granted: BTreeSet::new(),
            next: 0,
            late_since: None,
            overloaded: false,
            usual: None,
        }
    }

    /// A call comes, and runs if there is room.
    pub(super) fn admit(&mut self) -> bool {
        let room = self.running < self.limit.get();
        self.running += u32::from(room);
        room
    }

    /// A call comes, to run or to wait.
    pub(super) fn enter(&mut self, target: Duration, now: Instant) -> (Entry, Vec<Waker>) {
        let mut woken = Vec::new();
        if self.admit() {
            return (Entry::Runs, woken);
        }
        self.observe(now);
        if self.overloaded {
            self.shed_late(now, &mut woken);
            if self.waiting.len() >= self.depth {
                self.shed_oldest(&mut woken);
            }
        }
        if self.waiting.len() >= self.depth {
            return (Entry::Full, woken);
        }
        let ticket = self.next;
        self.next += 1;
        self.waiting.insert(ticket, Waiter { since: now, target, waker: None });
        (Entry::Waits(ticket), woken)
    }

    /// A waiter asks whether it is its turn. It leaves its waker until it is told.
    pub(super) fn look(&mut self, ticket: Ticket, waker: &Waker) -> Turn {
        if self.granted.remove(&ticket) {
            return Turn::Runs;
        }
        match self.waiting.get_mut(&ticket) {
            Some(waiter) => {
                match &mut waiter.waker {
                    Some(known) => known.clone_from(waker),
                    none => *none = Some(waker.clone()),
                }
                Turn::Waits
            }
            None => Turn::Shed,
        }
    }

    /// A waiter goes without having been told of its turn. A turn that it had already passes on.
    pub(super) fn leave(&mut self, ticket: Ticket, now: Instant) -> Vec<Waker> {
        self.waiting.remove(&ticket);
        if !self.granted.remove(&ticket) {
            return Vec::new();
        }
        self.running -= 1;
        self.grant(now)
    }

    /// A call that ran ends.
    pub(super) fn release(&mut self, sample: Sample, stay: Stay) -> Vec<Waker> {
        let Stay { began, ended: now, took } = stay;
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let past = self.usual.unwrap_or(took).saturating_mul(Self::MEMORY - 1);
        self.usual = Some(past.saturating_add(took) / Self::MEMORY);
        self.limit.learn(sample, self.running, began, now);
        self.running -= 1;
        if self.waiting.is_empty() {
            self.rest();
            return Vec::new();
        }
        self.grant(now)
    }

    /// How long it would take until a newcomer's turn, if calls take as long as they did.
    pub(super) fn outlook(&self) -> Option<Duration> {
        let ahead = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let turns = ahead.saturating_add(1);
        let usual = self.usual.map(Duration::from_nanos);
        usual.map(|usual| usual.saturating_mul(turns) / self.limit.get())
    }

    fn grant(&mut self, now: Instant) -> Vec<Waker> {
        let mut woken = Vec::new();
        self.observe(now);
        while self.running < self.limit.get() {
            let next =
                if self.overloaded { self.waiting.pop_last() } else { self.waiting.pop_first() };
            let Some((ticket, waiter)) = next else {
                self.rest();
                return woken;
            };
            self.running += 1;
            self.granted.insert(ticket);
            woken.extend(waiter.waker);
        }
        if self.overloaded {
            self.shed_late(now, &mut woken);
        }
        woken
    }

    /// Nobody waits. Where there is room as well, it is no overload any more.
    fn rest(&mut self) {
        self.late_since = None;
        self.overloaded &= self.running >= self.limit.get();
    }

    /// Looks at the oldest waiter: is the queue a burst, or does it stay?
    fn observe(&mut self, now: Instant) {
        match self.waiting.first_key_value() {
            Some((_, oldest)) if oldest.is_late(now) => {
                let since = *self.late_since.get_or_insert(oldest.since + oldest.target);
                if now.saturating_duration_since(since) >= oldest.target * Self::PATIENCE {
                    self.overloaded = true;
                }
            }
            _ => self.late_since = None,
        }
    }

    /// Targets of one limiter differ little, so the older of two waiters is late first.
    fn shed_late(&mut self, now: Instant, woken: &mut Vec<Waker>) {
        while self.waiting.first_key_value().is_some_and(|(_, oldest)| oldest.is_late(now)) {
            self.shed_oldest(woken);
        }
    }

    fn shed_oldest(&mut self, woken: &mut Vec<Waker>) {
        if let Some((_, oldest)) = self.waiting.pop_first() {
            woken.extend(oldest.waker);
        }
    }

    #[cfg(test)]
    pub(super) fn counts(&self) -> Counts {
        Counts {
            limit: self.limit.get(),
            running: self.running,
            waiting: self.waiting.len(),
            granted: self.granted.len(),
            overloaded: self.overloaded,
        }
    }
}

/// What tests look at.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) limit: u32,
    pub(super) running: u32,
    pub(super) waiting: usize,
    pub(super) granted: usize,
    pub(super) overloaded: bool,
}
