//! The timeout of one attempt.

use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;
use tower::Layer;

use crate::call::ToolCall;
use crate::error::{Code, ToolError};
use crate::policy::service::ToolService;
use crate::policy::{Room, Running};
use crate::until::Until;

/// Bounds each attempt. The call's deadline, where it comes first, is not this layer's to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptTimeoutLayer(Duration);

impl AttemptTimeoutLayer {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self(timeout)
    }
}

impl Layer<ToolService> for AttemptTimeoutLayer {
    type Service = AttemptTimeout;

    fn layer(&self, inner: ToolService) -> AttemptTimeout {
        AttemptTimeout { inner, timeout: self.0 }
    }
}

#[derive(Debug)]
pub(crate) struct AttemptTimeout {
    inner: ToolService,
    timeout: Duration,
}

impl Room for AttemptTimeout {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let limit = self.timeout;
        let end = Instant::now().checked_add(limit);
        let Some(end) = end.filter(|end| *end < call.context().deadline()) else {
            return self.inner.run(call);
        };
        let repeats = call.context().repeats(&call.tool);
        let attempt = Until::new(end, self.inner.run(call));
        Box::pin(attempt.map(move |ended| ended.unwrap_or_else(|| Err(expired(limit, repeats)))))
    }
}

fn expired(limit: Duration, repeats: bool) -> ToolError {
    let error = ToolError::new(Code::Timeout, format!("the function took longer than {limit:?}"));
    if repeats { error.retryable() } else { error }
}
