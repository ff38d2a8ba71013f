//! Clients of every revision, over the routes.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::PATIENCE;

pub(super) const MODERN: &str = "2026-07-28";
pub(super) const LEGACY: [&str; 2] = ["2025-06-18", "2025-11-25"];

/// What a server answers.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The JSON-RPC answer.
    pub(super) body: Value,
}

impl Answer {
    /// What `WWW-Authenticate` says under a name.
    pub(super) fn challenge(&self, name: &str) -> Option<&str> {
        let challenge = self.headers.get("www-authenticate")?.to_str().unwrap();
        let (_, value) = challenge.split_once(&format!("{name}=\""))?;
        Some(&value[..value.find('"').unwrap()])
    }
}

/// A client of one revision with one credential.
pub(super) struct Client {
    router: Router,
    revision: &'static str,
    credential: Option<String>,
    pub(super) session: Option<String>,
}

/// The first request of a revision that has sessions.
pub(super) fn initialize(revision: &str) -> Value {
    json!({
        "jsonrpc": "2.0",
        "id": 7,
        "method": "initialize",
        "params": {
            "protocolVersion": revision,
            "capabilities": {},
            "clientInfo": { "name": "old", "version": "1" },
        },
    })
}

impl Client {
    /// A client, and the session of a revision that has such.
    pub(super) async fn connect(
        router: &Router,
        revision: &'static str,
        credential: Option<&str>,
    ) -> Result<Self, Answer> {
        let credential = credential.map(str::to_owned);
        let mut client = Self { router: router.clone(), revision, credential, session: None };
        if revision == MODERN {
            return Ok(client);
        }
        let opened = client.send(&initialize(revision)).await;
        if opened.status != StatusCode::OK {
            return Err(opened);
        }
        client.session = Some(opened.headers["mcp-session-id"].to_str().unwrap().to_owned());
        let message = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let accepted = client.send(&message).await;
        assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.body);
        Ok(client)
    }

    /// The same client with the credential of somebody else.
    pub(super) fn disguised(&self, credential: &str) -> Self {
        Self {
            router: self.router.clone(),
            revision: self.revision,
            credential: Some(credential.to_owned()),
            session: self.session.clone(),
        }
    }

    pub(super) async fn list(&self) -> Answer {
        self.request("tools/list", json!({})).await
    }

    pub(super) async fn call(&self, tool: &str, arguments: Value) -> Answer {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    pub(super) async fn request(&self, method: &str, mut params: Value) -> Answer {
        if self.revision == MODERN {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })).await
    }

    /// Sends a message with the headers that belong to it.
    pub(super) async fn send(&self, message: &Value) -> Answer {
        answer(&self.router, self.post(message)).await
    }

    pub(super) fn post(&self, message: &Value) -> Request<Body> {
        let mut request = Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        if let Some(credential) = &self.credential {
            request = request.header("authorization", format!("Bearer {credential}"));
        }
        if let Some(session) = &self.session {
            request = request.header("mcp-session-id", session);
        }
        if message["method"] != "initialize" {
            request = request.header("mcp-protocol-version", self.revision);
        }
        if self.revision == MODERN {
            request = request.header("mcp-method", message["method"].as_str().unwrap());
            if let Some(name) = message["params"]["name"].as_str() {
                request = request.header("mcp-name", name);
            }
        }
        request.body(Body::from(message.to_string())).unwrap()
    }
}

/// The answer to a request: JSON, or the last message of a stream.
pub(super) async fn answer(router: &Router, request: Request<Body>) -> Answer {
    let answering = async {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts, body.collect().await.unwrap().to_bytes())
    };
    let (parts, bytes) = tokio::time::timeout(PATIENCE, answering).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let kind = parts.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let json = match kind.as_deref() {
        Some("text/event-stream") => {
            let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
            data.map(str::trim).rfind(|data| !data.is_empty()).unwrap().to_owned()
        }
        _ => text,
    };
    let body = if json.is_empty() { Value::Null } else { serde_json::from_str(&json).unwrap() };
    Answer { status: parts.status, headers: parts.headers, body }
}
