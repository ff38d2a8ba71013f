//! JSON Web Tokens (RFC 7519), signed (RFC 7515) as RFC 9068 wants access tokens to be.
//!
//! A token is read in this order, and the first rule that it breaks ends it: its form and size; its
//! header, which chooses among the algorithms and keys that are taken and brings none of its own
//! (`jwk`, `jku`, `x5c` are not looked at); the signature; and only then a word of its claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::algorithm::Algorithm;
use super::claims::{Rules, expiry};
use super::json::object;
use super::key_source::KeySource;
use crate::auth::{MAX_CREDENTIAL, Refused};
use crate::caller::Caller;

/// Bytes of the largest header: an algorithm, a type, a key's id, and what is not looked at.
const MAX_HEADER: usize = 4 << 10;

/// Whether a credential is three parts of base64url. The last may be empty, as that of an unsigned
/// token is: what looks like a JWT is judged as one.
pub(super) fn has_form(credential: &str) -> bool {
    let base64url = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let parts: Vec<&str> = credential.splitn(4, '.').collect();
    matches!(parts.as_slice(), [header, claims, _] if !header.is_empty() && !claims.is_empty())
        && parts.into_iter().all(base64url)
}

/// Checks tokens by their issuer's keys.
pub(super) struct Jwt {
    pub(super) keys: KeySource,
    /// The signatures that are taken.
    pub(super) algorithms: Vec<Algorithm>,
}

/// What a header chooses.
#[derive(Debug)]
struct Header {
    algorithm: Algorithm,
    key: Option<String>,
}

impl Jwt {
    /// # Errors
    ///
    /// A token that breaks a rule, or keys that can't be had.
    pub(super) async fn authenticate(
        &self,
        token: &str,
        rules: &Rules,
        now: impl Fn() -> u64,
    ) -> Result<Caller, Refused> {
        let malformed = || Refused::invalid("it is not a JWT");
        if token.len() > MAX_CREDENTIAL {
            return Err(Refused::invalid("it is too large"));
        }
        let (message, signature) = token.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = message.split_once('.').ok_or_else(malformed)?;
        let header = self.header(&decode(header)?)?;
        let signature = decode(signature)?;
        let key = self.keys.key(header.key.as_deref(), header.algorithm).await?;
        if !key.verifies(header.algorithm, message.as_bytes(), &signature) {
            return Err(Refused::invalid("its signature is not its key's"));
        }
        let claims = object(&decode(claims)?, MAX_CREDENTIAL)
            .map_err(|problem| Refused::invalid(format!("its claims: {problem}")))?;
        rules.check_issuer(&claims)?;
        rules.check_audience(&claims)?;
        Rules::check_binding(&claims)?;
        if expiry(&claims)?.is_none() {
            return Err(Refused::invalid("`exp` is missing"));
        }
        rules.check_times(&claims, now())?;
        let claim = &rules.principal_claim;
        let principal = rules.principal(claim, &claims)?;
        let missing = || Refused::invalid(format!("`{claim}` is missing"));
        Rules::caller(principal.ok_or_else(missing)?, claims)
    }

    fn header(&self, text: &[u8]) -> Result<Header, Refused> {
        let header = object(text, MAX_HEADER)
            .map_err(|problem| Refused::invalid(format!("its header: {problem}")))?;
        // Whatever it names has to be understood, and nothing that can be named is. `b64` must be
        // named there (RFC 7797), and changes what is signed.
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(Refused::invalid("its header asks for an extension: `crit` or `b64`"));
        }
        let is_access_token = match header.get("typ") {
            None => true,
            Some(Value::String(kind)) => {
                let kind = kind.to_ascii_lowercase();
                matches!(kind.strip_prefix("application/").unwrap_or(&kind), "jwt" | "at+jwt")
            }
            Some(_) => false,
        };
        if !is_access_token {
            return Err(Refused::invalid("its `typ` is not that of an access token"));
        }
        let algorithm = header
            .get("alg")
            .and_then(Value::as_str)
            .and_then(Algorithm::named)
            .filter(|algorithm| self.algorithms.contains(algorithm))
            .ok_or_else(|| Refused::invalid("its `alg` is not taken"))?;
        let key = match header.get("kid") {
            None => None,
            Some(Value::String(key)) => Some(key.clone()),
            Some(_) => return Err(Refused::invalid("its `kid` is not a string")),
        };
        Ok(Header { algorithm, key })
    }
}

/// Base64url without padding, and without bits that say nothing: one token has one spelling.
fn decode(part: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::invalid("a part is not base64url"))
}
