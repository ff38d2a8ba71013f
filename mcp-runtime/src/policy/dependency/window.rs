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

#[derive(Clone, Debug)]
pub(super) struct Window {
    buckets: [Counts; BUCKETS as usize],
    newest: usize,
    /// When the newest bucket began.
    since: Instant,
}

impl Window {
    pub(super) fn new(now: Instant) -> Self {
        Self { buckets: [Counts::default(); BUCKETS as usize], newest: 0, since: now }
    }

    pub(super) fn add(&mut self, failed: bool, slow: bool, now: Instant) {
        self.advance(now);
        let bucket = &mut self.buckets[self.newest];
        bucket.calls = bucket.calls.saturating_add(1);
        bucket.failed = bucket.failed.saturating_add(u32::from(failed));
        bucket.slow = bucket.slow.saturating_add(u32::from(slow));
    }

    pub(super) fn total(&mut self, now: Instant) -> Counts {
        self.advance(now);
        self.buckets.iter().fold(Counts::default(), |sum, bucket| Counts {
            calls: sum.calls.saturating_add(bucket.calls),
            failed: sum.failed.saturating_add(bucket.failed),
            slow: sum.slow.saturating_add(bucket.slow),
        })
    }

    fn advance(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.since);
        if elapsed < BUCKET {
            return;
        }
        let passed = elapsed.as_nanos() / BUCKET.as_nanos();
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        self.since += BUCKET * passed;
        for _ in 0..BUCKETS.min(passed) {
            self.newest = (self.newest + 1) % self.buckets.len();
            self.buckets[self.newest] = Counts::default();
        }
    }
}
