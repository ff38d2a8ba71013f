//! A server's protocol side without a process and without a socket: what the test kit talks to.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::DuplexStream;
use tokio_util::sync::CancellationToken;

use super::{Edge, convert};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::server::Server;
use crate::tool::ToolInfo;

/// Among the extensions of an HTTP request: who sends it. Nothing that comes from a network can
/// put it there; a program that holds the routes could as well call the tools.
#[derive(Clone, Debug)]
pub struct Known(pub Caller);

/// How requests over HTTP are answered, of which nobody should notice anything.
#[cfg(feature = "http")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// Plain requests by the direct path, and what is left by the SDK.
    Both,
    /// All by the SDK.
    Sdk,
}

/// A server that has been checked, and both of its transports.
pub struct InMemory {
    app: App,
    edge: Arc<dyn Edge>,
}

impl Server {
    /// Checks everything, and gives the server without a transport.
    ///
    /// # Errors
    ///
    /// What is wrong with the server: see [`build`](Self::build).
    #[doc(hidden)]
    pub fn in_memory(self) -> Result<InMemory, Error> {
        let built = self.finish()?;
        Ok(InMemory { app: built.app, edge: built.edge })
    }
}

impl InMemory {
    /// The server, to be called without a protocol.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Whether a tool looks to this caller as if it weren't there. The protocol's side sees to
    /// that: calls in process don't.
    pub fn conceals(&self, tool: &ToolInfo, caller: &Caller) -> bool {
        self.app.conceals() && !tool.gate.admits(caller)
    }

    /// A tool as `tools/list` shows it.
    pub fn listed(&self, tool: &ToolInfo) -> Value {
        // Names, texts and schemas: this cannot fail.
        serde_json::to_value(convert::tool(tool)).unwrap_or_default()
    }

    /// Serves one client as over stdin and stdout, until it closes its end or what this gives is
    /// dropped.
    ///
    /// # Errors
    ///
    /// What broke the connection.
    pub fn stdio(
        &self,
        stream: DuplexStream,
        caller: Caller,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        Arc::clone(&self.edge).stream(stream, caller, CancellationToken::new())
    }

    /// The routes. A request that carries a [`Known`] comes from that caller.
    #[cfg(feature = "http")]
    pub fn router(&self) -> axum::Router {
        self.router_by(Ways::Both)
    }

    /// The routes, with these ways to answer.
    #[cfg(feature = "http")]
    pub fn router_by(&self, ways: Ways) -> axum::Router {
        self.router_until(ways, CancellationToken::new())
    }

    /// The same, of a server that cuts off what still runs when `end` is cancelled.
    #[cfg(feature = "http")]
    pub fn router_until(&self, ways: Ways, end: CancellationToken) -> axum::Router {
        super::http::routes_in_memory(self.app.clone(), Arc::clone(&self.edge), ways, end)
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").field("app", &self.app).finish_non_exhaustive()
    }
}
