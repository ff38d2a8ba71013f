//! Which names of this server, and which pages, a request may come by.

use std::borrow::Cow;
use std::collections::BTreeSet;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{Request, StatusCode};

use super::guard::text;
use super::refusal::Refusal;
use crate::config::Settings;

/// They are few, and the operator's: comparing names with them is cheaper than hashing any.
pub(super) struct Hosts {
    hosts: BTreeSet<String>,
    origins: BTreeSet<String>,
}

impl Hosts {
    pub(super) fn new(settings: &Settings) -> Self {
        let loopback = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let allowed = settings.http_allowed_hosts.iter().map(|host| host.to_ascii_lowercase());
        Self {
            hosts: loopback.into_iter().chain(allowed).collect(),
            origins: settings.http_allowed_origins.iter().map(|o| o.to_ascii_lowercase()).collect(),
        }
    }

    /// A page on another site must not reach a server on this machine: by a name that it rebinds
    /// (Host), or straight from a browser (Origin).
    pub(super) fn check<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let authority = text(request.headers(), HOST)
            .or_else(|| request.uri().authority().map(Authority::as_str))
            .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "the Host header is missing"))?;
        let authority = lowercase(authority);
        if !self.hosts.contains(without_port(&authority)) && !self.hosts.contains(&*authority) {
            let message = "this Host is not allowed; see `http.allowed_hosts`";
            return Err(Refusal::new(StatusCode::FORBIDDEN, message));
        }
        let Some(origin) = request.headers().get(ORIGIN) else { return Ok(()) };
        let origin = lowercase(origin.to_str().unwrap_or_default());
        let same = origin.split_once("://").is_some_and(|(_, of)| of == authority);
        if same || self.origins.contains(&*origin) {
            return Ok(());
        }
        let message = "this Origin is not allowed; see `http.allowed_origins`";
        Err(Refusal::new(StatusCode::FORBIDDEN, message))
    }
}

/// Names of hosts are the same in either case. Most come in lowercase.
fn lowercase(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// An address of IPv6 stands in brackets, with colons of its own.
fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
