//! A call that runs in the task of its request, and doesn't end with it.

use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::policy::Outcome;

/// A call on its way. Dropped before its end, as when the client goes away, it is cancelled, and
/// goes on in a task of its own until it has noticed: what it does then, from its line in the log to
/// its last record, is no less than that of any other cancelled call.
///
/// Where there is more than one thread, it begins one turn of its task later. A function that blocks
/// its thread, as none should, must hold up no other: but a runtime whose threads sleep wakes a
/// second one only when the first has more than one thing to do, and until then nobody looks for
/// what arrives. A task that wakes itself is such a thing. One thread alone has no other to wake, and
/// would look for what arrives on every connection first.
pub(super) struct Inline {
    /// Nothing once it has ended, by a panic too.
    call: Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>,
    /// Whether others of its thread's tasks go first.
    yields: bool,
    /// Where it waits, and would go on: whoever drops it may be outside.
    runtime: Option<Handle>,
    cancellation: CancellationToken,
}

impl Inline {
    pub(super) fn new(
        call: impl Future<Output = Outcome> + Send + 'static,
        cancellation: CancellationToken,
        threads: &Threads,
    ) -> Self {
        let yields = threads.are_many();
        Self { call: Some(Box::pin(call)), yields, runtime: None, cancellation }
    }
}

impl Future for Inline {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        if std::mem::take(&mut self.yields) {
            self.runtime = Handle::try_current().ok();
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Taken out, so that what panics is not polled again.
        let Some(mut call) = self.call.take() else { return Poll::Pending };
        let polled = call.as_mut().poll(context);
        if polled.is_pending() {
            self.call = Some(call);
            self.runtime = self.runtime.take().or_else(|| Handle::try_current().ok());
        }
        polled
    }
}

impl Drop for Inline {
    fn drop(&mut self) {
        let Some(call) = self.call.take() else { return };
        self.cancellation.cancel();
        // One that never waited has nothing to tell.
        if let Some(runtime) = &self.runtime {
            runtime.spawn(call);
        }
    }
}

/// Whether the runtime of a server's calls has more than one thread: asked once.
#[derive(Default)]
pub(super) struct Threads(OnceLock<bool>);

impl Threads {
    fn are_many(&self) -> bool {
        let many =
            || Handle::try_current().is_ok_and(|runtime| runtime.metrics().num_workers() > 1);
        *self.0.get_or_init(many)
    }
}

#[cfg(test)]
mod tests;
