//! Checks that wait: business rules that have to ask a database or a backend.
//!
//! ```text
//! #[tool(check = not_paid_yet)]
//! async fn pay_invoice(#[arg(check = exists)] number: String, …) { … }
//! ```
//!
//! They run once everything is known that can be known without waiting: the arguments keep the
//! schema and the checks that don't wait, and the caller's grants cover them. All of them run, up
//! to 8 at a time and within the call's deadline, and what they object to stands in one
//! `invalid_arguments`. Where no rule is broken and some have answers of their own (`not_found`,
//! `conflict`), the first in the attribute's order is the call's. Its effect is `none` unless it
//! says otherwise; so is that of a `timeout` here, since the function has not begun.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::{StreamExt, stream};
use tokio::time::timeout_at;
use tower::{Layer, Service, ServiceExt};

use super::{Next, Running};
use crate::call::{Reply, ToolCall};
use crate::check::{CheckDef, CheckError, Verdict};
use crate::error::{Code, Effect, ToolError};

/// How many checks of one call wait at the same time, so that a tool with many doesn't take a
/// whole pool of connections.
const WIDTH: usize = 8;

/// Runs one tool's checks that wait.
#[derive(Clone, Debug)]
pub(crate) struct CheckLayer(Arc<[CheckDef]>);

impl CheckLayer {
    pub(crate) fn new(checks: Vec<CheckDef>) -> Self {
        Self(checks.into())
    }
}

impl<S> Layer<S> for CheckLayer {
    type Service = Checked<S>;

    fn layer(&self, inner: S) -> Checked<S> {
        Checked { inner, checks: Arc::clone(&self.0) }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Checked<S> {
    inner: S,
    checks: Arc<[CheckDef]>,
}

impl<S: Next> Service<ToolCall> for Checked<S> {
    type Response = Reply;
    type Error = ToolError;
    type Future = Running;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        // The inner service is made ready once the checks have passed.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Running {
        let Self { inner, checks } = self.clone();
        Box::pin(async move {
            let deadline = call.context.deadline();
            timeout_at(deadline, all(&checks, &call)).await.unwrap_or_else(|_| Err(late()))?;
            inner.oneshot(call).await
        })
    }
}

/// Runs all of them and joins what they found, in their order.
async fn all(checks: &[CheckDef], call: &ToolCall) -> Result<(), ToolError> {
    let mut verdict = Verdict::default();
    let running: Vec<_> = checks.iter().map(|check| run(*check, call)).collect();
    let results: Vec<_> = stream::iter(running).buffered(WIDTH).collect().await;
    for (check, result) in checks.iter().zip(results) {
        verdict.add(check, result);
    }
    verdict.into_result()
}

async fn run(check: CheckDef, call: &ToolCall) -> Result<(), CheckError> {
    check.begin(call)?.await
}

fn late() -> ToolError {
    let message = "checking the arguments took too long; nothing was done";
    ToolError::new(Code::Timeout, message).effect(Effect::None).retryable()
}

#[cfg(test)]
mod tests;
