//! What a test looks at beside its answers: counts, records, the log, the time.

use mcp_runtime::{Decision, Stats};
use serde_json::Value;

use crate::{Log, TestServer, Time};

/// The most records that a test looks at.
const RECORDS: usize = 10_000;

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

    /// The newest records of the audit log, the oldest of them first; 10,000 at most.
    ///
    /// # Panics
    ///
    /// When the server can't start, or its audit log is off.
    #[track_caller]
    pub fn audit(&self) -> Vec<Value> {
        match self.app().audit(RECORDS) {
            Ok(records) => records,
            Err(error) => panic!("{error}"),
        }
    }

    /// The server's time, to let pass and to move. The server takes the time of day from it, from
    /// now on by the machine's clock, unless [`Server::clock`](mcp_runtime::Server::clock) gave it a clock for tests.
    pub fn time(&self) -> &Time {
        &self.time
    }
}
