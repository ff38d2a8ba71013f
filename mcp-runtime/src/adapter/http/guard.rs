//! The checks in front of the MCP endpoint. Every refusal is a JSON-RPC error: clients show its
//! code and message, and nothing of a plain-text body.

use std::collections::HashSet;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use serde_json::Value;
use tracing::debug;

use super::endpoint::Endpoint;
use crate::config::Settings;
use crate::json::{Limits, answer, inspect};

/// At most this much of a plain-text refusal of the SDK is passed on.
const MAX_REASON: usize = 300;
/// A client that finds no free session may ask again after so many seconds.
const SESSION_PAUSE: HeaderValue = HeaderValue::from_static("5");
const SESSION_ID: &str = "mcp-session-id";

pub(super) struct Guard {
    endpoint: Endpoint,
    hosts: HashSet<String>,
    origins: HashSet<String>,
    limits: Limits,
    max_sessions: usize,
    read_timeout: Duration,
}

/// Why a request goes no further.
struct Refusal {
    status: StatusCode,
    code: i32,
    message: String,
    id: Value,
}

impl Refusal {
    /// Where JSON-RPC has no code of its own, the code is the status.
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let code = i32::from(status.as_u16());
        Self { status, code, message: message.into(), id: Value::Null }
    }

    fn response(&self) -> Response<Body> {
        debug!(status = self.status.as_u16(), "refused a request: {}", self.message);
        let body = answer(self.code, &self.message, &self.id).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, SESSION_PAUSE);
        }
        response
    }
}

impl Guard {
    pub(super) fn new(settings: &Settings, endpoint: Endpoint) -> Self {
        let loopback = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let allowed = settings.http_allowed_hosts.iter().map(|host| host.to_ascii_lowercase());
        Self {
            endpoint,
            hosts: loopback.into_iter().chain(allowed).collect(),
            origins: settings.http_allowed_origins.iter().map(|o| o.to_ascii_lowercase()).collect(),
            limits: settings.json_limits(),
            max_sessions: settings.http_max_sessions,
            read_timeout: settings.http_read_timeout,
        }
    }

    pub(super) async fn answer(&self, request: Request<Body>) -> Response<Body> {
        match self.check(request).await {
            Ok((request, id)) => in_json(self.endpoint.answer(request).await, &id).await,
            Err(refusal) => refusal.response(),
        }
    }

    /// The request with its whole body, and the id that its answer carries.
    async fn check(
        &self,
        request: Request<Body>,
    ) -> Result<(Request<Full<Bytes>>, Value), Refusal> {
        self.check_host(&request)?;
        let (parts, body) = request.into_parts();
        let body = self.read(body).await?;
        let mut id = Value::Null;
        if parts.method == Method::POST {
            let envelope = inspect(&body, self.limits).map_err(|malformed| Refusal {
                status: StatusCode::BAD_REQUEST,
                code: malformed.code,
                message: malformed.message,
                id: Value::Null,
            })?;
            id = envelope.id;
            let opens_session = envelope.method.as_deref() == Some("initialize")
                && !parts.headers.contains_key(SESSION_ID);
            if opens_session && self.endpoint.sessions().await >= self.max_sessions {
                let message = "the server has no room for another session now";
                let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message);
                return Err(Refusal { id, ..refusal });
            }
        }
        Ok((Request::from_parts(parts, Full::new(body)), id))
    }

    /// A page on another site must not reach a server on this machine: by a name that it rebinds
    /// (Host), or straight from a browser (Origin).
    fn check_host(&self, request: &Request<Body>) -> Result<(), Refusal> {
        let authority = text(request.headers(), &HOST)
            .map(str::to_owned)
            .or_else(|| request.uri().authority().map(|authority| authority.as_str().to_owned()))
            .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "the Host header is missing"))?
            .to_ascii_lowercase();
        if !self.hosts.contains(&authority) && !self.hosts.contains(without_port(&authority)) {
            let message = "this Host is not allowed; see `http.allowed_hosts`";
            return Err(Refusal::new(StatusCode::FORBIDDEN, message));
        }
        let Some(origin) = request.headers().get(ORIGIN) else { return Ok(()) };
        let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
        let same = origin.split_once("://").is_some_and(|(_, of)| of == authority);
        if same || self.origins.contains(&origin) {
            return Ok(());
        }
        let message = "this Origin is not allowed; see `http.allowed_origins`";
        Err(Refusal::new(StatusCode::FORBIDDEN, message))
    }

    async fn read(&self, body: Body) -> Result<Bytes, Refusal> {
        let limited = Limited::new(body, self.limits.message).collect();
        match tokio::time::timeout(self.read_timeout, limited).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                let message = format!("the body is larger than {} bytes", self.limits.message);
                Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message))
            }
            Ok(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the body could not be read")),
            Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &axum::http::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn without_port(authority: &str) -> &str {
    let after_address = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[after_address..].rfind(':') {
        Some(colon) => &authority[..after_address + colon],
        None => authority,
    }
}

/// Turns the SDK's plain-text refusals into JSON-RPC errors; leaves everything else alone.
async fn in_json(response: Response<Body>, id: &Value) -> Response<Body> {
    let status = response.status();
    let is_text = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_none_or(|value| value.starts_with("text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || !is_text {
        return response;
    }
    let (parts, body) = response.into_parts();
    let message = if status.is_server_error() {
        "the server failed to carry out this request".to_owned()
    } else {
        reason(body).await.unwrap_or_else(|| {
            status.canonical_reason().unwrap_or("the request was refused").to_owned()
        })
    };
    let refusal = Refusal { id: id.clone(), ..Refusal::new(status, message) };
    let mut response = refusal.response();
    for (name, value) in &parts.headers {
        if !matches!(name.as_str(), "content-type" | "content-length") {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}

async fn reason(body: Body) -> Option<String> {
    let body = Limited::new(body, MAX_REASON).collect().await.ok()?.to_bytes();
    let text = std::str::from_utf8(&body).ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn ports_are_told_from_addresses() {
        for (authority, host) in [
            ("localhost:8080", "localhost"),
            ("localhost", "localhost"),
            ("[::1]:8080", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(without_port(authority), host);
        }
    }
}
