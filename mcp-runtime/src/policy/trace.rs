//! The log: a span around each call, and one line as it ends.
//!
//! The line carries the tool, the call's id, the caller, the trace that it belongs to, the outcome
//! and the time; for a failure also its detail, which never leaves the process otherwise. Arguments
//! and results aren't logged.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::Layer;
use tracing::{Span, error, info, info_span, warn};

use super::{Outcome, Room};
use crate::call::ToolCall;
use crate::context::TraceContext;
use crate::error::Code;
use crate::stats::{Decision, ToolStats};

/// Logs each call.
#[derive(Clone)]
pub(crate) struct TraceLayer {
    stats: Arc<ToolStats>,
}

impl TraceLayer {
    pub(crate) fn new(stats: Arc<ToolStats>) -> Self {
        Self { stats }
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace { inner, stats: Arc::clone(&self.stats) }
    }
}

#[derive(Clone)]
pub(crate) struct Trace<S> {
    inner: S,
    stats: Arc<ToolStats>,
}

impl<S: Room> Room for Trace<S> {
    type Future = TraceFuture<S::Future>;

    fn run(&self, call: ToolCall) -> Self::Future {
        let context = call.context();
        let span = info_span!(
            "call",
            tool = context.tool(),
            call_id = context.call_id(),
            caller = context.caller().principal(),
            trace_id = context.trace().map(TraceContext::trace_id),
        );
        let began = context.began();
        let inner = span.in_scope(|| self.inner.run(call));
        TraceFuture { inner, span, began, stats: Arc::clone(&self.stats) }
    }
}

pin_project! {
    pub(crate) struct TraceFuture<F> {
        #[pin]
        inner: F,
        span: Span,
        began: Instant,
        stats: Arc<ToolStats>,
    }
}

impl<F: Future<Output = Outcome>> Future for TraceFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        let _entered = this.span.enter();
        let outcome = ready!(this.inner.poll(cx));
        let elapsed = this.began.elapsed();
        match &outcome {
            Ok(_) => info!(outcome = "ok", ?elapsed),
            Err(error) => {
                if *error.code() == Code::Timeout {
                    this.stats.count(Decision::TimedOut);
                }
                let (outcome, detail) = (error.code().as_str(), error.developer_message());
                match error.code() {
                    Code::Internal => error!(outcome, ?elapsed, detail),
                    code if code.is_fault() => warn!(outcome, ?elapsed, detail),
                    _ => info!(outcome, ?elapsed, detail),
                }
            }
        }
        Poll::Ready(outcome)
    }
}
