//! Containment: whatever happens inside, an answer leaves that names its call.
//!
//! A panic becomes `internal` with the call's id as its correlation id; its message goes to the
//! log. What an error left open (its effect, its correlation id) is settled here, once.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::CatchUnwind;
use pin_project_lite::pin_project;
use tower::Layer;

use super::later::Later;
use super::{Outcome, Room};
use crate::call::ToolCall;
use crate::context;
use crate::error::ToolError;

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

impl<S: Room + Clone> Room for Contain<S> {
    type Future = ContainFuture<S>;

    fn run(&self, call: ToolCall) -> Self::Future {
        let (is_read_only, context) = (call.tool.is_read_only(), call.context().clone());
        // The rest begins where its panic is caught.
        let inner = AssertUnwindSafe(Later::new(self.inner.clone(), call)).catch_unwind();
        ContainFuture { inner, is_read_only, context }
    }
}

pin_project! {
    pub(crate) struct ContainFuture<S: Room> {
        // A future that panicked is never polled again, so no one sees what it left half done.
        #[pin]
        inner: CatchUnwind<AssertUnwindSafe<Later<S>>>,
        is_read_only: bool,
        context: context::Context,
    }
}

impl<S: Room> Future for ContainFuture<S> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        let outcome =
            ready!(this.inner.poll(cx)).unwrap_or_else(|panic| Err(ToolError::panicked(&*panic)));
        Poll::Ready(outcome.map_err(|mut error| {
            error.settle(*this.is_read_only, this.context.call_id());
            error
        }))
    }
}
