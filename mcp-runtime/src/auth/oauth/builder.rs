//! [`OAuth`]: what a program says instead of settings.

use std::time::Duration;

use crate::auth::{OAuthSettings, Secret};

/// Whose access tokens a server takes, for [`Server::oauth`](crate::Server::oauth).
///
/// A token must be of the issuer, for this server, and within its time. It is checked by the
/// issuer's keys where it is a JWT ([`jwks`](Self::jwks)), and by asking the issuer otherwise
/// ([`introspection`](Self::introspection)); one of the two has to be there. Its `scope` says what
/// the caller may do, and the caller's name is `ISSUER|SUB`.
///
/// Each method is also a setting, by which an operator can change it.
///
/// ```
/// use mcp_runtime::{OAuth, Server};
///
/// let server = Server::new("invoices", "1.0.0").oauth(
///     OAuth::new("https://id.example.com", "https://invoices.example.com/mcp")
///         .jwks("https://id.example.com/.well-known/jwks.json"),
/// );
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct OAuth(OAuthSettings);

impl OAuth {
    /// Takes tokens of `issuer`, exactly as their `iss` says it, that are for `resource`: this
    /// server's own URL, which their `aud` must name (RFC 8707). Also `auth.issuer` and
    /// `auth.resource`.
    pub fn new(issuer: impl Into<String>, resource: impl Into<String>) -> Self {
        Self(OAuthSettings {
            issuer: Some(issuer.into()),
            resource: Some(resource.into()),
            ..OAuthSettings::default()
        })
    }

    /// The issuer's public keys: an `https` URL (`http` to this machine alone), or a file. Also
    /// `auth.jwks`.
    pub fn jwks(mut self, url_or_file: impl Into<String>) -> Self {
        self.0.jwks = Some(url_or_file.into());
        self
    }

    /// How long keys are used before they are asked for again: 10 minutes without it. Also
    /// `auth.jwks_ttl`.
    pub fn jwks_ttl(mut self, lifetime: Duration) -> Self {
        self.0.jwks_ttl = lifetime;
        self
    }

    /// The signatures that are taken, such as `ES256`; without it, every asymmetric one of RSA,
    /// P-256, P-384 and Ed25519. Also `auth.algorithms`.
    pub fn algorithms<A: Into<String>>(mut self, names: impl IntoIterator<Item = A>) -> Self {
        self.0.algorithms = names.into_iter().map(Into::into).collect();
        self
    }

    /// The issuer's introspection endpoint (RFC 7662), and this server's own credentials there.
    /// Also `auth.introspection`, `auth.client_id` and `auth.client_secret`.
    pub fn introspection(
        mut self,
        url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        self.0.introspection = Some(url.into());
        self.0.client_id = Some(client_id.into());
        self.0.client_secret = Some(Secret::new(client_secret));
        self
    }

    /// How long an answer of the introspection endpoint is used again: 30 s without it. A revoked
    /// token works on for so long. Also `auth.introspection_ttl`.
    pub fn introspection_ttl(mut self, lifetime: Duration) -> Self {
        self.0.introspection_ttl = lifetime;
        self
    }

    /// What else `aud` may name. May be repeated; also `auth.audiences`.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.0.audiences.push(audience.into());
        self
    }

    /// An authorization server that clients are told of (RFC 9728); without any, the issuer. May be
    /// repeated; also `auth.authorization_servers`.
    pub fn authorization_server(mut self, url: impl Into<String>) -> Self {
        self.0.authorization_servers.push(url.into());
        self
    }

    /// A scope that a client is told to ask for before it has called anything. May be repeated;
    /// also `auth.first_scopes`.
    pub fn first_scope(mut self, scope: impl Into<String>) -> Self {
        self.0.first_scopes.push(scope.into());
        self
    }

    /// How far this machine's clock and the issuer's may be apart: 60 s without it, at most 5
    /// minutes. Also `auth.leeway`.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.0.leeway = leeway;
        self
    }

    /// The claim that names a caller: `sub` without it. It has to be one that no two callers share
    /// and nobody can choose. Also `auth.principal_claim`.
    pub fn principal_claim(mut self, claim: impl Into<String>) -> Self {
        self.0.principal_claim = claim.into();
        self
    }

    pub(crate) fn into_settings(self) -> OAuthSettings {
        self.0
    }
}
