//! The timeout of one attempt.

use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;
use tower::{Layer, Service};

use crate::call::{Reply, ToolCall};
use crate::error::{Code, ToolError};
use crate::policy::{Next, Running};
use crate::until::Until;

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

impl<S: Next<Future = Running>> Service<ToolCall> for AttemptTimeout<S> {
    type Response = Reply;
    type Error = ToolError;
    type Future = Running;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, call: ToolCall) -> Running {
        let limit = self.timeout;
        let end = Instant::now().checked_add(limit);
        let Some(end) = end.filter(|end| *end < call.context().deadline()) else {
            return self.inner.call(call);
        };
        let repeats = call.context().repeats(&call.tool);
        let attempt = Until::new(end, self.inner.call(call));
        Box::pin(attempt.map(move |ended| ended.unwrap_or_else(|| Err(expired(limit, repeats)))))
    }
}

fn expired(limit: Duration, repeats: bool) -> ToolError {
    let error = ToolError::new(Code::Timeout, format!("the function took longer than {limit:?}"));
    if repeats { error.retryable() } else { error }
}
