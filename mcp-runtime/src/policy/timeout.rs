//! The deadline: a call that takes longer answers `timeout`, and the function's future is dropped.
//!
//! The deadline is an instant, fixed as the call enters and carried in its
//! [`Context`](crate::Context), so that everything which waits on the way shares one budget.
//!
//! A future is dropped at its next await point: a function that blocks its thread runs on to
//! there.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tower::util::Oneshot;
use tower::{Layer, Service, ServiceExt};

use super::Outcome;
use crate::call::{Reply, ToolCall};
use crate::error::{Code, ToolError};
use crate::tool::ToolInfo;

/// A call's time where neither the tool nor the server says otherwise.
pub(crate) const DEFAULT: Duration = Duration::from_secs(10);
/// The same for a tool that reaches into the open world.
pub(crate) const DEFAULT_OPEN_WORLD: Duration = Duration::from_secs(30);

/// Bounds each call by its deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeoutLayer;

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, inner: S) -> Timeout<S> {
        Timeout { inner }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Timeout<S> {
    inner: S,
}

impl<S> Service<ToolCall> for Timeout<S>
where
    S: Service<ToolCall, Response = Reply, Error = ToolError> + Clone,
{
    type Response = Reply;
    type Error = ToolError;
    type Future = TimeoutFuture<Oneshot<S, ToolCall>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        // A layer that waits to become ready waits within the deadline.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        let error = expired(&call.tool);
        let deadline = call.context().deadline();
        TimeoutFuture {
            inner: tokio::time::timeout_at(deadline, self.inner.clone().oneshot(call)),
            error: Some(error),
        }
    }
}

/// Made as the call enters: a small struct, so that the wait itself holds nothing of the call.
struct Expired {
    timeout: Duration,
    repeatable: bool,
}

fn expired(tool: &ToolInfo) -> Expired {
    Expired { timeout: tool.timeout(), repeatable: tool.is_idempotent() }
}

impl From<Expired> for ToolError {
    fn from(expired: Expired) -> Self {
        let timeout = expired.timeout;
        if expired.repeatable {
            Self::new(Code::Timeout, format!("the call took longer than {timeout:?}")).retryable()
        } else {
            let message = format!(
                "the call took longer than {timeout:?}; look at whether it took effect \
                 before making it again"
            );
            Self::new(Code::Timeout, message)
        }
    }
}

pin_project! {
    pub(crate) struct TimeoutFuture<F> {
        #[pin]
        inner: tokio::time::Timeout<F>,
        error: Option<Expired>,
    }
}

impl<F: Future<Output = Outcome>> Future for TimeoutFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        if let Ok(outcome) = ready!(this.inner.poll(cx)) {
            return Poll::Ready(outcome);
        }
        let error = this.error.take().map_or_else(
            || ToolError::new(Code::Timeout, "the call took too long"),
            ToolError::from,
        );
        Poll::Ready(Err(error))
    }
}
