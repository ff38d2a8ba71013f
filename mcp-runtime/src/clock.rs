//! Wall time, for what outlives a process or comes from another one: a token's expiry, a record's
//! date. Everything else is measured by tokio's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Where a server takes the time of day from.
///
/// ```
/// use mcp_runtime::Clock;
/// use std::time::{Duration, SystemTime};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
/// let clock = Clock::starting_at(start);
/// tokio::time::advance(Duration::from_secs(60)).await;
/// assert_eq!(clock.now(), start + Duration::from_secs(60));
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<Virtual>>);

#[derive(Debug)]
struct Virtual {
    start: SystemTime,
    began: Instant,
    /// How far it was moved, in milliseconds.
    moved: AtomicI64,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock for tests: it begins at `start` and goes on as tokio's time does, which can be
    /// paused and advanced.
    pub fn starting_at(start: SystemTime) -> Self {
        let moved = AtomicI64::new(0);
        Self(Some(Arc::new(Virtual { start, began: Instant::now(), moved })))
    }

    /// Whether it is the machine's, which nothing here can move. For the test kit.
    #[cfg(feature = "testing")]
    #[doc(hidden)]
    pub fn is_system(&self) -> bool {
        self.0.is_none()
    }

    /// Moves a clock for tests forward, as an operator or a time server might. The machine's clock
    /// stays as it is.
    pub fn forward(&self, by: Duration) {
        self.shift(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }

    /// Moves a clock for tests back; see [`forward`](Self::forward).
    pub fn back(&self, by: Duration) {
        self.shift(-i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }

    /// The time of day.
    pub fn now(&self) -> SystemTime {
        let Some(clock) = &self.0 else { return SystemTime::now() };
        let moved = clock.moved.load(Ordering::Relaxed);
        let by = Duration::from_millis(moved.unsigned_abs());
        let plain = clock.start + clock.began.elapsed();
        let shifted = if moved < 0 { plain.checked_sub(by) } else { plain.checked_add(by) };
        shifted.unwrap_or(plain)
    }

    /// Whole seconds since 1970, as tokens count them.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
    }

    fn shift(&self, milliseconds: i64) {
        if let Some(clock) = &self.0 {
            let add = |moved: i64| Some(moved.saturating_add(milliseconds));
            // Never fails: the closure always gives a value.
            let _ = clock.moved.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_test_clock_follows_tokio_and_can_be_moved_both_ways() {
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(1_000));
        assert_eq!(clock.unix_seconds(), 1_000);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(clock.unix_seconds(), 1_005);
        clock.back(Duration::from_secs(100));
        assert_eq!(clock.unix_seconds(), 905);
        clock.forward(Duration::from_mins(5));
        assert_eq!(clock.clone().unix_seconds(), 1_205);
    }
}
