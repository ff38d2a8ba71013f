//! Faults of tools: around their functions, and around their whole pipelines.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use mcp_runtime::{Caller, Reply, ToolCall, ToolError, ToolService};
use serde_json::Value;
use tower::{Layer, Service};

use super::decide::Plan;
use super::passage::Passage;
use super::place::Place;
use super::suffer::{Outcome, Threads};
use crate::answer::no_answer;

/// Puts a plan's faults around each tool's function.
pub(crate) struct FunctionLayer(pub(crate) Arc<Plan>);

impl Layer<ToolService> for FunctionLayer {
    type Service = Function;

    fn layer(&self, inner: ToolService) -> Function {
        Function { inner, plan: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
pub(crate) struct Function {
    inner: ToolService,
    plan: Arc<Plan>,
}

impl Service<ToolCall> for Function {
    type Response = Reply;
    type Error = ToolError;
    type Future = Pin<Box<dyn Future<Output = Result<Reply, ToolError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        // A `ToolService` is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        let place = Place::Function(call.tool().name().into());
        let blow = self.plan.decide(&place, &Passage::of_function(&call));
        let threads = if call.tool().is_blocking() { Threads::Blocking } else { Threads::Runtime };
        let (plan, mut inner) = (Arc::clone(&self.plan), self.inner.clone());
        Box::pin(async move { answered(plan.around(blow, threads, || inner.call(call)).await) })
    }
}

impl Plan {
    /// Makes a call, with the faults that its caller sees.
    pub(super) async fn call<F: Future<Output = Result<Reply, ToolError>>>(
        &self,
        tool: &str,
        arguments: &Value,
        caller: &Caller,
        make: impl FnOnce() -> F,
    ) -> Result<Reply, ToolError> {
        let blow = {
            let passage = Passage::of_call(tool, arguments, caller);
            self.decide(&Place::Call(tool.into()), &passage)
        };
        answered(self.around(blow, Threads::Runtime, make).await)
    }
}

fn answered(outcome: Outcome<Result<Reply, ToolError>>) -> Result<Reply, ToolError> {
    match outcome {
        Outcome::Went(answer) => answer,
        Outcome::Failed(raise) => Err(raise.tool_error()),
        Outcome::Lost => {
            Err(no_answer("the connection was lost: the call may have had its effect"))
        }
    }
}
