//! [`App`]: a server that has been checked, and can be called.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use crate::auth::Auth;
use crate::call::Reply;
use crate::caller::Caller;
use crate::config::Settings;
use crate::error::{Error, ToolError};
use crate::pool::Pools;
use crate::registry::Registry;
use crate::request::Request;
use crate::stats::Stats;
use crate::tool::ToolInfo;

/// How often the metrics of connection pools are refreshed while a server serves.
const POOL_METRICS: Duration = Duration::from_secs(5);

/// A server that has been checked: its tools can be listed and called in process, through the
/// whole pipeline, without a transport.
///
/// Cheap to clone.
///
/// ```
/// # use mcp_runtime::{tool, tools, Server};
/// /// Add two numbers.
/// #[tool(read_only)]
/// async fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = Server::new("calculator", "1.0.0").tools(tools![add]).build()?;
/// let reply = app.call("add", serde_json::json!({ "a": 1, "b": 2 })).await?;
/// assert_eq!(reply.structured(), Some(&serde_json::json!({ "result": 3 })));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What a checked server consists of.
pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Option<String>,
    pub(crate) instructions: Option<String>,
    pub(crate) registry: Registry,
    pub(crate) settings: Settings,
    pub(crate) auth: Option<Arc<Auth>>,
    /// The client of stdio, where nobody is authenticated.
    pub(crate) local: Caller,
    pub(crate) pools: Pools,
    pub(crate) stats: Stats,
    pub(crate) conceal: bool,
}

impl App {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The tools, in the order of their registration.
    pub fn tools(&self) -> impl Iterator<Item = &ToolInfo> {
        self.0.registry.tools()
    }

    /// The tools that `caller` may call with some arguments: what lists show it.
    pub fn tools_for(&self, caller: &Caller) -> impl Iterator<Item = &ToolInfo> {
        self.tools().filter(|tool| tool.gate.admits(caller))
    }

    /// A call of a tool, to be made by `.await`: as the local user unless it says otherwise.
    pub fn request(&self, tool: &str, arguments: Value) -> Request {
        Request::new(self.clone(), tool, arguments)
    }

    /// Calls a tool as the local user: [`request`](Self::request) without more.
    ///
    /// # Errors
    ///
    /// See [`Request::send`].
    pub async fn call(&self, tool: &str, arguments: Value) -> Result<Reply, ToolError> {
        self.request(tool, arguments).send().await
    }

    /// Calls a tool as `caller`, with a request's `_meta`.
    ///
    /// # Errors
    ///
    /// See [`Request::send`].
    pub async fn call_as(
        &self,
        caller: Caller,
        tool: &str,
        arguments: Value,
        meta: Map<String, Value>,
    ) -> Result<Reply, ToolError> {
        self.request(tool, arguments).caller(caller).meta(meta).send().await
    }

    /// What the policies have decided so far. Refreshes the metrics of connection pools.
    pub fn stats(&self) -> &Stats {
        self.0.pools.publish();
        &self.0.stats
    }

    /// The newest records of the audit log, at most so many, the oldest of them first.
    ///
    /// Reads them from where they are kept: not for the path of a call.
    ///
    /// # Errors
    ///
    /// The log is off, or can't be read.
    pub fn audit(&self, limit: usize) -> Result<Vec<Value>, Error> {
        let newest = self.0.registry.records().newest(limit);
        newest.map_err(|problem| Error::settings(format!("no audit records: {problem}")))
    }

    /// Whether calls can be put on record, as `/readyz` asks. They can't once the audit log or the
    /// store is closed: then no tool runs until the server is started anew. For ten seconds after a
    /// call that couldn't be put on record, as on a full disk, the server isn't ready either; each
    /// call tries anew.
    ///
    /// # Errors
    ///
    /// Why not, for the operator.
    pub fn ready(&self) -> Result<(), String> {
        self.0.registry.records().ready()
    }

    /// What each caller's calls have cost, by tool, in the units of `cost`: principal, tool, units.
    pub fn usage(&self) -> Vec<(String, &'static str, f64)> {
        self.0.registry.usage()
    }

    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    pub(crate) fn version(&self) -> &str {
        &self.0.version
    }

    pub(crate) fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    pub(crate) fn instructions(&self) -> Option<&str> {
        self.0.instructions.as_deref()
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.0.registry
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether tools look as if they weren't there to callers that lack a scope.
    pub(crate) fn conceals(&self) -> bool {
        self.0.conceal
    }

    /// Who the client of stdio is, to be asked at each request: its key may expire.
    ///
    /// # Errors
    ///
    /// The settings that have to be made, or what is wrong with the key.
    pub(crate) fn stdio_caller(&self) -> Result<Caller, String> {
        self.0.auth.as_ref().map_or_else(|| Ok(self.0.local.clone()), |auth| auth.local())
    }

    /// `None` where nobody is authenticated.
    #[cfg(feature = "http")]
    pub(crate) fn auth(&self) -> Option<&Arc<Auth>> {
        self.0.auth.as_ref()
    }

    /// Whether some caller may be shown other tools than another.
    pub(crate) fn tells_callers_apart(&self) -> bool {
        self.settings().auth.tells_callers_apart()
    }

    /// Refreshes the metrics of connection pools until what it gives is dropped.
    pub(crate) fn watch_pools(&self) -> AbortOnDropHandle<()> {
        let app = self.clone();
        AbortOnDropHandle::new(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(POOL_METRICS);
            loop {
                ticks.tick().await;
                app.0.pools.publish();
            }
        }))
    }

    /// Waits for `finished`, at most for the grace period, and reports the calls that still run
    /// then.
    pub(crate) async fn drain(&self, finished: impl Future<Output = ()>) {
        let grace = self.settings().grace;
        let running: usize = self.registry().running().iter().map(|(_, calls)| calls).sum();
        if running > 0 {
            info!("stopping: {running} calls may finish within {grace:?}");
        }
        if tokio::time::timeout(grace, finished).await.is_err() {
            for (tool, calls) in self.registry().running() {
                warn!(tool, calls, "cut off: still running after the grace period of {grace:?}");
            }
        }
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("name", &self.0.name).finish_non_exhaustive()
    }
}
