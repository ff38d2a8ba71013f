//! [`Runs`]: how often the tools' functions were entered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use mcp_runtime::{Reply, ToolCall, ToolError, ToolService};
use tower::{Layer, Service};

use crate::TestServer;

/// Counts runs by tool: each attempt, inside of everything that the kit puts around a function.
/// Tools are known at start, so that it is bounded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs(Arc<Mutex<HashMap<String, u64>>>);

impl Runs {
    fn count(&self, tool: &str) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match runs.get_mut(tool) {
            Some(times) => *times += 1,
            None => drop(runs.insert(tool.to_owned(), 1)),
        }
    }

    fn of(&self, tool: &str) -> u64 {
        let runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.get(tool).copied().unwrap_or_default()
    }
}

impl TestServer {
    /// How often the function of `tool` was entered so far: each attempt of a retry counts, and a
    /// call that was refused, replayed or answered from a cache doesn't.
    ///
    /// It says nothing of how the function ended, and whether it had its effect:
    /// [`Effects`](crate::Effects) of a fake do.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools};
    /// # use mcp_testkit::TestServer;
    /// # use serde_json::json;
    /// /// The answer to everything.
    /// #[tool(read_only, cache_ttl = "1m")]
    /// async fn answer() -> u32 {
    ///     42
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TestServer::new(tools![answer]);
    /// for _ in 0..3 {
    ///     server.call("answer", json!({})).await.ok();
    /// }
    /// assert_eq!(server.runs("answer"), 1);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the server can't start, or has no tool of this name, also none that stands in for
    /// another.
    #[track_caller]
    pub fn runs(&self, tool: &str) -> u64 {
        if !self.app().knows(tool) {
            self.find(tool);
        }
        self.runs.of(tool)
    }
}

impl Layer<ToolService> for Runs {
    type Service = Counted;

    fn layer(&self, inner: ToolService) -> Counted {
        Counted { inner, runs: self.clone() }
    }
}

/// A function whose runs are counted.
#[derive(Clone)]
pub(crate) struct Counted {
    inner: ToolService,
    runs: Runs,
}

impl Service<ToolCall> for Counted {
    type Response = Reply;
    type Error = ToolError;
    type Future = <ToolService as Service<ToolCall>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        let (runs, mut inner) = (self.runs.clone(), self.inner.clone());
        // As the future is polled: one that is dropped before has run nothing.
        Box::pin(async move {
            runs.count(call.tool().name());
            inner.call(call).await
        })
    }
}

#[cfg(test)]
mod tests {
    use mcp_runtime::{Code, State, ToolError, tool, tools};
    use serde_json::json;

    use super::*;
    use crate::{Effects, Fault, caller, local};

    /// Fail, and then not.
    #[tool(read_only, retry(attempts = 3))]
    async fn shy(State(effects): State<Effects>) -> Result<(), ToolError> {
        effects.happened("tried");
        let failed = ToolError::new(Code::BackendUnavailable, "no").retryable();
        if effects.count() < 3 { Err(failed) } else { Ok(()) }
    }

    /// Write something.
    #[tool(idempotent, scope = "write:things")]
    async fn write() {}

    fn server(effects: &Effects) -> TestServer {
        TestServer::new(tools![shy, write]).state(effects.clone())
    }

    #[tokio::test(start_paused = true)]
    async fn each_run_counts_and_nothing_else() {
        let effects = Effects::new();
        let server = server(&effects);
        server.call("shy", json!({})).await.ok();
        assert_eq!((server.runs("shy"), effects.count()), (3, 3));
        let keyed = server.as_caller(local()).key("a");
        for _ in 0..3 {
            keyed.call("write", json!({})).await.ok();
        }
        server.as_caller(caller("eve")).call("write", json!({})).await.error();
        assert_eq!(server.runs("write"), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_before_the_function_is_no_run() {
        let down = ToolError::new(Code::BackendUnavailable, "no").retryable();
        let server = server(&Effects::new()).fault("shy", Fault::error(down));
        server.call("shy", json!({})).await.error();
        assert_eq!(server.runs("shy"), 0);
    }

    #[tokio::test]
    #[should_panic(expected = "the server has no tool `sly`")]
    async fn a_tool_that_is_not_there_is_a_mistake() {
        server(&Effects::new()).runs("sly");
    }
}
