//! Faults of a [`TestServer`].

use std::sync::Arc;

use mcp_runtime::{App, Caller, Reply, ToolError};
use serde_json::Value;

use super::fault::Fault;
use super::plan::Faults;
use super::records::Records;
use super::tool::FunctionLayer;
use crate::{TestServer, Time};

impl TestServer {
    /// Puts a fault at one of the tools: [`Faults::tool`] of the server's plan, which has a seed
    /// that nobody chose unless [`faults`](Self::faults) gave one.
    ///
    /// ```
    /// use mcp_runtime::{tool, tools, Code, ToolError};
    /// use mcp_testkit::{Fault, TestServer};
    /// use serde_json::json;
    ///
    /// /// The rate of a currency.
    /// #[tool(read_only, retry(attempts = 3))]
    /// async fn rate(currency: String) -> f64 {
    ///     1.5
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let down = ToolError::new(Code::BackendUnavailable, "no answer").retryable();
    /// let server = TestServer::new(tools![rate]).fault("rate", Fault::error(down).times(2));
    ///
    /// // The third attempt gets through.
    /// let answer = server.call("rate", json!({ "currency": "PLN" })).await;
    /// assert_eq!(answer.data::<f64>(), 1.5);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the fault can't happen there, or the server has been used already. At its first use,
    /// when the server has no such tool.
    #[must_use]
    #[track_caller]
    pub fn fault(mut self, tool: &str, fault: Fault) -> Self {
        if self.faults.is_none() {
            self = self.faults(&Faults::new());
        }
        self.faults = self.faults.take().map(|plan| plan.tool(tool, fault));
        self
    }

    /// Lets a plan's faults strike the server's tools, calls and records, and move its clock.
    ///
    /// # Panics
    ///
    /// When the server has a plan already, or has been used. At its first use, when the plan names
    /// a tool or a log that the server doesn't have, or is to tear a write that can't be torn.
    #[must_use]
    #[track_caller]
    pub fn faults(self, plan: &Faults) -> Self {
        assert!(self.faults.is_none(), "the server has a plan already: add its faults to that one");
        let layer = FunctionLayer(Arc::clone(&plan.0));
        let records = Arc::new(Records(Arc::clone(&plan.0)));
        let mut server = self.configure(|server| server.function_layer(layer).steered(records));
        server.faults = Some(plan.clone());
        server
    }
}

impl Faults {
    /// Begins to strike a server's tools.
    ///
    /// # Errors
    ///
    /// When a fault is meant for a tool or a log that the server doesn't have: it would never strike.
    pub(crate) fn begin(&self, app: &App, time: &Time) -> Result<(), String> {
        if let Some(tool) = self.0.tools().iter().find(|tool| !app.knows(tool)) {
            return Err(format!("a fault is meant for `{tool}`: the server has no such tool"));
        }
        if let Some(place) = self.0.unopened() {
            return Err(format!("a fault is meant for the {place}: the server has none"));
        }
        self.0.move_clock(time.clock());
        Ok(())
    }

    /// Makes a call, with the faults that its caller sees.
    pub(crate) async fn around_call<F: Future<Output = Result<Reply, ToolError>>>(
        &self,
        tool: &str,
        arguments: &Value,
        caller: &Caller,
        make: impl FnOnce() -> F,
    ) -> Result<Reply, ToolError> {
        self.0.call(tool, arguments, caller, make).await
    }
}
