//! Which key a call has.

use std::borrow::Cow;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::words;
use crate::call::{Arguments, ToolCall};
use crate::canonical::{Members, canonical, sorted};
use crate::error::ToolError;
use crate::meta;
use crate::policies::{Idempotency, KeyFrom};
use crate::store::once::{OnceKey, Payload};

/// The most characters of a client's key: more than any client needs, and few enough to log.
const LONGEST: usize = 255;

/// The key of a call.
pub(super) struct Key {
    pub(super) from: From,
    pub(super) text: String,
    /// The key, its caller and its tool.
    pub(super) once: OnceKey,
    pub(super) payload: Payload,
}

/// Where it comes from. Keys of two kinds never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    Client,
    Field,
    Arguments,
}

impl From {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Field => "field",
            Self::Arguments => "arguments",
        }
    }
}

impl Key {
    /// The call's key, where it has one.
    ///
    /// # Errors
    ///
    /// A key that isn't one, and none where one is required.
    pub(super) fn of(
        call: &ToolCall,
        idempotency: &Idempotency,
    ) -> Result<Option<Self>, ToolError> {
        let found = match (sent(call)?, idempotency.key) {
            (Some(key), _) => Some((From::Client, key)),
            (None, KeyFrom::Client) => None,
            (None, KeyFrom::Fields(names)) => {
                fields(call.arguments(), names).map(|key| (From::Field, key))
            }
            (None, KeyFrom::Arguments) => Some((From::Arguments, compared(call))),
        };
        let Some((from, text)) = found else {
            return if idempotency.required { Err(words::keyless()) } else { Ok(None) };
        };
        let (principal, tool) = (call.context().caller().principal(), call.tool().name());
        let once = digest(&["key", principal, tool, from.as_str(), &text]);
        // With the key's text, which the store doesn't have: who reads the store can't find the
        // arguments of a client's random key by trying. Where the key is made of arguments, what
        // can be guessed can be found; so no digest is made of what is secret.
        let payload = match from {
            From::Arguments => digest(&["payload", &text, &text]),
            From::Client | From::Field => digest(&["payload", &text, &compared(call)]),
        };
        Ok(Some(Self { from, text, once, payload }))
    }
}

/// What the client sent, in `_meta` or as a header.
fn sent(call: &ToolCall) -> Result<Option<String>, ToolError> {
    let context = call.context();
    let in_meta = match context.meta_entry(meta::IDEMPOTENCY_KEY) {
        None => None,
        Some(Value::String(key)) => Some(Cow::Borrowed(key.as_str())),
        Some(_) => return Err(words::bad_key("in `_meta` is not a string")),
    };
    let header = context.header_key().transpose().map_err(words::bad_key)?;
    let key = match (in_meta, header) {
        (Some(one), Some(other)) if one != other => {
            let problem = "in `_meta` is another than the one in the header `Idempotency-Key`";
            return Err(words::bad_key(problem));
        }
        (one, other) => one.or(other),
    };
    let Some(key) = key else { return Ok(None) };
    if key.is_empty() || key.chars().count() > LONGEST {
        return Err(words::bad_key("must have 1 to 255 characters"));
    }
    if key.chars().any(char::is_control) {
        return Err(words::bad_key("must not hold control characters"));
    }
    Ok(Some(key.into_owned()))
}

/// The arguments that make two calls the same. Secret ones don't: no digest of them is stored, and
/// a retry with a fresh one-time code is the same call.
fn compared(call: &ToolCall) -> String {
    let (arguments, secrets) = (call.arguments(), &call.tool().secrets);
    if secrets.is_empty() {
        return canonical(arguments);
    }
    let mut compared = Members::new();
    for (name, value) in sorted(arguments) {
        if !secrets.contains(&name.as_str()) {
            compared.add(name, value);
        }
    }
    compared.finish()
}

/// The values of these arguments, where all of them have one.
fn fields(arguments: &Arguments, names: &[&str]) -> Option<String> {
    // As a canonical text has them: by their names, each once.
    if !names.is_sorted_by(|one, next| one < next) {
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        return fields(arguments, &sorted);
    }
    let mut fields = Members::new();
    for name in names {
        let value = arguments.get(*name).filter(|value| !value.is_null())?;
        fields.add(name, value);
    }
    (!names.is_empty()).then(|| fields.finish())
}

/// The digest of several parts, each with its length: no two lists of parts read the same.
fn digest(parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new_with_prefix(b"mcp-runtime idempotency v1\0");
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into()
}
