//! Whether calls are put on record, as of late.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// How long a server isn't ready for after a call that couldn't be put on record: as long as most
/// who ask leave between two questions, so that they hear of it. Then it is ready again, and the
/// next call tells whether it is.
const UNREADY: Duration = Duration::from_secs(10);

/// When a call was last refused because it couldn't be put on record, or answered without.
pub(crate) struct Health {
    began: Instant,
    /// Milliseconds from `began`, and one; 0 while none was.
    missed: AtomicU64,
}

impl Default for Health {
    fn default() -> Self {
        Self { began: Instant::now(), missed: AtomicU64::new(0) }
    }
}

impl Health {
    /// A call couldn't be put on record.
    pub(crate) fn missed(&self) {
        let at = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.missed.store(at.saturating_add(1), Ordering::Relaxed);
    }

    /// Whether that was just now.
    pub(super) fn is_failing(&self) -> bool {
        let Some(missed) = self.missed.load(Ordering::Relaxed).checked_sub(1) else { return false };
        self.began.elapsed().saturating_sub(Duration::from_millis(missed)) < UNREADY
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_record_that_was_missed_is_remembered_for_ten_seconds() {
        let health = Health::default();
        assert!(!health.is_failing());
        health.missed();
        assert!(health.is_failing());
        advance(Duration::from_millis(9_999)).await;
        assert!(health.is_failing());
        health.missed();
        advance(Duration::from_millis(1)).await;
        assert!(health.is_failing());
        advance(UNREADY).await;
        assert!(!health.is_failing());
    }
}
