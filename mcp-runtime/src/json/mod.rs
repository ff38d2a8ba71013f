//! A look at incoming JSON before anything is built from it: limits, duplicate keys, and the
//! envelope that an error answer needs.

#[cfg(feature = "http")]
mod gist;
mod message;
mod part;
mod rules;

use std::borrow::Cow;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};

#[cfg(feature = "http")]
pub(crate) use gist::{Gist, Heeded};
use message::{Message, Parts};
use part::{Object, Part, Reader, Skipped};
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
/// `M` is what becomes of its `_meta`.
#[derive(Debug)]
pub(crate) enum Plain<M> {
    /// A `tools/call` of some name.
    Call(Call<M>),
    /// A `tools/list` from its beginning, with its `_meta`, which it has to have.
    List(M),
}

/// What a plain call brings along: its arguments are an object or absent.
#[derive(Debug)]
pub(crate) struct Call<M> {
    pub(crate) arguments: Map<String, Value>,
    pub(crate) meta: Option<M>,
}

/// Reads one JSON-RPC message without keeping it.
///
/// # Errors
///
/// What isn't JSON, breaks a limit, names a key twice, or isn't one JSON-RPC message.
pub(crate) fn inspect(bytes: &[u8], limits: Limits) -> Result<Envelope<'_>, Malformed> {
    read::<Skipped, Skipped>(bytes, limits).map(|(envelope, _)| envelope)
}

/// What a message says about itself, and the plain request that it may be.
type Inspected<'a, M> = Result<(Envelope<'a>, Option<Plain<M>>), Malformed>;

/// The same, of a message that may be a plain request, which it then gives too.
///
/// # Errors
///
/// Those of [`inspect`].
pub(crate) fn inspect_plain(bytes: &[u8], limits: Limits) -> Inspected<'_, Map<String, Value>> {
    let (envelope, parts) = read::<Object, Object>(bytes, limits)?;
    let plain = parts.and_then(|parts| plain(&envelope, parts));
    Ok((envelope, plain))
}

/// The same, of a message whose `_meta` is of interest for its gist. All of it is there to be had
/// from [`meta`].
///
/// # Errors
///
/// Those of [`inspect`].
#[cfg(feature = "http")]
pub(crate) fn inspect_gist(bytes: &[u8], limits: Limits) -> Inspected<'_, Gist<'_>> {
    let (envelope, parts) = read::<Object, Option<Gist<'_>>>(bytes, limits)?;
    let plain = parts.and_then(|parts| plain(&envelope, parts));
    Ok((envelope, plain))
}

/// The whole `_meta` of a plain request.
#[cfg(feature = "http")]
pub(crate) fn meta(bytes: &[u8], limits: Limits) -> Option<Map<String, Value>> {
    let (_, parts) = read::<Skipped, Object>(bytes, limits).ok()?;
    parts?.meta?
}

fn plain<M>(envelope: &Envelope<'_>, parts: Parts<Object, Option<M>>) -> Option<Plain<M>> {
    let Parts { arguments, meta } = parts;
    match (envelope.method.as_deref()?, &envelope.name, arguments, meta) {
        (
            "tools/call",
            Some(_),
            arguments @ (None | Some(Some(_))),
            meta @ (None | Some(Some(_))),
        ) => {
            let arguments = arguments.flatten().unwrap_or_default();
            Some(Plain::Call(Call { arguments, meta: meta.flatten() }))
        }
        ("tools/list", None, None, Some(Some(meta))) => Some(Plain::List(meta)),
        _ => None,
    }
}

/// What a message says about itself, and the parts of a plain request.
type Said<'a, A, M> = (Envelope<'a>, Option<Parts<A, M>>);

fn read<'a, A: Part<'a>, M: Part<'a>>(
    bytes: &'a [u8],
    limits: Limits,
) -> Result<Said<'a, A, M>, Malformed> {
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
    let root = Reader::<Message<'_, A, M>>::by(Rules::new(limits, &mut broken));
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
