//! [`InProcess`]: requests that go straight to a server's routes, without a socket.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::request::Builder;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use axum::{BoxError, Router};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http_body_util::BodyExt;
use mcp_runtime::Caller;
use mcp_runtime::private::Known;
use rmcp::model::ClientJsonRpcMessage;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use sse_stream::{Error as SseError, Sse, SseStream};
use tower::ServiceExt;
use tower::util::{BoxCloneSyncService, MapErr, MapResponse};

use crate::Faults;
use crate::faults::ReplyBody;

/// Where the endpoint lies for a server that believes to be on this machine.
pub(super) const ENDPOINT: &str = "http://localhost/mcp";
const SESSION: &str = "mcp-session-id";
const LAST_EVENT: &str = "last-event-id";
const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

type Failure = StreamableHttpError<Infallible>;
type Headers = HashMap<HeaderName, HeaderValue>;

/// The HTTP client of one caller.
#[derive(Clone)]
pub(super) struct InProcess {
    routes: Routes,
    caller: Caller,
}

/// A server's routes, with whatever stands before them.
type Routes = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

impl InProcess {
    pub(super) fn new(router: Router, caller: Caller, faults: Option<&Faults>) -> Self {
        let way_in = match faults {
            Some(faults) => Routes::new(MapResponse::new(
                faults.http(router),
                |response: Response<ReplyBody>| response.map(Body::new),
            )),
            None => Routes::new(MapErr::new(router, |never: Infallible| match never {})),
        };
        Self { routes: way_in, caller }
    }

    fn request(&self, method: Method, session: Option<&str>, headers: Headers) -> Builder {
        let mut request = Request::builder()
            .method(method)
            .uri("/mcp")
            .header(HOST, "localhost")
            .header(ACCEPT, format!("{EVENTS}, {JSON}"))
            .extension(Known(self.caller.clone()));
        if let Some(session) = session {
            request = request.header(SESSION, session);
        }
        headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    async fn send(&self, request: Builder, body: Body) -> Result<Response<Body>, Failure> {
        let request = request.body(body).map_err(|error| unexpected(error.to_string()))?;
        self.routes.clone().oneshot(request).await.map_err(|lost| unexpected(lost.to_string()))
    }
}

impl StreamableHttpClient for InProcess {
    type Error = Infallible;

    async fn post_message(
        &self,
        _: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        _: Option<String>,
        headers: Headers,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        let request = self.request(Method::POST, session.as_deref(), headers);
        let request = request.header(CONTENT_TYPE, JSON);
        let response = self.send(request, serde_json::to_vec(&message)?.into()).await?;
        let status = response.status();
        if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        if status == StatusCode::NOT_FOUND && session.is_some() {
            return Err(StreamableHttpError::SessionExpired);
        }
        let opened = text(&response, SESSION);
        if text(&response, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with(EVENTS)) {
            return Ok(StreamableHttpPostResponse::Sse(events(response), opened));
        }
        let body = response.into_body().collect().await;
        let body = body.map_err(|error| unexpected(error.to_string()))?.to_bytes();
        // A refusal is a status with a JSON-RPC error, which says more than the status.
        let answer = serde_json::from_slice(&body).map_err(|_| {
            unexpected(format!("status {status}: {}", String::from_utf8_lossy(&body)))
        })?;
        Ok(StreamableHttpPostResponse::Json(answer, opened))
    }

    async fn delete_session(
        &self,
        _: Arc<str>,
        session: Arc<str>,
        _: Option<String>,
        headers: Headers,
    ) -> Result<(), Failure> {
        let request = self.request(Method::DELETE, Some(&session), headers);
        self.send(request, Body::empty()).await.map(drop)
    }

    async fn get_stream(
        &self,
        _: Arc<str>,
        session: Option<Arc<str>>,
        last_event: Option<String>,
        _: Option<String>,
        headers: Headers,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Failure> {
        let mut request = self.request(Method::GET, session.as_deref(), headers);
        if let Some(last_event) = last_event {
            request = request.header(LAST_EVENT, last_event);
        }
        let response = self.send(request, Body::empty()).await?;
        match response.status() {
            StatusCode::OK => Ok(events(response)),
            StatusCode::METHOD_NOT_ALLOWED => Err(StreamableHttpError::ServerDoesNotSupportSse),
            status => Err(unexpected(format!("status {status}"))),
        }
    }
}

fn events(response: Response<Body>) -> BoxStream<'static, Result<Sse, SseError>> {
    SseStream::new(response.into_body()).boxed()
}

fn text(response: &Response<Body>, header: &str) -> Option<String> {
    Some(response.headers().get(header)?.to_str().ok()?.to_owned())
}

fn unexpected(what: String) -> Failure {
    StreamableHttpError::UnexpectedServerResponse(what.into())
}
