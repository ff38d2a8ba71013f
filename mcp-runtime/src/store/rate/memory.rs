//! Rates in this process's memory: what one replica admits, and what a restart forgets.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::digest::{Digest, Digests, Placed};
use super::{Rate, RateStore, Step, Verdict, Whose};
use crate::policies::Per;
use crate::store::table::Table;

/// How many buckets of callers are remembered: about 16 MB, whatever the callers are called.
const MOST: usize = 200_000;

/// Buckets of callers in a bounded table, those of tools and of the server beside it.
///
/// A bucket whose arrival time has passed equals one that never was, and is dropped without loss.
/// When all are live, the one that is nearest to full goes: its caller regains the few calls it
/// made, while a caller that used up its burst is remembered however many others come.
pub(crate) struct MemoryRates {
    start: Instant,
    digests: Digests,
    buckets: Mutex<Buckets>,
}

struct Buckets {
    callers: Table<Digest, Level, Placed>,
    /// Only declarations make these, so that no caller can add or crowd out one.
    shared: HashMap<Digest, u64, Placed>,
    /// Those of the decision that is being made, in the order of its rates.
    named: Vec<Digest>,
}

#[derive(Clone, Copy)]
struct Level {
    tat: u64,
    capacity: u64,
}

impl Level {
    /// The share of the burst that is used, in units of 2⁻³²; `None` for a full bucket.
    fn used(self, now: u64) -> Option<u128> {
        let ahead = self.tat.checked_sub(now).filter(|ahead| *ahead > 0)?;
        Some((u128::from(ahead) << 32) / u128::from(self.capacity.max(1)))
    }
}

impl MemoryRates {
    pub(crate) fn new() -> Self {
        Self::bounded(MOST)
    }

    pub(super) fn bounded(most: usize) -> Self {
        let buckets =
            Buckets { callers: Table::new(most), shared: HashMap::default(), named: Vec::new() };
        Self { start: Instant::now(), digests: Digests::new(), buckets: Mutex::new(buckets) }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let buckets = self.buckets.lock().unwrap();
        buckets.callers.len() + buckets.shared.len()
    }

    fn decide(&self, whose: Whose<'_>, rates: &[Rate]) -> Verdict {
        let mut guard = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let buckets = &mut *guard;
        // Read under the lock, so that the clock and the buckets move in the same order.
        let now = Instant::now().saturating_duration_since(self.start).as_nanos();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        buckets.named.clear();
        let mut longest: Option<(u64, usize)> = None;
        for (which, rate) in rates.iter().enumerate() {
            let digest = self.digests.of(whose, rate);
            buckets.named.push(digest);
            if let Err(wait) = rate.take(buckets.tat(rate, &digest), now) {
                longest = longest.max(Some((wait, which)));
            }
        }
        if let Some((wait, which)) = longest {
            return Verdict::Refused { which, retry_after: Duration::from_nanos(wait) };
        }
        for (which, rate) in rates.iter().enumerate() {
            let digest = buckets.named[which];
            buckets.advance(rate, digest, now);
        }
        Verdict::Allowed
    }
}

impl Buckets {
    /// A bucket that isn't known is full, as one is whose arrival time has passed.
    fn tat(&self, rate: &Rate, digest: &Digest) -> u64 {
        match rate.limit.per {
            Per::Caller => self.callers.get(digest).map_or(0, |level| level.tat),
            Per::Tool | Per::Global => self.shared.get(digest).copied().unwrap_or(0),
        }
    }

    fn advance(&mut self, rate: &Rate, digest: Digest, now: u64) {
        let tat = rate.next(self.tat(rate, &digest), now);
        match rate.limit.per {
            Per::Caller => {
                let level = Level { tat, capacity: rate.capacity() };
                self.callers.insert(digest, level, |level| level.used(now));
            }
            Per::Tool | Per::Global => {
                self.shared.insert(digest, tat);
            }
        }
    }
}

impl RateStore for MemoryRates {
    fn take(&self, whose: Whose<'_>, rates: &[Rate]) -> Step<Verdict> {
        Step::done(self.decide(whose, rates))
    }
}
