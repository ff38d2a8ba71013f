//! The start: durable right before the first effect can happen.

use std::sync::Arc;

use tokio::time::timeout;
use tower::Layer;

use super::entries::{answer, step};
use super::{OPENING, words};
use crate::call::ToolCall;
use crate::claim::Claim;
use crate::error::ToolError;
use crate::policy::service::ToolService;
use crate::policy::{Room, Running, refused};
use crate::records::{Health, Records};
use crate::stats::{Decision, ToolStats};
use crate::store::journal::{Journal, Written};
use crate::store::once::{OnceAnswer, OnceOp};
use crate::store::{Step, StoreError};

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

impl Layer<ToolService> for StartLayer {
    type Service = Start;

    fn layer(&self, inner: ToolService) -> Start {
        Start { inner, layer: self.clone() }
    }
}

pub(crate) struct Start {
    inner: ToolService,
    layer: StartLayer,
}

impl Room for Start {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let Some(claim) = call.claim.clone() else { return self.inner.run(call) };
        let mut writing = self.layer.write(&claim);
        if let Some(written) = writing.at_once() {
            return match self.layer.started(&claim, written) {
                Ok(()) => self.inner.run(call),
                Err(error) => refused(error),
            };
        }
        let (inner, layer) = (self.inner.clone(), self.layer.clone());
        Box::pin(async move {
            let late = |_| Err(StoreError(format!("it was not written within {OPENING:?}")));
            let written = timeout(OPENING, writing).await.unwrap_or_else(late);
            layer.started(&claim, written)?;
            inner.run(call).await
        })
    }
}

impl StartLayer {
    fn write(&self, claim: &Claim) -> Step<Written> {
        self.journal.write(step(claim.key, OnceOp::Start { fence: claim.fence }))
    }

    /// What an answer to that comes to.
    fn started(
        &self,
        claim: &Claim,
        written: Result<Written, StoreError>,
    ) -> Result<(), ToolError> {
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
