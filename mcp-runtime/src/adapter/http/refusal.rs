//! Why a request goes no further, as an answer that clients show.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::Value;
use tracing::debug;

use crate::error::ToolError;
use crate::json::{Malformed, answer};

/// Every refusal is a JSON-RPC error: clients show its code and message, and nothing of a
/// plain-text body.
pub(super) struct Refusal(Box<Fields>);

struct Fields {
    status: StatusCode,
    code: i32,
    message: String,
    id: Value,
    /// The public error, where a model can act on it.
    data: Option<Value>,
    /// What `WWW-Authenticate` says.
    challenge: Option<String>,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// Where JSON-RPC has no code of its own, the code is the status.
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self(Box::new(Fields {
            status,
            code: i32::from(status.as_u16()),
            message: message.into(),
            id: Value::Null,
            data: None,
            challenge: None,
            retry_after: None,
        }))
    }

    /// The server's own failure, whose reason stands in its log.
    pub(super) fn failed(status: StatusCode) -> Self {
        Self::new(status, "the server failed to carry out this request")
    }

    /// What a tool answers, as a status.
    pub(super) fn of(status: StatusCode, error: &ToolError) -> Self {
        let mut refusal = Self::new(status, error.message());
        refusal.0.data = Some(error.to_json());
        refusal.0.retry_after = error.stated_retry_after();
        refusal
    }

    /// What JSON-RPC has a code for.
    pub(super) fn malformed(malformed: Malformed) -> Self {
        let mut refusal = Self::new(StatusCode::BAD_REQUEST, malformed.message);
        refusal.0.code = malformed.code;
        refusal
    }

    pub(super) fn answering(mut self, id: Value) -> Self {
        self.0.id = id;
        self
    }

    pub(super) fn challenging(mut self, challenge: String) -> Self {
        self.0.challenge = Some(challenge);
        self
    }

    pub(super) fn retry_after(mut self, pause: Duration) -> Self {
        self.0.retry_after = Some(pause);
        self
    }

    /// What a 401 says in `WWW-Authenticate`, to be added to.
    pub(super) fn challenge_mut(&mut self) -> Option<&mut String> {
        self.0.challenge.as_mut().filter(|_| self.0.status == StatusCode::UNAUTHORIZED)
    }

    pub(super) fn response(self) -> Response<Body> {
        let Fields { status, code, message, id, data, challenge, retry_after } = *self.0;
        debug!(status = status.as_u16(), "refused a request: {message}");
        let mut body = answer(code, &message, &id);
        if let Some(data) = data {
            body["error"]["data"] = data;
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(pause) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds(pause)));
        }
        if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Whole seconds, as RFC 9110 wants them: rounded up, so that nobody comes too early.
pub(super) fn seconds(pause: Duration) -> u64 {
    pause.as_secs() + u64::from(pause.subsec_nanos() > 0)
}
