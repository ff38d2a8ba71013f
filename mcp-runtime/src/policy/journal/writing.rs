//! A write on its way.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{error, warn};

use super::{CLOSING, Desk, LEASE};
use crate::store::journal::{Entry, Written};
use crate::store::{Step, StoreError};

/// How long a write goes on in the background. After a lease, the next owner of a key takes care.
const BACKGROUND: Duration = LEASE;
/// Pauses before a write that was refused is made again: they double up to the second. Another
/// process's long transaction is over by then, or there is room on the disk.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// What is left to write once a write that nobody waits for any more has been made.
pub(super) trait Late: Send + Unpin + 'static {
    /// The write was given up at this instant: because it took too long, else with its call.
    fn entry(self, written: Written, at: Instant, too_long: bool) -> Option<Entry>;

    /// What is written again where the write is refused.
    fn again(&self) -> Option<Arc<Entry>> {
        None
    }
}

/// The last write of a call: nothing is left to write after it, and without it a call that is over
/// looks like one that was abandoned.
struct Last(Arc<Entry>);

impl Late for Last {
    fn entry(self, _: Written, _: Instant, _: bool) -> Option<Entry> {
        None
    }

    fn again(&self) -> Option<Arc<Entry>> {
        Some(Arc::clone(&self.0))
    }
}

/// A write on its way. One that is dropped before it is answered goes on in the background, and
/// what it opened is closed there.
pub(super) struct Writing<L: Late> {
    desk: Arc<Desk>,
    under_way: Option<(Step<Written>, L)>,
    too_long: bool,
}

impl Desk {
    pub(super) fn write<L: Late>(self: &Arc<Self>, entry: Entry, late: L) -> Writing<L> {
        let under_way = Some((self.journal.write(entry), late));
        Writing { desk: Arc::clone(self), under_way, too_long: false }
    }

    /// Writes what begins a call, so long at most. `late` is asked for where it isn't done at once.
    pub(super) async fn write_first<L: Late>(
        self: &Arc<Self>,
        entry: Entry,
        late: impl FnOnce() -> L,
        limit: Duration,
    ) -> Result<Written, StoreError> {
        let mut step = self.journal.write(entry);
        if let Some(written) = step.at_once() {
            return written;
        }
        let (desk, under_way) = (Arc::clone(self), Some((step, late())));
        // In a box of its own, so that calls that needn't wait don't keep room for it.
        Box::pin(Writing { desk, under_way, too_long: false }.within(limit)).await
    }

    /// Writes what ends a call, if need be several times.
    pub(super) fn write_last(self: &Arc<Self>, entry: Entry) -> Step<Written> {
        if self.journal.is_sure() {
            return self.journal.write(entry);
        }
        let desk = Arc::clone(self);
        Step::Waits(Box::pin(async move { desk.write_until_taken(entry).await }))
    }

    async fn write_until_taken(self: &Arc<Self>, entry: Entry) -> Result<Written, StoreError> {
        let (entry, until) = (Arc::new(entry), Instant::now() + CLOSING);
        let writing = self.write(Entry::clone(&entry), Last(Arc::clone(&entry)));
        match writing.within(CLOSING).await {
            Err(error) if self.is_refused(until) => {
                // In a task of its own, which goes on though nobody waits for it any more.
                let again = tokio::spawn(Arc::clone(self).again(entry, until, error));
                let ended = |_| Err(StoreError("the server stopped between two tries".to_owned()));
                again.await.unwrap_or_else(ended)
            }
            written => written,
        }
    }

    /// Writes what nobody waits for.
    pub(super) fn write_in_background(self: &Arc<Self>, entry: Entry) {
        let entry = Arc::new(entry);
        drop(self.write(Entry::clone(&entry), Last(entry)));
    }

    /// Whether a write that failed may be made again, and there is time to.
    fn is_refused(&self, until: Instant) -> bool {
        self.journal.closed().is_none() && Instant::now() < until
    }

    /// Makes a write again that was refused, until it is taken. Once one is still under way when
    /// the time is over, nobody knows whether it took place, and there is no other.
    async fn again(
        self: Arc<Self>,
        entry: Arc<Entry>,
        until: Instant,
        mut error: StoreError,
    ) -> Result<Written, StoreError> {
        let mut pause = FIRST_PAUSE;
        while self.is_refused(until) && Instant::now() + pause < until {
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
            match timeout_at(until, self.journal.write(Entry::clone(&entry))).await {
                Ok(Ok(written)) => return Ok(written),
                Ok(Err(refused)) => error = refused,
                Err(_) => break,
            }
        }
        Err(error)
    }
}

impl<L: Late> Writing<L> {
    /// Waits for it, so long at most.
    pub(super) async fn within(mut self, limit: Duration) -> Result<Written, StoreError> {
        let at_once = self.under_way.as_mut().and_then(|(step, _)| step.at_once());
        if let Some(written) = at_once {
            self.under_way = None;
            return written;
        }
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
        let (desk, at, too_long) = (Arc::clone(&self.desk), Instant::now(), self.too_long);
        let rest = async move {
            let until = at + BACKGROUND;
            let written = match timeout_at(until, step).await {
                Ok(Err(error)) => match late.again() {
                    Some(entry) => Ok(Arc::clone(&desk).again(entry, until, error).await),
                    None => Ok(Err(error)),
                },
                written => written,
            };
            let written = match written {
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
                && !matches!(timeout(BACKGROUND, desk.journal.write(entry)).await, Ok(Ok(_)))
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
