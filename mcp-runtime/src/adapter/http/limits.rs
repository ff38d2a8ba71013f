//! What a rate limit that refused a call says in headers, for gateways and clients that pace
//! themselves by them.
//!
//! `Retry-After` is of RFC 9110; `RateLimit` and `RateLimit-Policy` follow the IETF draft
//! `draft-ietf-httpapi-ratelimit-headers`. The answer stays a result: a model has to read it.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::refusal::seconds;
use crate::error::ToolError;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

pub(super) fn announce(failure: &ToolError, headers: &mut HeaderMap) {
    let Some(pause) = failure.stated_retry_after().map(seconds) else { return };
    headers.insert(RETRY_AFTER, HeaderValue::from(pause));
    let Some(details) = failure.stated_details() else { return };
    let (per, limit, period) = (&details["per"], &details["limit"], &details["period"]);
    if let (Some(per), Some(limit), Some(period)) = (per.as_str(), limit.as_u64(), whole(period)) {
        let policy = format!("\"{per}\";q={limit};w={period}");
        let state = format!("\"{per}\";r=0;t={pause}");
        for (name, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
    }
}

/// A number of seconds, rounded up.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a period is positive and at most some days"
)]
fn whole(seconds: &Value) -> Option<u64> {
    seconds.as_f64().map(|seconds| seconds.ceil() as u64)
}
