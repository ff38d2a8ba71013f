//! What the client hears of a call's progress.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Context;

/// What the client was told so far. One for a call and its fallback: it sees one request.
pub(super) struct Told(Mutex<Reported>);

struct Reported {
    /// The tool's own last value.
    own: f64,
    /// The last value that was sent, a vanishing part above the tool's where it repeats it.
    sent: f64,
    total: Option<f64>,
}

impl Told {
    pub(super) fn nothing() -> Self {
        let reported = Reported { own: f64::NEG_INFINITY, sent: f64::NEG_INFINITY, total: None };
        Self(Mutex::new(reported))
    }

    fn reported(&self) -> MutexGuard<'_, Reported> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Context {
    /// Tells the client how far the call is, where it asked to be told.
    ///
    /// `progress` must grow from report to report, as the protocol demands: one that doesn't is
    /// dropped. Waits while the client is slow to read.
    pub async fn progress(&self, progress: f64, total: Option<f64>, message: Option<&str>) {
        let entry = self.entry();
        if self.0.unheard || !progress.is_finite() || entry.origin.ending.is_given() {
            return;
        }
        let sent = {
            let mut reported = entry.told.reported();
            if progress <= reported.own {
                return;
            }
            (reported.own, reported.total) = (progress, total);
            reported.sent = progress.max(reported.sent.next_up()).min(f64::MAX);
            reported.sent
        };
        if let Some(sent) = entry.origin.request.progress(sent, total, message) {
            sent.await;
        }
    }

    /// Repeats the tool's last report, larger by the least that the protocol takes for growth.
    /// Before the tool's first one it is 0.
    pub(crate) async fn heartbeat(&self, message: &str) {
        if self.0.unheard {
            return;
        }
        let entry = self.entry();
        let (sent, total) = {
            let mut reported = entry.told.reported();
            let first = reported.sent == f64::NEG_INFINITY;
            let sent = if first { 0.0 } else { reported.sent.next_up() };
            if !sent.is_finite() {
                return;
            }
            reported.sent = sent;
            (sent, reported.total)
        };
        if let Some(sent) = entry.origin.request.progress(sent, total, Some(message)) {
            sent.await;
        }
    }
}
