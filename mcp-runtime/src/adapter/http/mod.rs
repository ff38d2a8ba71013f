//! HTTP: the MCP endpoint with its checks, and the health endpoints.

mod body;
mod cors;
mod direct;
mod door;
mod endpoint;
mod front;
mod guard;
mod hosts;
mod in_json;
mod limits;
mod peer;
mod refusal;
mod serve;
mod sessions;
mod stream;

pub(crate) use endpoint::Endpoint;
pub(crate) use serve::serve;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tracing::info;

#[cfg(feature = "testing")]
use super::Edge;
#[cfg(feature = "testing")]
use super::in_memory::Ways;
use crate::app::App;
use crate::error::Error;
use crate::life::until;
use crate::server::{Built, Server};
use door::{METADATA_AGE, Metadata, WELL_KNOWN};
use front::Front;
use guard::Guard;

/// Where the MCP endpoint lies.
pub(crate) const PATH: &str = "/mcp";
/// How often a stream on which nothing happens says that it is there, so that nothing in between
/// takes it for dead: proxies give up after 30 to 60 seconds.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

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
    /// A call runs in the task of its request or in one of its own. Task-locals that a layer around
    /// the routes sets may therefore reach a function or not: what a function needs travels in the
    /// caller, in `_meta`, or in a [`State`](crate::State).
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
        self.warn_of_memory();
        Ok(front(self.finish()?, CancellationToken::new()).routes)
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
    /// address that can't be listened on, and one that isn't loopback while nobody is
    /// authenticated.
    pub async fn serve_http(
        mut self,
        address: SocketAddr,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        self.set_http_address(address);
        self.warn_of_memory();
        let built = self.finish()?;
        until(shutdown, |stop| announced(built, stop)).await
    }
}

fn announced(built: Built, stop: CancellationToken) -> BoxFuture<'static, Result<(), Error>> {
    let ready = |address| info!("listening on http://{address}{PATH}");
    Box::pin(serve(built, stop.cancelled_owned(), ready))
}

/// What answers requests. After `end`, streams that are still open are closed.
fn front(built: Built, end: CancellationToken) -> Front {
    let endpoint = Arc::clone(&built.edge).http(end, Some(SIGN_OF_LIFE));
    let guard = Arc::new(Guard::new(&built.app, endpoint));
    Front { routes: routes(built.app, &guard), guard }
}

/// The routes in memory, whose open streams show no sign of life: the SDK times those by the
/// machine's clock, and while it is paused they would follow each other without an end.
#[cfg(feature = "testing")]
pub(super) fn routes_in_memory(
    app: App,
    edge: Arc<dyn Edge>,
    ways: Ways,
    end: CancellationToken,
) -> Router {
    let endpoint = edge.http(end, None);
    let endpoint = match ways {
        Ways::Both => endpoint,
        Ways::Sdk => endpoint.by_the_sdk(),
    };
    let guard = Arc::new(Guard::new(&app, endpoint));
    routes(app, &guard)
}

fn routes(app: App, guard: &Arc<Guard>) -> Router {
    let described = guard.metadata().map(described).unwrap_or_default();
    described
        .route(PATH, any(mcp).with_state(Arc::clone(guard)))
        // A server listens only once everything is checked. When it stops, it closes its listener
        // and its idle connections at once: what was asked before is all that is still answered.
        .route("/livez", get(|| async { StatusCode::OK }))
        .route("/readyz", get(ready).with_state(app))
}

/// A server that can't put calls on record refuses those that have to leave a record: while another
/// one can, they had better go there.
async fn ready(State(app): State<App>) -> Response {
    if app.ready().is_ok() {
        return StatusCode::OK.into_response();
    }
    // Who asks here has shown no credential: what exactly is wrong stands in the log.
    let reason = "what calls do can't be put on record: see the server's log";
    let body = json!({ "ready": false, "reason": reason }).to_string();
    let json = [(CONTENT_TYPE, "application/json")];
    (StatusCode::SERVICE_UNAVAILABLE, json, body).into_response()
}

/// The metadata of the protected resource: where RFC 9728 derives it from the resource's URL, and
/// without its path, where some clients look first.
fn described(metadata: &Metadata) -> Router {
    let text = metadata.document.to_string();
    let age = format!("public, max-age={}", METADATA_AGE.as_secs());
    let answer = move || {
        let headers = [
            (CONTENT_TYPE, "application/json".to_owned()),
            (CACHE_CONTROL, age.clone()),
            // Public, and read by clients that run in a browser.
            (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
        ];
        std::future::ready((headers, text.clone()))
    };
    let document = get(answer).options(|| async { cors::public_preflight() });
    let routes = Router::new().route(WELL_KNOWN, document.clone());
    if metadata.path == WELL_KNOWN { routes } else { routes.route(&metadata.path, document) }
}

async fn mcp(State(guard): State<Arc<Guard>>, request: Request) -> Response {
    let peer = peer::peer(request.extensions());
    guard.answer(request, peer).await
}

/// What a host must be while nobody is authenticated, or be told otherwise in so many words.
fn refuse_open_network(app: &App) -> Result<(), Error> {
    let settings = app.settings();
    let address = settings.http_address;
    let open = settings.http_allow_unauthenticated_network;
    if app.auth().is_some() || address.ip().is_loopback() || open {
        return Ok(());
    }
    Err(Error::settings(format!(
        "refusing to listen on {address}: without authentication, everyone who reaches this \
         address could call every tool. Configure `auth.keys` or `auth.issuer`, listen on \
         127.0.0.1, or set `http.allow_unauthenticated_network = true` where something in front \
         authenticates"
    )))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;
    use crate::records::Records;
    use crate::store::testing::TestJournal;

    #[tokio::test]
    async fn a_server_that_cannot_write_is_not_ready_and_says_why() {
        let journal = TestJournal::default();
        let records = Records { journal: Some(Arc::new(journal.clone())), ..Records::default() };
        let built = Server::new("t", "1").finish_with(|_, _| Ok(records)).unwrap();
        let router = front(built, CancellationToken::new()).routes;
        let ask = |path: &'static str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request)
        };
        assert_eq!(ask("/readyz").await.unwrap().status(), StatusCode::OK);
        journal.close("the disk is full");
        let answer = ask("/readyz").await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        // What exactly is wrong is for the log.
        assert!(body["reason"].as_str().unwrap().contains("see the server's log"), "{body}");
        assert!(!body.to_string().contains("disk"), "{body}");
        assert_eq!(ask("/livez").await.unwrap().status(), StatusCode::OK);
    }
}
