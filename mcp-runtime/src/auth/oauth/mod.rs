//! Access tokens of an OAuth 2 authorization server: this server is its resource server.
//!
//! - [`jwt`] checks a token by itself, with the issuer's keys: [`key_source`] has them,
//!   [`key_set`] reads them, [`algorithm`] says which signatures count.
//! - [`introspection`] asks the issuer about a token, [`endpoint`] carries the question.
//! - [`claims`] has the rules of both: issuer, audience, times, scopes, and a caller's name.
//! - [`config`] makes all of it from settings; [`builder`] is a program's way to make those.
//! - [`fetch`] is the only way out.

mod algorithm;
mod builder;
mod claims;
mod config;
mod endpoint;
mod fetch;
mod introspection;
mod json;
mod jwt;
mod key_set;
mod key_source;
#[cfg(test)]
mod tests;

pub use builder::OAuth;

use self::claims::Rules;
use self::introspection::Introspection;
use self::jwt::Jwt;
use super::{OAuthSettings, Refused, Resource};
use crate::caller::Caller;
use crate::clock::Clock;

/// What checks tokens.
pub(crate) struct Tokens {
    pub(crate) resource: Resource,
    rules: Rules,
    clock: Clock,
    jwt: Option<Jwt>,
    introspection: Option<Introspection>,
}

impl Tokens {
    /// # Errors
    ///
    /// Everything that is wrong with the settings and the files they name.
    pub(super) fn build(settings: &OAuthSettings, clock: &Clock) -> Result<Self, Vec<String>> {
        config::tokens(settings, clock)
    }

    /// Whose token this is. Its form alone says who is asked.
    ///
    /// # Errors
    ///
    /// A token that isn't good, or about which nobody can tell now.
    pub(super) async fn authenticate(&self, token: &str) -> Result<Caller, Refused> {
        match (&self.jwt, &self.introspection) {
            (Some(jwt), _) if jwt::has_form(token) => {
                jwt.authenticate(token, &self.rules, || self.clock.unix_seconds()).await
            }
            (_, Some(introspection)) => introspection.authenticate(token).await,
            _ => Err(Refused::invalid("it is not a JWT, and `auth.introspection` is not set")),
        }
    }
}
