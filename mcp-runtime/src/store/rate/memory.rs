//! Rates in this process's memory: what one replica admits, and what a restart forgets.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::placed::Placed;
use super::{Rate, RateStore, Step, Verdict};
use crate::few::Few;
use crate::policies::Per;
use crate::principal::{Digest, Principal};
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
    buckets: Mutex<Buckets>,
}

struct Buckets {
    callers: Table<Digest, Level, Placed>,
    /// Only declarations make these, so that no caller can add or crowd out one.
    shared: HashMap<Digest, u64, Placed>,
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
        let buckets = Buckets { callers: Table::new(most), shared: HashMap::default() };
        Self { start: Instant::now(), buckets: Mutex::new(buckets) }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let buckets = self.buckets.lock().unwrap();
        buckets.callers.len() + buckets.shared.len()
    }

    fn decide(&self, principal: &Principal, rates: &[Rate]) -> Verdict {
        // The lock is everyone's: names are made before it is taken.
        let mut parts = Few::new();
        for rate in rates {
            let bucket = match rate.limit.per {
                Per::Caller => rate.name.with(principal.digest()),
                Per::Tool | Per::Global => rate.name,
            };
            parts.push(Part { rate, bucket, after: 0 });
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that the clock and the buckets move in the same order.
        let now = Instant::now().saturating_duration_since(self.start).as_nanos();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        let mut longest: Option<(u64, usize)> = None;
        let mut which = 0;
        parts.for_each(|part| {
            match part.rate.take(buckets.tat(part.rate, &part.bucket), now) {
                Ok(after) => part.after = after,
                Err(wait) => longest = longest.max(Some((wait, which))),
            }
            which += 1;
        });
        if let Some((wait, which)) = longest {
            return Verdict::Refused { which, retry_after: Duration::from_nanos(wait) };
        }
        parts.for_each(|part| buckets.take(part, now));
        Verdict::Allowed
    }
}

/// One rate's part in a decision.
struct Part<'a> {
    rate: &'a Rate,
    bucket: Digest,
    /// The arrival time that the call leaves in it.
    after: u64,
}

impl Buckets {
    /// A bucket that isn't known is full, as one is whose arrival time has passed.
    fn tat(&self, rate: &Rate, digest: &Digest) -> u64 {
        match rate.limit.per {
            Per::Caller => self.callers.get(digest).map_or(0, |level| level.tat),
            Per::Tool | Per::Global => self.shared.get(digest).copied().unwrap_or(0),
        }
    }

    fn take(&mut self, part: &Part<'_>, now: u64) {
        let Part { rate, bucket, after } = *part;
        match rate.limit.per {
            Per::Caller => {
                let level = Level { tat: after, capacity: rate.capacity() };
                self.callers.insert(bucket, level, |level| level.used(now));
            }
            Per::Tool | Per::Global => {
                self.shared.insert(bucket, after);
            }
        }
    }
}

impl RateStore for MemoryRates {
    fn take(&self, principal: &Principal, rates: &[Rate]) -> Step<Verdict> {
        Step::done(self.decide(principal, rates))
    }
}
