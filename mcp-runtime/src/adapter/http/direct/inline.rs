//! A call that runs in the task of its request, and doesn't end with it.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::ending::Ending;
use crate::policy::Outcome;

/// A call on its way. Dropped before its end, as when the client goes away, it is cancelled, and
/// goes on in a task of its own until it has noticed: what it does then, from its line in the log to
/// its last record, is no less than that of any other cancelled call.
pub(super) struct Inline {
    /// Nothing once it has ended, by a panic too.
    call: Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>,
    /// Where it waits, and would go on: whoever drops it may be outside.
    runtime: Option<Handle>,
    ending: Ending,
}

impl Inline {
    pub(super) fn new(
        call: impl Future<Output = Outcome> + Send + 'static,
        ending: Ending,
    ) -> Self {
        Self { call: Some(Box::pin(call)), runtime: None, ending }
    }
}

impl Future for Inline {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
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
        self.ending.give();
        // One that has not begun has nothing to tell.
        if let Some(runtime) = &self.runtime {
            runtime.spawn(call);
        }
    }
}

/// Lets what else there is to do on this thread go first, where the runtime has others.
///
/// A function that blocks its thread, as none should, must hold up no other: but a runtime whose
/// threads sleep wakes a second one only when the first has more than one thing to do, and until
/// then nobody looks for what arrives. A task that wakes itself is such a thing. One thread alone has
/// no other to wake, and would look for what arrives on every connection first.
pub(super) async fn let_others_go_first() {
    let is_alone = |runtime: Handle| {
        let flavor = runtime.runtime_flavor();
        flavor == RuntimeFlavor::CurrentThread || runtime.metrics().num_workers() < 2
    };
    let mut gone = Handle::try_current().map_or(true, is_alone);
    poll_fn(|context| {
        if mem::replace(&mut gone, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests;
