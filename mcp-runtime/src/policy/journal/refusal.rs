//! Calls that fail before they have an intent, on record.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower::Layer;

use crate::audit::{Recorder, Refused};
use crate::call::ToolCall;
use crate::context;
use crate::policy::{Outcome, Room};
use crate::tool::ToolInfo;

/// Records the refused calls of one tool. Nobody waits for these records.
#[derive(Clone)]
pub(crate) struct RefusalLayer(Arc<Recorder>);

impl RefusalLayer {
    pub(crate) fn new(recorder: Arc<Recorder>) -> Self {
        Self(recorder)
    }
}

impl<S> Layer<S> for RefusalLayer {
    type Service = Refusing<S>;

    fn layer(&self, inner: S) -> Refusing<S> {
        Refusing { inner, recorder: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
pub(crate) struct Refusing<S> {
    inner: S,
    recorder: Arc<Recorder>,
}

impl<S: Room> Room for Refusing<S> {
    type Future = RefusingFuture<S::Future>;

    fn run(&self, call: ToolCall) -> Self::Future {
        let (tool, context) = (Arc::clone(&call.tool), call.context().clone());
        let recorder = Arc::clone(&self.recorder);
        RefusingFuture { inner: self.inner.run(call), tool, context, recorder }
    }
}

pin_project! {
    pub(crate) struct RefusingFuture<F> {
        #[pin]
        inner: F,
        tool: Arc<ToolInfo>,
        context: context::Context,
        recorder: Arc<Recorder>,
    }
}

impl<F: Future<Output = Outcome>> Future for RefusingFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        let outcome = ready!(this.inner.poll(cx));
        if let Err(error) = &outcome
            && !this.context.is_intended()
        {
            this.recorder.refused(Refused {
                call_id: Some(this.context.call_id()),
                principal: Some(this.context.caller().principal()),
                peer: None,
                tool: Some(this.tool),
                code: error.code(),
                trace: this.context.trace().map(|trace| trace.traceparent.as_str()),
            });
        }
        Poll::Ready(outcome)
    }
}
