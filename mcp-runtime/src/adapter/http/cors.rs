//! What a browser has to be told before it lets a page of another origin call, and read the answer
//! (the [Fetch standard](https://fetch.spec.whatwg.org/#http-cors-protocol)).
//!
//! Which origins may is decided by the guard. None of this opens the server to anybody else: a
//! browser asks for it, other clients don't. Cookies play no part, so credentials in the sense of
//! that standard are never allowed.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};

/// What the MCP endpoint takes.
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");
/// What a client needs of an answer besides its body; a browser hides all but a few by default. A
/// client that can't read the challenge never learns where to get a token.
const READABLE: HeaderValue = HeaderValue::from_static(
    "mcp-session-id, www-authenticate, retry-after, ratelimit, ratelimit-policy",
);
/// Seconds that a browser may go on without asking again: 2 hours, the most that any keeps.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");
const ANYONE: HeaderValue = HeaderValue::from_static("*");

/// The origin of the page that sends a request.
pub(super) fn page(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(ORIGIN).cloned()
}

/// Whether a browser asks if a page may send a request. It never shows a credential.
pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Yes, with whatever headers: those of arguments (`Mcp-Param-…`) have names that only a tool
/// knows, `Idempotency-Key` is among them, and a page that is allowed at all is allowed all of them.
pub(super) fn preflight(asked: &HeaderMap, page: HeaderValue) -> Response<Body> {
    let mut response = no_content();
    let headers = response.headers_mut();
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    share(headers, page);
    response
}

/// The same for what is public.
pub(super) fn public_preflight() -> Response<Body> {
    let mut response = no_content();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANYONE);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ANYONE);
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    response
}

/// Lets a page read an answer, be it a refusal.
pub(super) fn share(headers: &mut HeaderMap, page: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, page);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READABLE);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}

fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
