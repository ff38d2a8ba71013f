//! The arithmetic of a rate, on whole nanoseconds: no clock, no store, no floating point.
//!
//! A script inside a shared store can do the same sums on its own clock and its own ticks; the
//! tests of this file say what it has to agree with.

use std::hash::{DefaultHasher, Hash};

use crate::policies::{Per, RateLimit};
use crate::principal::Digest;

/// The longest interval and the longest tolerance, 146 years: what is asked beyond that is cut
/// down to it. An instant, a tolerance and an interval then add up without overflow, and a limit
/// that is too large to count errs by refusing.
const LONGEST: u64 = u64::MAX / 4;

/// A tool's rate limit in the terms that its store counts in, made once at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) limit: RateLimit,
    /// The same limit of the same tool has the same name, and others differ in it; of a limit that
    /// tools share, all have one. They are declared, not chosen by callers, so that no key is
    /// needed.
    pub(super) name: Digest,
    /// `T`: the time between two calls at an even pace. Rounded up, so that the rate is never
    /// exceeded.
    interval: u64,
    /// `τ`: how far ahead of that pace a call may be.
    tolerance: u64,
}

impl Rate {
    /// A count or a burst of 0 is taken as 1: no rate refuses every call for ever.
    pub(crate) fn new(limit: RateLimit, tool: &str) -> Self {
        let interval = limit.period.as_nanos().div_ceil(u128::from(limit.count.max(1))).max(1);
        let tolerance = interval.saturating_mul(u128::from(limit.burst.max(1) - 1));
        let RateLimit { count, period, per, burst } = limit;
        let tool = match per {
            Per::Caller | Per::Tool => tool,
            Per::Global => "",
        };
        let mut name = DefaultHasher::new();
        (count, period, per, burst, tool).hash(&mut name);
        Self {
            limit,
            name: Digest::of(name),
            interval: at_most(interval),
            tolerance: at_most(tolerance),
        }
    }

    /// One call at `now`, where the bucket's arrival time is `tat`: the arrival time that it
    /// leaves, or how long to wait.
    pub(super) fn take(&self, tat: u64, now: u64) -> Result<u64, u64> {
        match tat.saturating_sub(now.saturating_add(self.tolerance)) {
            0 => Ok(self.next(tat, now)),
            wait => Err(wait),
        }
    }

    /// The arrival time after a call at `now`.
    pub(super) fn next(&self, tat: u64, now: u64) -> u64 {
        tat.max(now).saturating_add(self.interval)
    }

    /// How far ahead of now an arrival time is once the whole burst is used.
    pub(super) fn capacity(&self) -> u64 {
        self.interval.saturating_add(self.tolerance)
    }
}

fn at_most(nanoseconds: u128) -> u64 {
    u64::try_from(nanoseconds).unwrap_or(u64::MAX).min(LONGEST)
}
