//! The door: who a request comes from, and the answer to those who may not come in.
//!
//! The decision itself is made elsewhere, by [`Auth`] about identity and by the tools' gates about
//! scopes; this turns it into statuses and challenges (RFC 6750, RFC 9728, RFC 9110).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tracing::{debug, info};

use super::peer::network;
use super::refusal::Refusal;
use crate::access::Denied;
#[cfg(feature = "testing")]
use crate::adapter::in_memory::Known;
use crate::app::App;
use crate::audit;
use crate::auth::{API_KEY, Auth, Refused, Unusable, presented};
use crate::caller::Caller;
use crate::error::{Code, Effect, NextAction, ToolError};
use crate::policies::{Per, RateLimit};
use crate::store::Step;
use crate::store::rate::{MemoryRates, Rate, RateStore, Verdict};

/// Where RFC 9728 puts the metadata of a protected resource.
pub(super) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
/// Refusals of one peer that are logged: 30 in a minute, so that a flood of bad credentials fills no
/// disk. Further ones say when to come back.
const FAILURES: RateLimit = RateLimit::new(30, 60_000, Per::Caller);

pub(super) struct Door {
    app: App,
    auth: Option<Arc<Auth>>,
    /// Who everybody is without authentication.
    anybody: Caller,
    realm: String,
    metadata: Option<Metadata>,
    failures: MemoryRates,
    rate: [Rate; 1],
}

/// What RFC 9728 says about this server.
#[derive(Clone)]
pub(super) struct Metadata {
    /// Where it can be fetched from outside.
    url: String,
    /// The path of that.
    pub(super) path: String,
    pub(super) document: Value,
}

impl Door {
    pub(super) fn new(app: &App) -> Self {
        Self {
            app: app.clone(),
            auth: app.auth().cloned(),
            anybody: Caller::anonymous().unrestricted(),
            realm: quoted(app.name()),
            metadata: Metadata::of(app),
            failures: MemoryRates::new(),
            rate: [Rate::new(FAILURES, "(authentication)")],
        }
    }

    pub(super) fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// The caller of a request, which came from an address, as far as that is known. Without
    /// authentication it is anybody, and may do everything.
    ///
    /// # Errors
    ///
    /// No credential, more than one, or one that doesn't count.
    pub(super) async fn caller(
        &self,
        parts: &Parts,
        peer: Option<IpAddr>,
    ) -> Result<Caller, Refusal> {
        #[cfg(feature = "testing")]
        if let Some(Known(caller)) = parts.extensions.get() {
            return Ok(caller.clone());
        }
        let Some(auth) = &self.auth else { return Ok(self.anybody.clone()) };
        let presented = presented(&parts.headers, parts.uri.query());
        let credential = presented.map_err(|unusable| match unusable {
            Unusable::Malformed(message) => {
                let challenge = self.challenge(Some(("invalid_request", message)), &[]);
                let error = unauthenticated(message);
                Refusal::of(StatusCode::BAD_REQUEST, &error).challenging(challenge)
            }
            Unusable::Scheme(message) => self.asks(message),
        })?;
        let Some(credential) = credential else {
            if auth.allows_anonymous() {
                return Ok(Caller::anonymous());
            }
            return Err(self.asks("this server needs a credential"));
        };
        match auth.authenticate(credential).await {
            Ok(caller) => Ok(caller),
            Err(Refused::Invalid { reason, detail }) => Err(self.invalid(peer, reason, &detail)),
            Err(Refused::Unavailable { retry_after, detail }) => {
                // What can't be reached has a line of its own in the log.
                debug!(detail, "credentials can't be checked now");
                let error = ToolError::shed("credentials can't be checked now", retry_after);
                Err(Refusal::of(StatusCode::SERVICE_UNAVAILABLE, &error))
            }
        }
    }

    /// The answer to a request that shows no credential.
    fn asks(&self, message: &'static str) -> Refusal {
        let challenge = self.challenge(None, &[]);
        Refusal::of(StatusCode::UNAUTHORIZED, &unauthenticated(message)).challenging(challenge)
    }

    /// Takes a credential that was checked out of a request: what is further in gets the caller,
    /// and nothing that it could log or pass on.
    pub(super) fn keep_credentials(&self, headers: &mut HeaderMap) {
        if self.auth.is_some() {
            headers.remove(AUTHORIZATION);
            headers.remove(API_KEY);
        }
    }

    /// The answer to a caller that lacks scopes.
    pub(super) fn denied(&self, denied: &Denied) -> Refusal {
        let error = denied.clone().into_error();
        if denied.anonymous {
            let challenge = self.challenge(None, &denied.required);
            return Refusal::of(StatusCode::UNAUTHORIZED, &error).challenging(challenge);
        }
        let reason = ("insufficient_scope", "the credential lacks a scope that this call needs");
        let challenge = self.challenge(Some(reason), &denied.required);
        Refusal::of(StatusCode::FORBIDDEN, &error).challenging(challenge)
    }

