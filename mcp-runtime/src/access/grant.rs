//! What a caller was granted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// Everything that a caller may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grants {
    /// All of it: the person at the machine, or everyone where nobody is authenticated.
    Everything,
    /// These alone.
    Only(Vec<Grant>),
}

/// One scope of a caller: `read:invoices`, or `read:invoices.where(customer_id=17)`.
///
/// Constraints are compared as text. In a scope token they are percent-encoded, since RFC 6749
/// keeps spaces, quotes and backslashes out of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    /// `verb:resource`, or any other word of OAuth, which no tool asks for.
    token: String,
    constraints: BTreeMap<String, String>,
}

/// More constraints than any scope has.
const MAX_CONSTRAINTS: usize = 16;

/// A text that is no scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidScope {
    pub(crate) scope: String,
    pub(crate) problem: &'static str,
}

impl fmt::Display for InvalidScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a scope: {}", self.scope.escape_debug(), self.problem)
    }
}

impl std::error::Error for InvalidScope {}

impl Grant {
    /// Reads a scope, as a key's file, a token's `scope` or a test gives it.
    ///
    /// # Errors
    ///
    /// A text that isn't `word` or `word.where(field=value, …)` in the characters of RFC 6749;
    /// spaces may stand around `=` and after commas where the scope stands alone.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidScope> {
        let invalid = |problem| InvalidScope { scope: text.to_owned(), problem };
        let (token, constraints) = match text.split_once(".where(") {
            None => (text, None),
            Some((token, rest)) => {
                let inner = rest
                    .strip_suffix(')')
                    .ok_or_else(|| invalid("`.where(` has no closing parenthesis at the end"))?;
                (token, Some(inner))
            }
        };
        if token.is_empty() {
            return Err(invalid("it is empty"));
        }
        if !token.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
            return Err(invalid("a space, a quote, a backslash or a character beyond ASCII"));
        }
        if token.contains(['(', ')']) {
            return Err(invalid("a parenthesis that belongs to no `.where(…)`"));
        }
        let mut read = BTreeMap::new();
        for pair in constraints.into_iter().flat_map(|inner| inner.split(',')) {
            let (field, value) = pair
                .split_once('=')
                .ok_or_else(|| invalid("a constraint is written `field=value`"))?;
            let (field, value) = (field.trim(), value.trim());
            if value.contains('=') {
                return Err(invalid("a value has a `=`, which is written `%3D`"));
            }
            if field.is_empty() || value.is_empty() {
                return Err(invalid("a constraint is written `field=value`"));
            }
            let value = decode(value).ok_or_else(|| invalid("a value isn't percent-encoded"))?;
            if read.insert(field.to_owned(), value).is_some() {
                return Err(invalid("a field is constrained twice"));
            }
            if read.len() > MAX_CONSTRAINTS {
                return Err(invalid("more constraints than a scope can have"));
            }
        }
        Ok(Self { token: token.to_owned(), constraints: read })
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn constraints(&self) -> &BTreeMap<String, String> {
        &self.constraints
    }

    /// The scope as one token of OAuth.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        if self.constraints.is_empty() {
            return Cow::Borrowed(&self.token);
        }
        let pairs = self.constraints.iter().map(|(field, value)| (field.as_str(), value.as_str()));
        Cow::Owned(written(&self.token, pairs))
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A scope with constraints as one token of OAuth.
pub(crate) fn written<'a>(
    token: &str,
    constraints: impl Iterator<Item = (&'a str, &'a str)>,
) -> String {
    let constraints: Vec<String> =
        constraints.map(|(field, value)| format!("{field}={}", encode(value))).collect();
    if constraints.is_empty() {
        token.to_owned()
    } else {
        format!("{token}.where({})", constraints.join(","))
    }
}

/// Percent-encodes what can't stand in a constraint of a scope token.
fn encode(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'\\' | b'%' | b',' | b'=' | b'(' | b')')
        {
            text.push(char::from(byte));
        } else {
            // Writing to a string never fails.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
