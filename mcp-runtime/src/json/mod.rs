//! A look at incoming JSON before anything is built from it: limits, duplicate keys, and the
//! envelope that an error answer needs.

mod message;
mod part;
mod rules;

use std::borrow::Cow;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};

use message::{Message, Parts};
use part::{Part, Reader, Skipped};
use rules::Rules;

/// The deepest nesting that can be allowed: a little less than where the parser itself stops.
#[cfg(feature = "cli")]
pub(crate) const MAX_DEPTH: usize = 120;

/// How large incoming JSON may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of one message.
    pub(crate) message: usize,
    /// Nested arrays and objects, at most 120: the parser itself stops at 128.
    pub(crate) depth: usize,
    /// Bytes of one string.
    pub(crate) string: usize,
}

/// Why a message is refused before it is understood.
#[derive(Debug)]
pub(crate) struct Malformed {
    /// JSON-RPC 2.0: -32700 for what isn't JSON or not in UTF-8, -32600 for JSON that isn't a request.
    pub(crate) code: i32,
    pub(crate) message: String,
}

impl Malformed {
    const PARSE_ERROR: i32 = -32700;
    const INVALID_REQUEST: i32 = -32600;

    fn parse(message: impl Into<String>) -> Self {
        Self { code: Self::PARSE_ERROR, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { code: Self::INVALID_REQUEST, message: message.into() }
    }

    /// The whole error answer.
    pub(crate) fn answer(&self, id: &Value) -> Value {
        answer(self.code, &self.message, id)
    }
}

/// A JSON-RPC error answer.
pub(crate) fn answer(code: i32, message: &str, id: &Value) -> Value {
    serde_json::json!({
        "jsonrpc": "2.0",
        "id": id,
        "error": { "code": code, "message": message },
    })
}

/// What a message says about itself.
#[derive(Debug, Default)]
pub(crate) struct Envelope<'a> {
    /// A string or a number; null where there is none.
    pub(crate) id: Value,
    pub(crate) method: Option<Cow<'a, str>>,
    /// The `name` among its parameters: the tool that it calls, where it calls one.
    pub(crate) name: Option<Cow<'a, str>>,
}

/// What a plain request brings along: one with an id, and without anything that most don't have.
#[derive(Debug)]
pub(crate) enum Plain {
    /// A `tools/call` of some name.
    Call(Call),
    /// A `tools/list` from its beginning, with its `_meta`, which it has to have.
    List(Map<String, Value>),
}

/// What a plain call brings along: its arguments are an object or absent.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) arguments: Map<String, Value>,
    pub(crate) meta: Option<Map<String, Value>>,
}

/// Reads one JSON-RPC message without keeping it.
///
/// # Errors
///
/// What isn't JSON, breaks a limit, names a key twice, or isn't one JSON-RPC message.
pub(crate) fn inspect(bytes: &[u8], limits: Limits) -> Result<Envelope<'_>, Malformed> {
    read::<Skipped>(bytes, limits).map(|(envelope, _)| envelope)
}

/// The same, of a message that may be a plain request, which it then gives too.
///
/// # Errors
///
/// Those of [`inspect`].
pub(crate) fn inspect_plain(
    bytes: &[u8],
    limits: Limits,
) -> Result<(Envelope<'_>, Option<Plain>), Malformed> {
    let (envelope, parts) = read::<Value>(bytes, limits)?;
    let plain = parts.and_then(|parts| plain(&envelope, parts));
    Ok((envelope, plain))
}

fn plain(envelope: &Envelope<'_>, parts: Parts<Value>) -> Option<Plain> {
    use Value::Object;
    let Parts { arguments, meta } = parts;
    match (envelope.method.as_deref()?, &envelope.name, arguments, meta) {
        (
            "tools/call",
            Some(_),
            arguments @ (None | Some(Object(_))),
            meta @ (None | Some(Object(_))),
        ) => {
            let arguments = arguments.and_then(members).unwrap_or_default();
            Some(Plain::Call(Call { arguments, meta: meta.and_then(members) }))
        }
        ("tools/list", None, None, Some(Object(meta))) => Some(Plain::List(meta)),
        _ => None,
    }
}

fn members(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// What a message says about itself, and the parts of a plain request.
type Said<'a, P> = (Envelope<'a>, Option<Parts<P>>);

fn read<'a, P: Part<'a>>(bytes: &'a [u8], limits: Limits) -> Result<Said<'a, P>, Malformed> {
    if bytes.len() > limits.message {
        return Err(Malformed::invalid(format!(
            "the message is larger than {} bytes",
            limits.message
        )));
    }
    // Once for the whole, and not for each of its strings.
    let text = str::from_utf8(bytes)
        .map_err(|error| Malformed::parse(format!("not UTF-8: byte {}", error.valid_up_to())))?;
    let mut broken = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let root = Reader::<Message<'_, P>>::by(Rules::new(limits, &mut broken));
    let read = root.deserialize(&mut deserializer).and_then(|message| {
        deserializer.end()?;
        Ok(message)
    });
    match (read, broken) {
        (_, Some(rule)) => Err(Malformed::invalid(rule)),
        (Err(error), None) => Err(Malformed::parse(format!(
            "not JSON: line {}, column {}",
            error.line(),
            error.column()
        ))),
        (Ok(Message::List), None) => {
            Err(Malformed::invalid("batches are not supported: send one message"))
        }
        (Ok(Message::Scalar), None) => Err(Malformed::invalid("a JSON-RPC message is an object")),
        (Ok(Message::Object(envelope, parts)), None) => Ok((envelope, parts)),
    }
}

#[cfg(test)]
mod tests;
