//! What a test looks at beside its answers: counts, metrics, the log, the time.

use mcp_runtime::{Decision, Stats};

use crate::{Log, Metrics, TestServer, Time};

impl TestServer {
    /// What the policies have decided so far.
    ///
    /// # Panics
    ///
    /// When the server can't start.
    #[track_caller]
    pub fn stats(&self) -> &Stats {
        self.app().stats()
    }

    /// How often `decision` was made about calls of `tool` so far.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools, Decision};
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
    /// assert_eq!(server.count("answer", Decision::CacheHit), 2);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the server can't start, or has no tool of this name.
    #[track_caller]
    pub fn count(&self, tool: &str, decision: Decision) -> u64 {
        self.find(tool);
        self.stats().get(tool, decision)
    }

    /// What was logged since [`capture_log`](Self::capture_log).
    ///
    /// # Panics
    ///
    /// Where nothing was captured.
    #[track_caller]
    pub fn log(&self) -> &Log {
        match &self.log {
            Some(log) => log,
            None => panic!("the log was not kept: make the server with `.capture_log()`"),
        }
    }

    /// What was counted and measured since [`capture_metrics`](Self::capture_metrics).
    ///
    /// # Panics
    ///
    /// When the server can't start, and where nothing was captured.
    #[track_caller]
    pub fn metrics(&self) -> &Metrics {
        // Gauges of pools are refreshed by this.
        self.stats();
        match &self.metrics {
            Some(metrics) => metrics,
            None => panic!("no metrics were kept: make the server with `.capture_metrics()`"),
        }
    }

    /// The server's time, to let pass and to move. The server takes the time of day from it, from
    /// now on by the machine's clock, unless [`Server::clock`](mcp_runtime::Server::clock) gave it a clock for tests.
    pub fn time(&self) -> &Time {
        &self.time
    }
}
