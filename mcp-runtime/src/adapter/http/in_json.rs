//! Refusals of the SDK, in the form that ours have.

use axum::body::Body;
use axum::http::Response;
use axum::http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Limited};
use serde_json::Value;

use super::refusal::Refusal;

/// At most this much of a plain-text refusal of the SDK is passed on.
const MAX_REASON: usize = 300;

/// Turns the SDK's plain-text refusals into JSON-RPC errors; leaves everything else alone.
pub(super) async fn in_json(response: Response<Body>, id: &Value) -> Response<Body> {
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
    let refusal = if status.is_server_error() {
        Refusal::failed(status)
    } else {
        Refusal::new(
            status,
            reason(body).await.unwrap_or_else(|| {
                status.canonical_reason().unwrap_or("the request was refused").to_owned()
            }),
        )
    };
    let mut response = refusal.answering(id.clone()).response();
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
