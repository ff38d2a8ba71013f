//! Who calls: from a credential to a [`Caller`], before anything of a tool is looked at.
//!
//! [`presented`] finds the one credential of a request. [`Auth::authenticate`] decides by its form
//! alone who checks it, and nobody else is asked after a refusal:
//!
//! | form | who checks |
//! |---|---|
//! | `mcp_<id>_<43 characters>` | the file of API keys, [`keys`] |
//! | three parts of base64url, joined by dots | JWT, where it is configured |
//! | anything else | introspection, where it is configured |
//!
//! Nothing here knows HTTP's answers: the edge makes a 401 or a 503 of [`Refused`].
#![cfg_attr(not(feature = "http"), allow(dead_code, reason = "stdio carries no credentials"))]

mod keys;
#[cfg(feature = "oauth")]
mod oauth;
#[cfg(any(feature = "http", test))]
mod presented;
mod secret;
mod settings;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

pub use keys::ApiKeys;
use keys::{KeyFile, has_form};
#[cfg(feature = "cli")]
pub(crate) use keys::{NewKey, append};
#[cfg(feature = "oauth")]
pub use oauth::OAuth;
#[cfg(feature = "http")]
#[cfg_attr(not(feature = "http"), allow(unused_imports, reason = "what reads requests"))]
pub(crate) use presented::{API_KEY, Unusable, presented};
pub(crate) use secret::Secret;
pub(crate) use settings::AuthSettings;
pub(crate) use settings::EVERYTHING;
#[cfg(feature = "oauth")]
pub(crate) use settings::OAuthSettings;

use crate::caller::Caller;
use crate::clock::Clock;

/// The longest credential, in bytes. Tokens with many claims have a few KiB, and common servers
/// and proxies refuse headers of more than 8 to 16.
const MAX_CREDENTIAL: usize = 16 << 10;

/// Everything about authentication, built once at start.
pub(crate) struct Auth {
    anonymous: bool,
    keys: Option<KeyFile>,
    #[cfg(feature = "oauth")]
    tokens: Option<oauth::Tokens>,
    stdio: Stdio,
}

/// Who the client of stdio is.
enum Stdio {
    Caller(Caller),
    /// Of whom the file of keys says who it is.
    Key(Secret),
    Unknown,
}

/// What the metadata of RFC 9728 says about this server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "oauth"), allow(dead_code, reason = "made where tokens are checked"))]
pub(crate) struct Resource {
    /// This server's own identifier.
    pub(crate) url: String,
    /// The issuers whose tokens it takes.
    pub(crate) authorization_servers: Vec<String>,
    /// What a client is told to ask for before it has called anything.
    pub(crate) first_scopes: Vec<String>,
}

/// Why a credential isn't taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "oauth"), allow(dead_code, reason = "keys are always at hand"))]
pub(crate) enum Refused {
    /// It isn't valid: a 401 with `invalid_token`.
    Invalid {
        /// For the client, in fixed words.
        reason: &'static str,
        /// For the log. Never holds the credential.
        detail: String,
    },
    /// Nobody can tell now, since what it takes can't be reached: a 503.
    Unavailable { retry_after: Duration, detail: String },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { detail, .. } | Self::Unavailable { detail, .. } => f.write_str(detail),
        }
    }
}

impl Refused {
    fn invalid(detail: impl Into<String>) -> Self {
        Self::Invalid { reason: "the credential is not valid", detail: detail.into() }
    }

    fn expired(detail: impl Into<String>) -> Self {
        Self::Invalid { reason: "the token has expired", detail: detail.into() }
    }
}

impl Auth {
    /// `None` where nothing about authentication is configured.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the settings and the files they name.
    pub(crate) fn build(
        settings: &AuthSettings,
        clock: &Clock,
    ) -> Result<Option<Auth>, Vec<String>> {
        let mut problems = settings.contradictions();
        let keys = settings.keys.as_deref().and_then(|path| {
            KeyFile::open(path, clock).map_err(|wrong| problems.extend(wrong)).ok()
        });
        #[cfg(feature = "oauth")]
        let tokens = (!settings.oauth.stated().is_empty()).then_some(&settings.oauth);
        #[cfg(feature = "oauth")]
        let tokens = tokens.and_then(|tokens| {
            oauth::Tokens::build(tokens, clock).map_err(|wrong| problems.extend(wrong)).ok()
        });
        let caller = settings.stdio_caller().unwrap_or_else(|wrong| {
            problems.push(wrong);
            None
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        if !settings.is_configured() {
            return Ok(None);
        }
        let stdio = match (caller, &settings.stdio.key) {
            (Some(caller), _) => Stdio::Caller(caller),
            (None, Some(key)) => Stdio::Key(key.clone()),
            (None, None) => Stdio::Unknown,
        };
        Ok(Some(Self {
            anonymous: settings.anonymous,
            keys,
            #[cfg(feature = "oauth")]
            tokens,
            stdio,
        }))
    }

    /// Whose credential this is.
    ///
    /// # Errors
    ///
    /// A credential that isn't valid, or about which nobody can tell now.
    pub(crate) async fn authenticate(&self, credential: &str) -> Result<Caller, Refused> {
        if has_form(credential) {
            // Also where there are no keys: somebody's key is nothing to show to anyone else.
            return match &self.keys {
                Some(keys) => keys.authenticate(credential).await,
                None => Err(Refused::invalid("an API key, and `auth.keys` is not set")),
            };
        }
        #[cfg(feature = "oauth")]
        if let Some(tokens) = &self.tokens {
            return tokens.authenticate(credential).await;
        }
        Err(Refused::invalid("it is not an API key, and tokens are not taken here"))
    }

    /// Whether a request without a credential is served as [`Caller::anonymous`].
    pub(crate) fn allows_anonymous(&self) -> bool {
        self.anonymous
    }

    /// What RFC 9728 publishes; with OAuth alone.
    #[cfg(all(feature = "http", feature = "oauth"))]
    pub(crate) fn resource(&self) -> Option<&Resource> {
        self.tokens.as_ref().map(|tokens| &tokens.resource)
    }

    /// Nothing without OAuth.
    #[cfg(all(feature = "http", not(feature = "oauth")))]
    #[allow(clippy::unused_self, reason = "the form that it has with OAuth")]
    pub(crate) fn resource(&self) -> Option<&Resource> {
        None
    }

    /// The identity of stdio, from the configuration. Cheap: to be asked at each request, so that
    /// a key that expires or is taken out stops working there too.
    ///
    /// # Errors
    ///
    /// The settings that have to be made, or what is wrong with the key.
    pub(crate) fn local(&self) -> Result<Caller, String> {
        match (&self.stdio, &self.keys) {
            (Stdio::Caller(caller), _) => Ok(caller.clone()),
            (Stdio::Key(key), Some(keys)) => {
                keys.check_now(key.reveal()).map_err(|refused| format!("`stdio.key`: {refused}"))
            }
            (_, Some(_)) => Err("callers are authenticated here, and nothing says who the client \
                 of stdio is: set `stdio.key` (the variable MCP_RUNTIME_STDIO_KEY) to its API key, \
                 or `stdio.scopes` and `stdio.principal`"
                .into()),
            (_, None) => Err("callers are authenticated here, and nothing says who the client of \
                 stdio is: set `stdio.scopes` and `stdio.principal`"
                .into()),
        }
    }
}