    /// Adds scopes to the challenge of a request that is asked for a credential, so that the client
    /// asks for the right ones at once: what its call needs, or else what to begin with.
    pub(super) fn asking(&self, mut refusal: Refusal, denied: Option<&Denied>) -> Refusal {
        let resource = self.auth.as_ref().and_then(|auth| auth.resource());
        let first = resource.map_or(&[][..], |resource| &resource.first_scopes);
        let scopes = denied.map_or(first, |denied| &denied.required);
        if let Some(challenge) = refusal.challenge_mut()
            && !scopes.is_empty()
        {
            add(challenge, "scope", &scopes.join(" "));
        }
        refusal
    }

    fn invalid(&self, peer: Option<IpAddr>, reason: &'static str, detail: &str) -> Refusal {
        let counted = peer.map(network);
        let name = counted.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string());
        self.app.registry().records().refused(audit::Refused {
            call_id: None,
            principal: None,
            peer: Some(&name),
            tool: None,
            code: &Code::Unauthenticated,
            trace: None,
        });
        let challenge = self.challenge(Some(("invalid_token", reason)), &[]);
        let refusal = Refusal::of(StatusCode::UNAUTHORIZED, &unauthenticated(reason));
        let refusal = refusal.challenging(challenge);
        // Told all the same: many clients can share an address, and one whose token has ended has
        // to learn it.
        let taken = self.failures.take(&name.as_str().into(), &self.rate);
        if let Step::Done(Some(Ok(Verdict::Refused { retry_after, .. }))) = taken {
            debug!(peer = name, detail, "refused a credential: {reason}");
            return refusal.retry_after(retry_after);
        }
        info!(peer = name, detail, "refused a credential: {reason}");
        refusal
    }

    /// RFC 6750, section 3. A request without any credential is told no error.
    fn challenge(&self, error: Option<(&str, &str)>, scopes: &[String]) -> String {
        let mut text = format!("Bearer realm=\"{}\"", self.realm);
        if let Some((error, description)) = error {
            add(&mut text, "error", error);
            add(&mut text, "error_description", description);
        }
        if !scopes.is_empty() {
            add(&mut text, "scope", &scopes.join(" "));
        }
        if let Some(metadata) = &self.metadata {
            add(&mut text, "resource_metadata", &metadata.url);
        }
        text
    }
}

impl Metadata {
    /// Nothing without OAuth: an API key comes from no authorization server.
    fn of(app: &App) -> Option<Self> {
        let resource = app.auth()?.resource()?;
        let (origin, path) = split(&resource.url)?;
        let path = format!("{WELL_KNOWN}{}", path.trim_end_matches('/'));
        let document = json!({
            "resource": resource.url,
            "authorization_servers": resource.authorization_servers,
            "scopes_supported": app.registry().scopes(),
            "bearer_methods_supported": ["header"],
            "resource_name": app.title().unwrap_or(app.name()),
        });
        Some(Self { url: format!("{origin}{path}"), path, document })
    }
}

/// An URL's origin, and its path without a query.
fn split(url: &str) -> Option<(&str, &str)> {
    let authority = url.find("://")? + 3;
    let path = url[authority..].find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    let rest = &url[path..];
    Some((&url[..path], &rest[..rest.find(['?', '#']).unwrap_or(rest.len())]))
}

fn unauthenticated(message: &'static str) -> ToolError {
    ToolError::new(Code::Unauthenticated, message)
        .effect(Effect::None)
        .next_action(NextAction::Escalate)
}

/// One more parameter of a challenge.
fn add(challenge: &mut String, name: &str, value: &str) {
    challenge.extend([", ", name, "=\"", &quoted(value), "\""]);
}

/// The inside of a quoted string (RFC 9110, section 5.6.4), without what a header can't hold.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ => quoted.push('?'),
        }
    }
    quoted
}

/// How long a client may keep the metadata.
pub(super) const METADATA_AGE: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_lies_where_rfc_9728_says() {
        for (url, origin, path) in [
            ("https://a.example/mcp", "https://a.example", "/mcp"),
            ("https://a.example", "https://a.example", ""),
            ("https://a.example:8443/x/mcp?y=1", "https://a.example:8443", "/x/mcp"),
            ("https://a.example?y", "https://a.example", ""),
        ] {
            assert_eq!(split(url), Some((origin, path)), "{url}");
        }
        assert_eq!(split("a.example/mcp"), None);
    }

    #[test]
    fn a_challenge_stays_within_its_quotes() {
        assert_eq!(quoted("a\"b\\c\r\nd\u{e9}"), "a\\\"b\\\\c??d?");
    }
}
