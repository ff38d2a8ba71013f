//! How the calls of the last 30 seconds ended, in buckets, so that its size doesn't depend on
//! their number.

use std::time::Duration;

use tokio::time::Instant;

use crate::policies::Breaker as Settings;

/// The window moves in steps of a tenth: it holds the last 27 to 30 seconds.
const BUCKETS: u32 = 10;
const BUCKET: Duration = Settings::WINDOW.checked_div(BUCKETS).unwrap();

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) calls: u32,
    pub(super) failed: u32,
    pub(super) slow: u32,
}

impl Counts {
    /// As far as they count.
    const MOST: u32 = u32::MAX;

    fn add(&mut self, failed: bool, slow: bool) {
        self.calls += 1;
        self.failed += u32::from(failed);
        self.slow += u32::from(slow);
    }

    fn forget(&mut self, gone: Self) {
        self.calls -= gone.calls;
        self.failed -= gone.failed;
        self.slow -= gone.slow;
    }
}

#[derive(Clone, Debug)]
pub(super) struct Window {
    buckets: [Counts; BUCKETS as usize],
    newest: usize,
    /// When the newest bucket ends.
    ends: Instant,
    /// The sum of all buckets.
    total: Counts,
}

impl Window {
    pub(super) fn new(now: Instant) -> Self {
        let buckets = [Counts::default(); BUCKETS as usize];
        Self { buckets, newest: 0, ends: now + BUCKET, total: Counts::default() }
    }

    /// Counts a call that ends now, and all that ended within the window with it.
    pub(super) fn add(&mut self, failed: bool, slow: bool, now: Instant) -> Counts {
        self.advance(now);
        // Nothing within is larger than the sum of the calls.
        if self.total.calls < Counts::MOST {
            self.total.add(failed, slow);
            self.buckets[self.newest].add(failed, slow);
        }
        self.total
    }

    pub(super) fn counts(&mut self, now: Instant) -> Counts {
        self.advance(now);
        self.total
    }

    fn advance(&mut self, now: Instant) {
        if now < self.ends {
            return;
        }
        let over = now.saturating_duration_since(self.ends);
        let passed = over.as_nanos() / BUCKET.as_nanos();
        let passed = u32::try_from(passed).unwrap_or(u32::MAX).saturating_add(1);
        self.ends += BUCKET.saturating_mul(passed);
        for _ in 0..BUCKETS.min(passed) {
            self.newest = (self.newest + 1) % self.buckets.len();
            let gone = std::mem::take(&mut self.buckets[self.newest]);
            self.total.forget(gone);
        }
    }
}
