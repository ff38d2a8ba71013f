//! Why a request goes no further, as an answer that clients show.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::Value;
use tracing::debug;

use crate::error::ToolError;
use crate::json::answer;

/// Every refusal is a JSON-RPC error: clients show its code and message, and nothing of a
/// plain-text body.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: i32,
    pub(super) message: String,
    pub(super) id: Value,
    /// The public error, where a model can act on it.
    pub(super) data: Option<Value>,
    /// What `WWW-Authenticate` says.
    pub(super) challenge: Option<String>,
    pub(super) retry_after: Option<Duration>,
}

impl Refusal {
    /// Where JSON-RPC has no code of its own, the code is the status.
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            code: i32::from(status.as_u16()),
            message: message.into(),
            id: Value::Null,
            data: None,
            challenge: None,
            retry_after: None,
        }
    }

    /// What a tool answers, as a status.
    pub(super) fn of(status: StatusCode, error: &ToolError) -> Self {
        Self {
            data: Some(error.to_json()),
            retry_after: error.stated_retry_after(),
            ..Self::new(status, error.message())
        }
    }

    pub(super) fn answering(self, id: Value) -> Self {
        Self { id, ..self }
    }

    pub(super) fn challenging(self, challenge: String) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    pub(super) fn retry_after(self, pause: Duration) -> Self {
        Self { retry_after: Some(pause), ..self }
    }

    pub(super) fn response(self) -> Response<Body> {
        debug!(status = self.status.as_u16(), "refused a request: {}", self.message);
        let mut body = answer(self.code, &self.message, &self.id);
        if let Some(data) = self.data {
            body["error"]["data"] = data;
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(pause) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds(pause)));
        }
        if let Some(challenge) = self.challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Whole seconds, as RFC 9110 wants them: rounded up, so that nobody comes too early.
pub(super) fn seconds(pause: Duration) -> u64 {
    pause.as_secs() + u64::from(pause.subsec_nanos() > 0)
}
