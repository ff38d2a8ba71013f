//! The two ways to answer a request: the SDK's HTTP service, its types erased, and the direct path.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use http_body_util::Full;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;

use super::direct::Direct;
use crate::adapter::handler::Handler;

type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// The MCP endpoint behind its checks.
pub(crate) struct Endpoint {
    answer: Box<dyn Fn(Request<Full<Bytes>>) -> Answer + Send + Sync>,
    sessions: Arc<LocalSessionManager>,
    direct: Option<Direct>,
}

impl Endpoint {
    pub(in crate::adapter) fn new<D: ServerHandler>(
        handler: Arc<Handler<D>>,
        end: CancellationToken,
        signs: Option<Duration>,
    ) -> Self {
        let sessions = Arc::new(LocalSessionManager::default());
        let supported = handler.supported_protocol_versions();
        let (app, info) = (handler.app(), handler.server_info());
        let direct = Direct::new(app, handler.listing(), &supported, info, end.clone());
        let limit = handler.app().settings().json_limits().message;
        // Host, Origin and size are checked in front, where the answer can be a JSON-RPC error.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_max_request_body_bytes(limit)
            .with_json_response(true)
            .with_sse_keep_alive(signs)
            .with_cancellation_token(end);
        let factory = move || Ok(Arc::clone(&handler));
        let service = StreamableHttpService::new(factory, Arc::clone(&sessions), config);
        Self {
            answer: Box::new(move |request| {
                let service = service.clone();
                Box::pin(async move { service.handle(request).await.map(Body::new) })
            }),
            sessions,
            direct,
        }
    }

    /// The same with one way alone, so that a test can compare the two.
    #[cfg(feature = "testing")]
    pub(super) fn by_the_sdk(self) -> Self {
        Self { direct: None, ..self }
    }

    /// The way of plain requests, where the server can answer some.
    pub(super) fn direct(&self) -> Option<&Direct> {
        self.direct.as_ref()
    }

    pub(super) async fn answer(&self, request: Request<Full<Bytes>>) -> Response<Body> {
        (self.answer)(request).await
    }

    /// How many sessions of older revisions are open now.
    pub(super) async fn sessions(&self) -> usize {
        self.sessions.sessions.read().await.len()
    }

    /// The ids of those sessions.
    pub(super) async fn open_sessions(&self) -> HashSet<String> {
        self.sessions.sessions.read().await.keys().map(ToString::to_string).collect()
    }
}
