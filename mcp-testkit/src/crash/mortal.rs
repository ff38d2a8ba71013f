//! [`Mortal`]: a function that dies with its server, or fails where a crash test wants it to.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use mcp_runtime::{Effect, Reply, ToolCall, ToolError, ToolService};
use tower::{Layer, Service};

use super::CrashPoint;
use super::kill::Killer;

/// Puts a [`Mortal`] around each tool's function.
#[derive(Clone)]
pub(super) struct MortalLayer {
    killer: Killer,
    /// How often the function was entered that is killed, fails or lasts.
    attempts: Arc<AtomicU32>,
}

impl MortalLayer {
    pub(super) fn of(killer: Killer) -> Self {
        Self { killer, attempts: Arc::default() }
    }
}

impl Layer<ToolService> for MortalLayer {
    type Service = Mortal;

    fn layer(&self, inner: ToolService) -> Mortal {
        Mortal { inner, layer: self.clone() }
    }
}

/// A function whose server may be killed right before it or right after it, or which fails.
#[derive(Clone)]
pub(super) struct Mortal {
    inner: ToolService,
    layer: MortalLayer,
}

impl Service<ToolCall> for Mortal {
    type Response = Reply;
    type Error = ToolError;
    type Future = Pin<Box<dyn Future<Output = Result<Reply, ToolError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        // A `ToolService` is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        let Self { inner, layer } = self.clone();
        Box::pin(layer.run(inner, call))
    }
}

impl MortalLayer {
    async fn run(self, mut inner: ToolService, call: ToolCall) -> Result<Reply, ToolError> {
        let Self { killer, attempts } = self;
        let tool = call.tool().name();
        let case = killer.case_of(tool);
        let is_at = |point| case.is_some_and(|case| case.point == point);
        if killer.is_dead() || is_at(CrashPoint::BeforeEffect) {
            return killer.end().await;
        }
        let is_again = case.is_some() && attempts.fetch_add(1, Ordering::SeqCst) > 0;
        if is_again && is_at(CrashPoint::BetweenAttempts) {
            return killer.end().await;
        }
        let failure = case.and_then(|case| case.failure);
        let lasts = is_at(CrashPoint::AfterRenewal);
        // Where the kit makes it fail, or last, further attempts are the kit's doing too: a second
        // effect by one of them would say nothing.
        let is_repeat = is_again && (failure.is_some() || lasts);
        let is_idle = failure.is_some_and(|failure| failure.effect == Effect::None);
        let answer = if is_repeat || is_idle {
            None
        } else {
            killer.count(tool);
            Some(inner.call(call).await)
        };
        if killer.is_dead() || is_at(CrashPoint::AfterEffect) {
            return killer.end().await;
        }
        match (failure, answer) {
            (Some(failure), _) => Err(failure.error()),
            (None, Some(answer)) if !lasts => answer,
            _ => killer.last().await,
        }
    }
}
