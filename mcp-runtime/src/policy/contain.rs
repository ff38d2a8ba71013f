//! Containment: whatever happens inside, an answer leaves that names its call.
//!
//! A panic becomes `internal` with the call's id as its correlation id; its message goes to the
//! log. What an error left open (its effect, its correlation id) is settled here, once.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::CatchUnwind;
use pin_project_lite::pin_project;
use tower::util::Oneshot;
use tower::{Layer, Service, ServiceExt};

use super::Outcome;
use crate::call::{Reply, ToolCall};
use crate::context;
use crate::error::ToolError;
use crate::tool::ToolInfo;

/// Turns panics into answers, and settles errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContainLayer;

impl<S> Layer<S> for ContainLayer {
    type Service = Contain<S>;

    fn layer(&self, inner: S) -> Contain<S> {
        Contain { inner }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Contain<S> {
    inner: S,
}

impl<S> Service<ToolCall> for Contain<S>
where
    S: Service<ToolCall, Response = Reply, Error = ToolError> + Clone,
{
    type Response = Reply;
    type Error = ToolError;
    type Future = ContainFuture<S>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        // The inner service is made ready where its panic is caught.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        let (tool, context) = (Arc::clone(&call.tool), call.context().clone());
        let inner = AssertUnwindSafe(self.inner.clone().oneshot(call)).catch_unwind();
        ContainFuture { inner, tool, context }
    }
}

pin_project! {
    pub(crate) struct ContainFuture<S: Service<ToolCall>> {
        // A future that panicked is never polled again, so no one sees what it left half done.
        #[pin]
        inner: CatchUnwind<AssertUnwindSafe<Oneshot<S, ToolCall>>>,
        tool: Arc<ToolInfo>,
        context: context::Context,
    }
}

impl<S> Future for ContainFuture<S>
where
    S: Service<ToolCall, Response = Reply, Error = ToolError>,
{
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        let outcome =
            ready!(this.inner.poll(cx)).unwrap_or_else(|panic| Err(ToolError::panicked(&*panic)));
        Poll::Ready(outcome.map_err(|mut error| {
            error.settle(this.tool.is_read_only(), this.context.call_id());
            error
        }))
    }
}
