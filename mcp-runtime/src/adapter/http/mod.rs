//! HTTP: the MCP endpoint with its checks, and the health endpoints.

mod endpoint;
mod guard;
mod serve;

pub(crate) use endpoint::Endpoint;
pub(crate) use serve::serve;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{any, get};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::config::Settings;
use crate::error::Error;
use crate::server::{Built, Server};
use guard::Guard;

/// Where the MCP endpoint lies.
pub(crate) const PATH: &str = "/mcp";

impl Server {
    /// The server as routes of an [axum](https://docs.rs/axum) application: `/mcp`, `/livez` and
    /// `/readyz`.
    ///
    /// The checks of Host and Origin and the limits on messages come with the routes; listening,
    /// connection limits and shutdown are the application's. A Host other than a loopback name
    /// has to be allowed by [`allow_host`](Self::allow_host).
    ///
    /// A program with `blocking` tools should end its runtime with
    /// [`Runtime::shutdown_timeout`](tokio::runtime::Runtime::shutdown_timeout): dropping it waits
    /// for every thread that a tool still holds.
    ///
    /// ```no_run
    /// # use mcp_runtime::{tool, tools, Server};
    /// # /// Say hello.
    /// # #[tool]
    /// # async fn hello() -> String { "hello".into() }
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mcp = Server::new("greeter", "1.0.0").tools(tools![hello]).router()?;
    /// let app = axum::Router::new().merge(mcp);
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    /// axum::serve(listener, app).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with the server as it was put together: see [`Server::build`].
    pub fn router(self) -> Result<Router, Error> {
        Ok(router(self.finish()?, CancellationToken::new()))
    }

    /// Serves on `address` until `shutdown` completes; running calls then get the grace period to
    /// finish.
    ///
    /// For programs with a command line of their own; [`run`](Self::run) does this by default. One
    /// with `blocking` tools should end its runtime with
    /// [`Runtime::shutdown_timeout`](tokio::runtime::Runtime::shutdown_timeout): dropping it waits
    /// for every thread that a tool still holds.
    ///
    /// # Errors
    ///
    /// What is wrong with the server as it was put together (see [`build`](Self::build)), an
    /// address that can't be listened on, and one that isn't loopback: nobody is authenticated.
    pub async fn serve_http(
        mut self,
        address: SocketAddr,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        self.set_http_address(address);
        let ready = |address| info!("listening on http://{address}{PATH}");
        serve(self.finish()?, shutdown, ready).await
    }
}

/// The routes. After `end`, streams that are still open are closed.
fn router(built: Built, end: CancellationToken) -> Router {
    let Built { app, edge } = built;
    let guard = Arc::new(Guard::new(app.settings(), edge.http(end)));
    Router::new()
        .route(PATH, any(mcp).with_state(guard))
        // A server listens only once everything is checked. When it stops, it closes its listener
        // and its idle connections at once: what was asked before is all that is still answered.
        .route("/livez", get(|| async { StatusCode::OK }))
        .route("/readyz", get(|| async { StatusCode::OK }))
}

async fn mcp(State(guard): State<Arc<Guard>>, request: Request) -> Response {
    guard.answer(request).await
}

/// What a host must be while nobody is authenticated, or be told otherwise in so many words.
fn refuse_open_network(settings: &Settings) -> Result<(), Error> {
    let address = settings.http_address;
    if address.ip().is_loopback() || settings.http_allow_unauthenticated_network {
        return Ok(());
    }
    Err(Error::settings(format!(
        "refusing to listen on {address}: without authentication, everyone who reaches this \
         address could call every tool. Listen on 127.0.0.1, or set \
         `http.allow_unauthenticated_network = true` where something in front authenticates"
    )))
}
