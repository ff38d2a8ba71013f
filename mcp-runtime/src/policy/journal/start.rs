//! The start: durable right before the first effect can happen.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::timeout;
use tower::{Layer, Service, ServiceExt};

use super::claim::Claim;
use super::entries::{answer, step};
use super::{OPENING, words};
use crate::call::{Reply, ToolCall};
use crate::error::ToolError;
use crate::policy::{Next, Running};
use crate::records::{Health, Records};
use crate::stats::{Decision, ToolStats};
use crate::store::StoreError;
use crate::store::journal::Journal;
use crate::store::once::{OnceAnswer, OnceOp};

/// Writes that a call with a key is about to have its effect. Attempts after the first are within
/// the same start.
#[derive(Clone)]
pub(crate) struct StartLayer {
    journal: Arc<dyn Journal>,
    stats: Arc<ToolStats>,
    health: Arc<Health>,
}

impl StartLayer {
    /// None without a journal: then no call has a claim either.
    pub(crate) fn of(records: &Records, stats: Arc<ToolStats>) -> Option<Self> {
        let Records { journal, health, .. } = records.clone();
        Some(Self { journal: journal?, stats, health })
    }
}

impl<S> Layer<S> for StartLayer {
    type Service = Start<S>;

    fn layer(&self, inner: S) -> Start<S> {
        Start { inner, layer: self.clone() }
    }
}

#[derive(Clone)]
pub(crate) struct Start<S> {
    inner: S,
    layer: StartLayer,
}

impl<S: Next> Service<ToolCall> for Start<S> {
    type Response = Reply;
    type Error = ToolError;
    type Future = Running;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Running {
        let Self { inner, layer } = self.clone();
        let Some(claim) = call.extensions().get::<Arc<Claim>>().cloned() else {
            return Box::pin(inner.oneshot(call));
        };
        Box::pin(async move {
            layer.start(&claim).await?;
            inner.oneshot(call).await
        })
    }
}

impl StartLayer {
    async fn start(&self, claim: &Claim) -> Result<(), ToolError> {
        let start = step(claim.key, OnceOp::Start { fence: claim.fence });
        let late = |_| Err(StoreError(format!("it was not written within {OPENING:?}")));
        let mut writing = self.journal.write(start);
        let written = match writing.at_once() {
            Some(written) => written,
            None => timeout(OPENING, writing).await.unwrap_or_else(late),
        };
        match written.and_then(answer) {
            Ok(OnceAnswer::Done) => {
                claim.start();
                Ok(())
            }
            Ok(OnceAnswer::Stale) => {
                self.stats.count(Decision::InProgress);
                Err(words::in_progress())
            }
            Ok(other) => {
                Err(self.unstarted(&StoreError(format!("a start was answered {other:?}"))))
            }
            Err(error) => Err(self.unstarted(&error)),
        }
    }

    fn unstarted(&self, error: &StoreError) -> ToolError {
        self.health.missed();
        self.stats.count(Decision::Unaudited);
        words::unopened(false, Some(error))
    }
}
