//! Cancellation: when the client cancels a call or goes away, the function's future is dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tower::util::Oneshot;
use tower::{Layer, Service, ServiceExt};

use super::Outcome;
use crate::call::{Reply, ToolCall};
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

impl<S> Service<ToolCall> for Cancel<S>
where
    S: Service<ToolCall, Response = Reply, Error = ToolError> + Clone,
{
    type Response = Reply;
    type Error = ToolError;
    type Future = CancelFuture<Oneshot<S, ToolCall>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        // A layer that waits to become ready waits only as long as the client does.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        let cancelled = call.context().cancellation().clone().cancelled_owned();
        CancelFuture { cancelled, inner: self.inner.clone().oneshot(call) }
    }
}

pin_project! {
    pub(crate) struct CancelFuture<F> {
        #[pin]
        cancelled: WaitForCancellationFutureOwned,
        #[pin]
        inner: F,
    }
}

impl<F: Future<Output = Outcome>> Future for CancelFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        if this.cancelled.poll(cx).is_ready() {
            return Poll::Ready(Err(ToolError::new(Code::Cancelled, "the call was cancelled")));
        }
        this.inner.poll(cx)
    }
}
