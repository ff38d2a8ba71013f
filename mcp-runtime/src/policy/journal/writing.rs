//! A write on its way.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};
use tracing::{error, warn};

use super::{LEASE, Room};
use crate::store::journal::{Entry, Written};
use crate::store::{Step, StoreError};

/// How long a write goes on in the background. After a lease, the next owner of a key takes care.
const BACKGROUND: Duration = LEASE;

/// What is left to write once a write that nobody waits for any more has been made.
pub(super) trait Late: Send + Unpin + 'static {
    /// The write was given up at this instant: because it took too long, else with its call.
    fn entry(self, written: Written, at: Instant, too_long: bool) -> Option<Entry>;
}

/// Nothing.
pub(super) struct Nothing;

impl Late for Nothing {
    fn entry(self, _: Written, _: Instant, _: bool) -> Option<Entry> {
        None
    }
}

/// A write on its way. One that is dropped before it is answered goes on in the background, and
/// what it opened is closed there.
pub(super) struct Writing<L: Late> {
    room: Arc<Room>,
    under_way: Option<(Step<Written>, L)>,
    too_long: bool,
}

impl Room {
    pub(super) fn write<L: Late>(self: &Arc<Self>, entry: Entry, late: L) -> Writing<L> {
        let under_way = Some((self.journal.write(entry), late));
        Writing { room: Arc::clone(self), under_way, too_long: false }
    }

    /// Writes what nobody waits for.
    pub(super) fn write_in_background(self: &Arc<Self>, entry: Entry) {
        drop(self.write(entry, Nothing));
    }
}

impl<L: Late> Writing<L> {
    /// Waits for it, so long at most.
    pub(super) async fn within(mut self, limit: Duration) -> Result<Written, StoreError> {
        let written = timeout(limit, &mut self).await;
        self.too_long = written.is_err();
        let late = |_| Err(StoreError(format!("it was not written within {limit:?}")));
        written.unwrap_or_else(late)
    }
}

impl<L: Late> Future for Writing<L> {
    type Output = Result<Written, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some((step, _)) = &mut self.under_way else { return Poll::Pending };
        let polled = Pin::new(step).poll(cx);
        if polled.is_ready() {
            self.under_way = None;
        }
        polled
    }
}

impl<L: Late> Drop for Writing<L> {
    fn drop(&mut self) {
        let Some((step, late)) = self.under_way.take() else { return };
        let (room, at, too_long) = (Arc::clone(&self.room), Instant::now(), self.too_long);
        let rest = async move {
            let written = match timeout(BACKGROUND, step).await {
                Ok(Ok(written)) => written,
                Ok(Err(StoreError(detail))) => {
                    warn!(detail, "what nobody waits for could not be written");
                    return;
                }
                Err(_) => {
                    warn!("what nobody waits for was not written within {BACKGROUND:?}");
                    return;
                }
            };
            if let Some(entry) = late.entry(written, at, too_long)
                && !matches!(timeout(BACKGROUND, room.journal.write(entry)).await, Ok(Ok(_)))
            {
                warn!("what was written too late could not be closed");
            }
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(rest);
        } else {
            error!("the process ends before what a call did is on record");
        }
    }
}
