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

use futures_util::{StreamExt, stream};
use tokio::time::timeout_at;
use tower::Layer;

use super::service::ToolService;
use super::{Room, Running};
use crate::call::ToolCall;
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

impl Layer<ToolService> for CheckLayer {
    type Service = Checked;

    fn layer(&self, inner: ToolService) -> Checked {
        Checked { inner, checks: Arc::clone(&self.0) }
    }
}

pub(crate) struct Checked {
    inner: ToolService,
    checks: Arc<[CheckDef]>,
}

impl Room for Checked {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let (inner, checks) = (self.inner.clone(), Arc::clone(&self.checks));
        Box::pin(async move {
            let deadline = call.context.deadline();
            timeout_at(deadline, all(&checks, &call)).await.unwrap_or_else(|_| Err(late()))?;
            inner.run(call).await
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
