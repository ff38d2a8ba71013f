//! Rates in this process's memory: what one replica admits, and what a restart forgets.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

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
    digests: [RandomState; 2],
    buckets: Mutex<Buckets>,
}

struct Buckets {
    callers: Table<Digest, Level>,
    /// Only declarations make these, so that no caller can add or crowd out one.
    shared: HashMap<Digest, u64>,
}

/// A bucket's name. Under two random keys no caller can find a name that meets another's, and by
/// accident it takes some 2⁶⁴ of them. Its size doesn't depend on what the caller is called.
type Digest = [u64; 2];

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
        let buckets = Buckets { callers: Table::new(most), shared: HashMap::new() };
        Self {
            start: Instant::now(),
            digests: [RandomState::new(), RandomState::new()],
            buckets: Mutex::new(buckets),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let buckets = self.buckets.lock().unwrap();
        buckets.callers.len() + buckets.shared.len()
    }

    fn digest(&self, whose: Whose<'_>, rate: &Rate) -> Digest {
        let limit = &rate.limit;
        let (principal, tool) = match limit.per {
            Per::Caller => (whose.principal, whose.tool),
            Per::Tool => ("", whose.tool),
            Per::Global => ("", ""),
        };
        let name = (limit.per, limit.count, limit.period, limit.burst, principal, tool);
        [self.digests[0].hash_one(name), self.digests[1].hash_one(name)]
    }

    fn decide(&self, whose: Whose<'_>, rates: &[Rate]) -> Verdict {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that the clock and the buckets move in the same order.
        let now = Instant::now().saturating_duration_since(self.start).as_nanos();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        let longest = rates
            .iter()
            .enumerate()
            .filter_map(|(which, rate)| {
                let tat = buckets.tat(rate, &self.digest(whose, rate));
                rate.take(tat, now).err().map(|wait| (wait, which))
            })
            .max_by_key(|(wait, _)| *wait);
        if let Some((wait, which)) = longest {
            return Verdict::Refused { which, retry_after: Duration::from_nanos(wait) };
        }
        for rate in rates {
            buckets.advance(rate, self.digest(whose, rate), now);
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
