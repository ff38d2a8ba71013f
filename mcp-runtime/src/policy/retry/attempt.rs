//! The timeout of one attempt.

use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;
use tower::{Layer, Service, ServiceExt};

use crate::call::{Reply, ToolCall};
use crate::error::{Code, ToolError};
use crate::policy::{Next, Running};

/// Bounds each attempt. The call's deadline, where it comes first, is not this layer's to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptTimeoutLayer(Duration);

impl AttemptTimeoutLayer {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self(timeout)
    }
}

impl<S> Layer<S> for AttemptTimeoutLayer {
    type Service = AttemptTimeout<S>;

    fn layer(&self, inner: S) -> AttemptTimeout<S> {
        AttemptTimeout { inner, timeout: self.0 }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct AttemptTimeout<S> {
    inner: S,
    timeout: Duration,
}

impl<S: Next> Service<ToolCall> for AttemptTimeout<S> {
    type Response = Reply;
    type Error = ToolError;
    type Future = Running;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Running {
        let inner = self.inner.clone();
        let limit = self.timeout;
        if call.context().remaining() <= limit {
            return Box::pin(inner.oneshot(call));
        }
        let repeats = call.context().repeats(&call.tool);
        Box::pin(async move {
            let outcome = timeout(limit, inner.oneshot(call)).await;
            outcome.unwrap_or_else(|_| Err(expired(limit, repeats)))
        })
    }
}

fn expired(limit: Duration, repeats: bool) -> ToolError {
    let error = ToolError::new(Code::Timeout, format!("the function took longer than {limit:?}"));
    if repeats { error.retryable() } else { error }
}
