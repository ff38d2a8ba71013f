//! What an operator or a program says about authentication.

use std::path::PathBuf;
use std::time::Duration;

use super::secret::Secret;
use crate::caller::Caller;

/// Of the scopes of a key or of stdio, the one that stands for all of them. In a token it is a
/// scope like any other, which no tool asks for.
pub(crate) const EVERYTHING: &str = "*";

/// Everything under `auth` and `stdio`.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthSettings {
    /// The file of API keys.
    pub(crate) keys: Option<PathBuf>,
    /// Whether a request without a credential is served too, as nobody in particular.
    pub(crate) anonymous: bool,
    pub(crate) oauth: OAuthSettings,
    pub(crate) stdio: StdioSettings,
}

/// Who the client of stdio is: a transport without credentials of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct StdioSettings {
    pub(crate) principal: Option<String>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) key: Option<Secret>,
}

/// Whose tokens are taken, and how they are checked.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "oauth"), allow(dead_code, reason = "read where tokens are checked"))]
pub(crate) struct OAuthSettings {
    pub(crate) issuer: Option<String>,
    /// This server's own identifier: what a token's audience must name (RFC 8707).
    pub(crate) resource: Option<String>,
    /// Further audiences that are this server's too.
    pub(crate) audiences: Vec<String>,
    /// A URL or a file.
    pub(crate) jwks: Option<String>,
    pub(crate) jwks_ttl: Duration,
    /// Empty for all that are safe.
    pub(crate) algorithms: Vec<String>,
    pub(crate) introspection: Option<String>,
    pub(crate) introspection_ttl: Duration,
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<Secret>,
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Empty for the issuer alone.
    pub(crate) authorization_servers: Vec<String>,
    /// What a client is told to ask for before it has called anything.
    pub(crate) first_scopes: Vec<String>,
    pub(crate) leeway: Duration,
    pub(crate) principal_claim: String,
}

impl Default for OAuthSettings {
    fn default() -> Self {
        Self {
            issuer: None,
            resource: None,
            audiences: Vec::new(),
            jwks: None,
            jwks_ttl: Duration::from_mins(10),
            algorithms: Vec::new(),
            introspection: None,
            introspection_ttl: Duration::from_secs(30),
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            authorization_servers: Vec::new(),
            first_scopes: Vec::new(),
            leeway: Duration::from_mins(1),
            principal_claim: "sub".into(),
        }
    }
}

impl OAuthSettings {
    /// The settings that only mean something with OAuth, those of them that were made.
    pub(crate) fn stated(&self) -> Vec<&'static str> {
        let default = Self::default();
        [
            ("auth.issuer", self.issuer.is_some()),
            ("auth.resource", self.resource.is_some()),
            ("auth.audiences", !self.audiences.is_empty()),
            ("auth.jwks", self.jwks.is_some()),
            ("auth.jwks_ttl", self.jwks_ttl != default.jwks_ttl),
            ("auth.algorithms", !self.algorithms.is_empty()),
            ("auth.introspection", self.introspection.is_some()),
            ("auth.introspection_ttl", self.introspection_ttl != default.introspection_ttl),
            ("auth.client_id", self.client_id.is_some()),
            ("auth.client_secret", self.client_secret.is_some()),
            ("auth.client_secret_file", self.client_secret_file.is_some()),
            ("auth.authorization_servers", !self.authorization_servers.is_empty()),
            ("auth.first_scopes", !self.first_scopes.is_empty()),
            ("auth.leeway", self.leeway != default.leeway),
            ("auth.principal_claim", self.principal_claim != default.principal_claim),
        ]
        .into_iter()
        .filter_map(|(name, stated)| stated.then_some(name))
        .collect()
    }
}

impl AuthSettings {
    /// Whether callers show credentials.
    pub(crate) fn is_configured(&self) -> bool {
        self.keys.is_some() || !self.oauth.stated().is_empty()
    }

    /// Whether some callers may do more than others: tools then have to say who may call them.
    pub(crate) fn tells_callers_apart(&self) -> bool {
        self.is_configured() || self.stdio.scopes.is_some()
    }

    /// Settings that are good by themselves and make no sense together.
    pub(super) fn contradictions(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let oauth = self.oauth.stated();
        if cfg!(not(feature = "oauth")) && !oauth.is_empty() {
            let them: Vec<String> = oauth.iter().map(|name| format!("`{name}`")).collect();
            problems.push(format!(
                "{}: this program was built without access tokens; build it with the feature \
                 `oauth` of mcp-runtime",
                them.join(", ")
            ));
        }
        if self.anonymous && !self.is_configured() {
            problems.push(
                "`auth.anonymous` says who else is served, and nobody is authenticated: set \
                 `auth.keys` or `auth.issuer`, or leave it out"
                    .into(),
            );
        }
        let stdio = &self.stdio;
        if stdio.key.is_some() && self.keys.is_none() {
            problems.push("`stdio.key` needs `auth.keys`, the file that knows the key".into());
        }
        if stdio.key.is_some() && (stdio.principal.is_some() || stdio.scopes.is_some()) {
            problems.push(
                "`stdio.key` says who the client of stdio is, and so do `stdio.principal` and \
                 `stdio.scopes`: leave out one or the other"
                    .into(),
            );
        }
        problems
    }

    /// The identity of stdio by `stdio.principal` and `stdio.scopes`; `None` where neither is set.
    ///
    /// This alone is what counts where no authentication is configured: without it, the client of
    /// stdio is the user that the process runs as, who may do everything.
    ///
    /// # Errors
    ///
    /// What is wrong with the two, in an operator's words.
    pub(crate) fn stdio_caller(&self) -> Result<Option<Caller>, String> {
        let StdioSettings { principal, scopes, .. } = &self.stdio;
        let Some(scopes) = scopes else {
            return match principal {
                None => Ok(None),
                Some(_) => Err("`stdio.principal` needs `stdio.scopes`: name the scopes that \
                                it has, or \"*\" for all"
                    .into()),
            };
        };
        let caller = match principal {
            Some(principal) => {
                check_principal(principal)
                    .map_err(|problem| format!("`stdio.principal` {problem}"))?;
                Caller::new(principal)
            }
            None => Caller::new(Caller::local().principal()),
        };
        granted(caller, scopes).map(Some).map_err(|problem| format!("`stdio.scopes`: {problem}"))
    }
}

/// The longest name of a principal, in bytes: it is a key of every table of callers.
const MAX_PRINCIPAL: usize = 256;

/// Whether a text can name a caller: in logs, and as what everything about it is kept under.
pub(crate) fn check_principal(name: &str) -> Result<(), String> {
    if name == "anonymous" {
        return Err("is the name of callers without a credential".into());
    }
    if name.is_empty() {
        return Err("is empty".into());
    }
    if name.len() > MAX_PRINCIPAL {
        return Err(format!("is longer than {MAX_PRINCIPAL} bytes"));
    }
    if name.chars().any(char::is_control) {
        return Err("has a control character".into());
    }
    Ok(())
}

/// A caller with the scopes that an operator gave it: `"*"` is all of them.
pub(crate) fn granted(mut caller: Caller, scopes: &[String]) -> Result<Caller, String> {
    for scope in scopes {
        if scope != EVERYTHING {
            caller = caller.with_scope(scope).map_err(|problem| problem.to_string())?;
        }
    }
    Ok(if scopes.iter().any(|scope| scope == EVERYTHING) { caller.unrestricted() } else { caller })
}
