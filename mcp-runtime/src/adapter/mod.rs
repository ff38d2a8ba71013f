//! The edge: the only room that names the protocol's SDK and the HTTP framework.
//!
//! [`handler`] answers requests from the registry, [`listing`] knows what is listed to whom,
//! [`convert`] translates what travels, [`plain`] reads most requests, [`stdio`] and [`http`] are the transports, [`in_memory`] is
//! how tests get at both, [`raw`] is the way around this crate's own types.

mod convert;
mod elicit;
mod entry;
mod handler;
#[cfg(feature = "http")]
mod http;
mod idempotency;
#[cfg(feature = "testing")]
pub(crate) mod in_memory;
mod listing;
mod plain;
mod probe;
pub mod raw;
mod stdio;

use std::pin::Pin;
use std::sync::Arc;
#[cfg(feature = "http")]
use std::time::Duration;

use rmcp::ServerHandler;
use tokio_util::sync::CancellationToken;

#[cfg(feature = "cli")]
pub(crate) use convert::{list_json, outcome_json};
#[cfg(all(feature = "cli", feature = "http"))]
pub(crate) use http::{PATH as HTTP_PATH, serve as serve_http};

use crate::app::App;
use crate::error::Error;
use crate::server::Server;
use handler::{Handler, ToolsOnly};

/// What is logged unless an operator says otherwise. The SDK reports each client that goes away as
/// an error of its own.
#[cfg(feature = "cli")]
pub(crate) const DEFAULT_LOG: &str = "info,rmcp=error,rmcp::service=off";

/// The newest revision of the protocol.
#[cfg(all(feature = "cli", feature = "http"))]
pub(crate) const REVISION: &str = "2026-07-28";

/// A server's protocol side, whatever hand-written handler stands behind it.
pub(crate) trait Edge: Send + Sync {
    /// Serves stdin and stdout until the client closes them. After `pause` nothing more is read;
    /// after `end` the connection is closed.
    fn stdio(
        self: Arc<Self>,
        pause: CancellationToken,
        end: CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

    /// Serves a stream as stdin and stdout, to a client that is `caller`, until it closes or
    /// `end`.
    #[cfg(feature = "testing")]
    fn stream(
        self: Arc<Self>,
        stream: tokio::io::DuplexStream,
        caller: crate::caller::Caller,
        end: CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

    /// The HTTP service of the MCP endpoint, without the checks in front of it. Its open streams
    /// show `signs` of life so often.
    #[cfg(feature = "http")]
    fn http(self: Arc<Self>, end: CancellationToken, signs: Option<Duration>) -> http::Endpoint;
}

/// What [`Server::delegate`](crate::Server::delegate) keeps until the server is built.
pub(crate) type Delegate = Box<dyn FnOnce(App) -> Arc<dyn Edge> + Send>;

fn delegate<D: ServerHandler>(delegate: D) -> Delegate {
    Box::new(|app| Arc::new(Handler::new(app, delegate)))
}

/// Where nothing was delegated.
pub(crate) fn tools_only() -> Delegate {
    delegate(ToolsOnly)
}

impl Server {
    /// Hands everything that isn't a tool to a handler written against the SDK: prompts,
    /// resources, completion, subscriptions, logging.
    ///
    /// The server's capabilities are the handler's, and tools. The handler's own tools are not
    /// served, and its name and version are not used.
    pub fn delegate(self, handler: impl ServerHandler) -> Self {
        self.with_delegate(delegate(handler))
    }
}

impl<D: ServerHandler> Edge for Handler<D> {
    fn stdio(
        self: Arc<Self>,
        pause: CancellationToken,
        end: CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>> {
        Box::pin(stdio::serve(self, pause, end))
    }

    #[cfg(feature = "testing")]
    fn stream(
        self: Arc<Self>,
        stream: tokio::io::DuplexStream,
        caller: crate::caller::Caller,
        end: CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>> {
        Box::pin(stdio::serve_stream(self, stream, caller, end))
    }

    #[cfg(feature = "http")]
    fn http(self: Arc<Self>, end: CancellationToken, signs: Option<Duration>) -> http::Endpoint {
        http::Endpoint::new(self, end, signs)
    }
}
