//! The checks in front of the MCP endpoint. Every refusal is a JSON-RPC error: clients show its
//! code and message, and nothing of a plain-text body.

use std::collections::HashSet;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{AsHeaderName, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use serde_json::Value;
use tracing::info;

use super::cors;
use super::door::{Door, Metadata};
use super::endpoint::Endpoint;
use super::limits;
use super::refusal::Refusal;
use super::sessions::{Opening, Owners, Place};
use crate::access::Denied;
use crate::adapter::entry::Entry;
use crate::adapter::handler::CONCEALED;
use crate::app::App;
use crate::caller::Caller;
use crate::json::{Envelope, Limits, inspect};

/// At most this much of a plain-text refusal of the SDK is passed on.
const MAX_REASON: usize = 300;
/// A client that finds no free session may ask again after so long.
const SESSION_PAUSE: Duration = Duration::from_secs(5);
/// Of a request that is refused at the door, at most this much is read to learn its id: enough for
/// any honest call, and too little to keep a server busy.
const MAX_UNKNOWN: usize = 64 << 10;
const SESSION_ID: &str = "mcp-session-id";

pub(super) struct Guard {
    app: App,
    door: Door,
    owners: Owners,
    opening: Opening,
    endpoint: Endpoint,
    hosts: HashSet<String>,
    origins: HashSet<String>,
    limits: Limits,
    max_sessions: usize,
    read_timeout: Duration,
}

/// A request that may go on.
struct Admitted {
    request: Request<Full<Bytes>>,
    /// What its answer carries.
    id: Value,
    entry: Entry,
    /// Held while it opens a session.
    opening: Option<Place>,
    /// Its tool has to look as if it weren't there.
    conceals: bool,
}

impl Guard {
    pub(super) fn new(app: &App, endpoint: Endpoint) -> Self {
        let settings = app.settings();
        let loopback = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let allowed = settings.http_allowed_hosts.iter().map(|host| host.to_ascii_lowercase());
        Self {
            app: app.clone(),
            door: Door::new(app),
            owners: Owners::default(),
            opening: Opening::default(),
            endpoint,
            hosts: loopback.into_iter().chain(allowed).collect(),
            origins: settings.http_allowed_origins.iter().map(|o| o.to_ascii_lowercase()).collect(),
            limits: settings.json_limits(),
            max_sessions: settings.http_max_sessions,
            read_timeout: settings.http_read_timeout,
        }
    }

    pub(super) fn metadata(&self) -> Option<&Metadata> {
        self.door.metadata()
    }

    pub(super) async fn answer(&self, request: Request<Body>) -> Response<Body> {
        if let Err(refusal) = self.check_host(&request) {
            return refusal.response();
        }
        let Some(page) = cors::page(request.headers()) else { return self.serve(request).await };
        if cors::is_preflight(&request) {
            return cors::preflight(request.headers(), page);
        }
        let mut response = self.serve(request).await;
        cors::share(response.headers_mut(), page);
        response
    }

    async fn serve(&self, request: Request<Body>) -> Response<Body> {
        let ends_session = request.method() == Method::DELETE;
        let Admitted { request, id, entry, opening, conceals } = match self.check(request).await {
            Ok(admitted) => admitted,
            Err(refusal) => return refusal.response(),
        };
        let answering = CONCEALED.scope(conceals, self.endpoint.answer(request));
        let mut response = answering.await;
        if let Some(failure) = entry.failure() {
            if let Some(denied) = failure.as_denied() {
                return self.door.denied(denied).answering(id).response();
            }
            limits::announce(failure, response.headers_mut());
        }
        if opening.is_some()
            && let Some(session) = text(response.headers(), SESSION_ID)
        {
            self.owners.opened(session, entry.caller.principal(), &self.endpoint).await;
        }
        // By now the session has ended, which is more than 202 says; clients log that as a failure.
        if ends_session && response.status() == StatusCode::ACCEPTED {
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        in_json(response, &id).await
    }

    /// Who sends the request, whether it is well formed, and whether its sender may go on.
    async fn check(&self, request: Request<Body>) -> Result<Admitted, Refusal> {
        let (mut parts, body) = request.into_parts();
        let caller = match self.door.caller(&parts).await {
            Ok(caller) => caller,
            Err(refusal) => return Err(self.unknown(refusal, &parts, body).await),
        };
        self.door.keep_credentials(&mut parts.headers);
        self.check_session(&parts, &caller)?;
        let body = self.read(body, self.limits.message).await?;
        let envelope = match parts.method {
            Method::POST => inspect(&body, self.limits).map_err(Refusal::malformed)?,
            _ => Envelope::default(),
        };
        let opens_session = envelope.method.as_deref() == Some("initialize")
            && text(&parts.headers, SESSION_ID).is_none();
        let mut opening = None;
        if opens_session {
            opening = self.opening.place(&self.endpoint, self.max_sessions).await;
            if opening.is_none() {
                let message = "the server has no room for another session now";
                let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message);
                return Err(refusal.retry_after(SESSION_PAUSE).answering(envelope.id));
            }
        }
        let denied = self.denied(&envelope, &caller);
        let conceals = denied.is_some() && self.app.conceals();
        if let Some(denied) = denied
            && !conceals
        {
            // The call gets no further, so that this is its line in the log, and its count.
            let error = denied.clone().into_error();
            let name = envelope.name.as_deref().unwrap_or_default();
            self.app.registry().count_denied(name, caller.principal(), error.code());
            info!(
                tool = envelope.name,
                caller = caller.principal(),
                outcome = error.code().as_str(),
                missing = denied.missing.join(" "),
                "refused a call",
            );
            return Err(self.door.denied(&denied).answering(envelope.id));
        }
        let entry = Entry::new(caller);
        parts.extensions.insert(entry.clone());
        let request = Request::from_parts(parts, Full::new(body));
        Ok(Admitted { request, id: envelope.id, entry, opening, conceals })
    }

    /// Whether a call is refused whatever its arguments are. The call path decides the same again:
    /// here it can still be a status where the answer would be a stream.
    fn denied(&self, envelope: &Envelope, caller: &Caller) -> Option<Denied> {
        let is_call = envelope.method.as_deref() == Some("tools/call");
        let name = envelope.name.as_deref().filter(|_| is_call)?;
        let registry = self.app.registry();
        registry.tool(registry.position(name)?).gate.admit(caller).err()
    }

    /// A refusal at the door, as an answer to what was asked, where that can be read cheaply.
    async fn unknown(&self, refusal: Refusal, parts: &Parts, body: Body) -> Refusal {
        let read = async {
            let body = self.read(body, MAX_UNKNOWN).await.ok()?;
            inspect(&body, self.limits).ok()
        };
        let envelope = if parts.method == Method::POST { read.await } else { None };
        let envelope = envelope.unwrap_or_default();
        let denied = self.denied(&envelope, &Caller::anonymous());
        let told = denied.filter(|_| !self.app.conceals());
        self.door.asking(refusal, told.as_ref()).answering(envelope.id)
    }

    /// A session of another caller is none at all.
    fn check_session(&self, parts: &Parts, caller: &Caller) -> Result<(), Refusal> {
        match text(&parts.headers, SESSION_ID) {
            Some(session) if !self.owners.is_owner(session, caller.principal()) => {
                Err(Refusal::new(StatusCode::NOT_FOUND, "Not Found: Session not found"))
            }
            _ => Ok(()),
        }
    }

    /// A page on another site must not reach a server on this machine: by a name that it rebinds
    /// (Host), or straight from a browser (Origin).
    fn check_host(&self, request: &Request<Body>) -> Result<(), Refusal> {
        let authority = text(request.headers(), HOST)
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

    async fn read(&self, body: Body, limit: usize) -> Result<Bytes, Refusal> {
        let limited = Limited::new(body, limit).collect();
        match tokio::time::timeout(self.read_timeout, limited).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                let message = format!("the body is larger than {limit} bytes");
                Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message))
            }
            Ok(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the body could not be read")),
            Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
        }
    }
}

fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
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
    let refusal = Refusal::new(status, message).answering(id.clone());
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
