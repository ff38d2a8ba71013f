//! Which headers are those of a plain call.
//!
//! The SDK is more patient with some of them, and tells the sender of others what is wrong: both
//! are left to it.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};

use super::super::guard::SESSION_ID;

const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const MCP_METHOD: HeaderName = HeaderName::from_static("mcp-method");
const MCP_NAME: HeaderName = HeaderName::from_static("mcp-name");
const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// The tool that a request calls, by its headers alone, if they are those of a plain call.
pub(super) fn tool(parts: &Parts) -> Option<&str> {
    let headers = &parts.headers;
    let plain = parts.method == Method::POST
        && only(headers, &MCP_METHOD)? == "tools/call"
        && only(headers, &PROTOCOL_VERSION)? == super::request::REVISION
        && !headers.contains_key(SESSION_ID)
        && is_json(only(headers, &CONTENT_TYPE)?)
        && takes_both(only(headers, &ACCEPT)?);
    if plain { only(headers, &MCP_NAME) } else { None }
}

/// The value of a header that stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}

/// Whether a media type is JSON's, whatever its parameters.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split_once(';').map_or(media_type, |(essence, _)| essence);
    essence.trim().eq_ignore_ascii_case(JSON)
}

/// Whether an `Accept` takes JSON and streams without a word about how gladly: every client has to
/// take both, also where no stream comes.
fn takes_both(accept: &str) -> bool {
    let (mut json, mut events) = (false, false);
    for range in accept.split(',').map(str::trim) {
        if range.contains([';', '"', '\\']) {
            return false;
        }
        json |= range.eq_ignore_ascii_case(JSON);
        events |= range.eq_ignore_ascii_case(EVENTS);
    }
    json && events
}
