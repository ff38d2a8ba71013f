//! Cancellation: when the client cancels a call or goes away, the function's future is dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tower::Layer;

use super::{Outcome, Room};
use crate::call::ToolCall;
use crate::context;
use crate::error::{Code, ToolError};

/// Ends each call with the client's interest in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CancelLayer;

impl<S> Layer<S> for CancelLayer {
    type Service = Cancel<S>;

    fn layer(&self, inner: S) -> Cancel<S> {
        Cancel { inner }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Cancel<S> {
    inner: S,
}

impl<S: Room> Room for Cancel<S> {
    type Future = CancelFuture<S::Future>;

    fn run(&self, call: ToolCall) -> Self::Future {
        let context = call.context().clone();
        // Nothing of a call that nobody waits for is begun.
        let inner = (!context.is_cancelled()).then(|| self.inner.run(call));
        CancelFuture { inner, context, cancelled: None }
    }
}

pin_project! {
    pub(crate) struct CancelFuture<F> {
        // None where the call was cancelled before it came here.
        #[pin]
        inner: Option<F>,
        context: context::Context,
        // The client's word, for a call that waits: most end as they begin.
        #[pin]
        cancelled: Option<WaitForCancellationFutureOwned>,
    }
}

impl<F: Future<Output = Outcome>> Future for CancelFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let mut this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else { return cancelled() };
        if let Some(word) = this.cancelled.as_mut().as_pin_mut()
            && word.poll(cx).is_ready()
        {
            return cancelled();
        }
        if let Poll::Ready(outcome) = inner.poll(cx) {
            return Poll::Ready(outcome);
        }
        if this.cancelled.is_none() {
            let token = this.context.cancellation().clone();
            this.cancelled.set(Some(token.cancelled_owned()));
            if let Some(word) = this.cancelled.as_pin_mut()
                && word.poll(cx).is_ready()
            {
                return cancelled();
            }
        }
        Poll::Pending
    }
}

fn cancelled() -> Poll<Outcome> {
    Poll::Ready(Err(ToolError::new(Code::Cancelled, "the call was cancelled")))
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use futures_util::poll;
    use serde_json::json;
    use tokio::time::timeout;

    use super::*;
    use crate::call::Reply;
    use crate::policy::service::ToolService;
    use crate::policy::testing::{Around, call, function};

    const PATIENCE: Duration = Duration::from_secs(1);

    /// A function that ends at once, or never, and how often it ran.
    fn counted(ends: bool) -> (ToolService, Arc<AtomicU32>) {
        let runs = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&runs);
        let inner = function(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            async move { if ends { ready(Ok(Reply::text("done"))).await } else { pending().await } }
        });
        (CancelLayer.around(inner), runs)
    }

    #[tokio::test]
    async fn a_call_that_is_cancelled_before_it_begins_never_runs() {
        let (service, runs) = counted(true);
        let call = call(json!({}));
        call.context().cancellation().cancel();
        let error = service.run(call).await.unwrap_err();
        assert_eq!(error.code(), &Code::Cancelled);
        assert_eq!(runs.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_waits_ends_as_it_is_cancelled() {
        let (service, runs) = counted(false);
        let call = call(json!({}));
        let token = call.context().cancellation().clone();
        let mut running = std::pin::pin!(service.run(call));
        assert!(poll!(&mut running).is_pending());
        assert!(poll!(&mut running).is_pending());
        token.cancel();
        let outcome = timeout(PATIENCE, running).await.expect("it ends");
        assert_eq!(outcome.unwrap_err().code(), &Code::Cancelled);
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }

    /// By what it waits for itself, for one: nobody would wake it any more.
    #[tokio::test(start_paused = true)]
    async fn one_that_is_cancelled_as_it_begins_to_wait_ends_too() {
        let inner = function(|call| async move {
            call.context().cancellation().cancel();
            pending().await
        });
        let mut running = std::pin::pin!(CancelLayer.around(inner).run(call(json!({}))));
        let Poll::Ready(outcome) = poll!(&mut running) else { panic!("nothing will wake it") };
        assert_eq!(outcome.unwrap_err().code(), &Code::Cancelled);
    }
}
