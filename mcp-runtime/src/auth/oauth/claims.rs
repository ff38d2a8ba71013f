//! What a token says, and whether that makes a caller. The same rules for a JWT's claims and for
//! what introspection answers.

use serde_json::{Map, Value};
use tracing::debug;

use crate::access::Grant;
use crate::auth::Refused;
use crate::auth::settings::check_principal;
use crate::caller::Caller;

pub(super) type Claims = Map<String, Value>;

/// Scopes of one token. Each call compares its tool's with them.
const MAX_SCOPES: usize = 256;
/// The last second of the year 9999. Times beyond it are mistakes, such as milliseconds.
const LATEST: u64 = 253_402_300_799;

/// Whose tokens are taken.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) issuer: String,
    /// A token must be for one of them.
    pub(super) audiences: Vec<String>,
    /// How far two clocks may be apart, in seconds.
    pub(super) leeway: u64,
    pub(super) principal_claim: String,
}

impl Rules {
    /// Whether the token is the issuer's: `iss`, letter by letter.
    pub(super) fn check_issuer(&self, claims: &Claims) -> Result<(), Refused> {
        match claims.get("iss").and_then(Value::as_str) {
            Some(issuer) if issuer == self.issuer => Ok(()),
            _ => Err(Refused::invalid("`iss` is not the issuer")),
        }
    }

    /// Whether the token is for this server (RFC 8707): `aud` is one of its names, or has one.
    pub(super) fn check_audience(&self, claims: &Claims) -> Result<(), Refused> {
        let ours = |audience: &Value| {
            audience
                .as_str()
                .is_some_and(|audience| self.audiences.iter().any(|our| our == audience))
        };
        let fits = match claims.get("aud") {
            Some(Value::Array(audiences)) => {
                audiences.iter().all(Value::is_string) && audiences.iter().any(ours)
            }
            Some(audience) => ours(audience),
            None => false,
        };
        if fits { Ok(()) } else { Err(Refused::invalid("`aud` doesn't name this server")) }
    }

    /// Whether the token is bound to its sender's key (RFC 7800): it then isn't for everyone who
    /// holds it, and nothing here checks the proof.
    pub(super) fn check_binding(claims: &Claims) -> Result<(), Refused> {
        if claims.contains_key("cnf") {
            return Err(Refused::invalid(
                "`cnf` binds it to a key, of which there is no proof here",
            ));
        }
        Ok(())
    }

    /// Whether the token is good at a time, in seconds since 1970.
    pub(super) fn check_times(&self, claims: &Claims, now: u64) -> Result<(), Refused> {
        if expiry(claims)?.is_some_and(|end| now >= end.saturating_add(self.leeway)) {
            return Err(Refused::expired("`exp` has passed"));
        }
        for name in ["nbf", "iat"] {
            if time(claims, name)?.is_some_and(|start| start > now.saturating_add(self.leeway)) {
                return Err(Refused::invalid(format!("`{name}` lies in the future")));
            }
        }
        Ok(())
    }

    /// The caller of a token whose rules have been checked.
    pub(super) fn caller(principal: String, claims: Claims) -> Result<Caller, Refused> {
        let mut caller = Caller::new(principal);
        for scope in scopes(&claims)? {
            caller = caller
                .with_scope(scope)
                .map_err(|problem| Refused::invalid(problem.to_string()))?;
        }
        Ok(claims.into_iter().fold(caller, |caller, (name, value)| caller.with_claim(name, value)))
    }

    /// The name of a caller by a claim: `ISSUER|VALUE` by `sub`, and `ISSUER#CLAIM|VALUE` by any
    /// other.
    ///
    /// An issuer has neither `|` nor `#`, and a claim's name no `|`, so that two different callers
    /// never have one name, whichever claim they are named by.
    pub(super) fn principal(
        &self,
        claim: &str,
        claims: &Claims,
    ) -> Result<Option<String>, Refused> {
        let Some(value) = claims.get(claim) else { return Ok(None) };
        let wrong = |problem: &str| Refused::invalid(format!("`{claim}` {problem}"));
        let value = value.as_str().ok_or_else(|| wrong("is not a string"))?;
        if value.is_empty() {
            return Err(wrong("is empty"));
        }
        let name = match claim {
            "sub" => format!("{}|{value}", self.issuer),
            other => format!("{}#{other}|{value}", self.issuer),
        };
        check_principal(&name).map_err(|problem| wrong(&problem))?;
        Ok(Some(name))
    }
}

/// When the token ends, in seconds since 1970.
pub(super) fn expiry(claims: &Claims) -> Result<Option<u64>, Refused> {
    time(claims, "exp")
}

/// A `NumericDate` (RFC 7519, section 2): a number, which may have a fraction.
fn time(claims: &Claims, name: &str) -> Result<Option<u64>, Refused> {
    let wrong = || Refused::invalid(format!("`{name}` is not a time in seconds since 1970"));
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = match (value.as_u64(), value.as_f64()) {
        (Some(seconds), _) => seconds,
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a fraction of a second, or a time that is refused below"
        )]
        (None, Some(seconds)) if seconds >= 0.0 => seconds as u64,
        _ => return Err(wrong()),
    };
    if seconds > LATEST { Err(wrong()) } else { Ok(Some(seconds)) }
}

/// `scope` (RFC 8693, RFC 9068), or the `scp` that some issuers say instead: words in a string, or
/// a list of strings.
fn scopes(claims: &Claims) -> Result<Vec<&str>, Refused> {
    let texts: Vec<&str> = match claims.get("scope").or_else(|| claims.get("scp")) {
        None => Vec::new(),
        Some(Value::String(words)) => vec![words],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(_) => return Err(Refused::invalid("its scopes are neither a string nor a list")),
    };
    let words: Vec<&str> = texts.into_iter().flat_map(str::split_ascii_whitespace).collect();
    if words.len() > MAX_SCOPES {
        return Err(Refused::invalid(format!("it has more than {MAX_SCOPES} scopes")));
    }
    // An issuer may have words that mean nothing here, and they grant nothing here.
    let means_something = |word: &&str| {
        Grant::parse(word).inspect_err(|problem| debug!("left out of a token: {problem}")).is_ok()
    };
    Ok(words.into_iter().filter(means_something).collect())
}
