//! Which headers are those of a plain request.
//!
//! The SDK is more patient with some of them, and tells the sender of others what is wrong: both
//! are left to it.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};

use super::super::guard::SESSION_ID;

pub(super) const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";
/// How clients write an `Accept` that takes both.
const BOTH: &str = "application/json, text/event-stream";

/// What a plain request asks for, by its headers alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// A call of the tool of this name.
    Call(&'a str),
    List,
}

/// What a request asks for, if its headers are those of a plain one.
pub(super) fn asked(parts: &Parts) -> Option<Asked<'_>> {
    if parts.method != Method::POST {
        return None;
    }
    let stated = Stated::by(&parts.headers)?;
    let plain = stated.revision? == super::request::REVISION
        && is_json(stated.content_type?)
        && takes_both(stated.accept?);
    match (stated.method?.as_bytes(), stated.name) {
        (b"tools/call", Some(name)) if plain => name.to_str().ok().map(Asked::Call),
        (b"tools/list", None) if plain => Some(Asked::List),
        _ => None,
    }
}

/// The headers that decide.
#[derive(Default)]
struct Stated<'a> {
    method: Option<&'a HeaderValue>,
    revision: Option<&'a HeaderValue>,
    name: Option<&'a HeaderValue>,
    content_type: Option<&'a HeaderValue>,
    accept: Option<&'a HeaderValue>,
}

impl<'a> Stated<'a> {
    /// Nothing where one of them stands there twice, nor in a session.
    fn by(headers: &'a HeaderMap) -> Option<Self> {
        let mut stated = Self::default();
        for (name, value) in headers {
            let place = match name.as_str() {
                "mcp-method" => &mut stated.method,
                "mcp-protocol-version" => &mut stated.revision,
                "mcp-name" => &mut stated.name,
                "content-type" => &mut stated.content_type,
                "accept" => &mut stated.accept,
                _ if *name == SESSION_ID => return None,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return None;
            }
        }
        Some(stated)
    }
}

/// Whether a media type is JSON's, whatever its parameters.
fn is_json(media_type: &HeaderValue) -> bool {
    if media_type == JSON {
        return true;
    }
    let Ok(media_type) = media_type.to_str() else { return false };
    let essence = media_type.split_once(';').map_or(media_type, |(essence, _)| essence);
    essence.trim().eq_ignore_ascii_case(JSON)
}

/// Whether an `Accept` takes JSON and streams without a word about how gladly: every client has to
/// take both, also where no stream comes.
fn takes_both(accept: &HeaderValue) -> bool {
    if accept == BOTH {
        return true;
    }
    let Ok(accept) = accept.to_str() else { return false };
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

#[cfg(test)]
mod tests;
