//! A look at incoming JSON before anything is built from it: limits, duplicate keys, and the
//! envelope that an error answer needs.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

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
    /// JSON-RPC 2.0: -32700 for what isn't JSON, -32600 for JSON that isn't a request.
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
pub(crate) struct Envelope {
    /// A string or a number; null where there is none.
    pub(crate) id: Value,
    pub(crate) method: Option<String>,
    /// The `name` among its parameters: the tool that it calls, where it calls one.
    pub(crate) name: Option<String>,
}

/// Reads one JSON-RPC message without keeping it.
///
/// # Errors
///
/// What isn't JSON, breaks a limit, names a key twice, or isn't one JSON-RPC message.
pub(crate) fn inspect(bytes: &[u8], limits: Limits) -> Result<Envelope, Malformed> {
    if bytes.len() > limits.message {
        return Err(Malformed::invalid(format!(
            "the message is larger than {} bytes",
            limits.message
        )));
    }
    let mut broken = None;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let root = Inspect { depth: 0, keep: Keep::Envelope, limits, broken: &mut broken };
    let read = root.deserialize(&mut deserializer).and_then(|seen| {
        deserializer.end()?;
        Ok(seen)
    });
    match (read, broken) {
        (_, Some(rule)) => Err(Malformed::invalid(rule)),
        (Err(error), None) => Err(Malformed::parse(format!(
            "not JSON: line {}, column {}",
            error.line(),
            error.column()
        ))),
        (Ok(Seen::Array), None) => {
            Err(Malformed::invalid("batches are not supported: send one message"))
        }
        (Ok(Seen::Scalar(_)), None) => Err(Malformed::invalid("a JSON-RPC message is an object")),
        (Ok(Seen::Object(envelope)), None) => Ok(envelope),
    }
}

enum Seen {
    /// The envelope is filled where it was to be kept.
    Object(Envelope),
    Array,
    /// Null unless it was to be kept.
    Scalar(Value),
}

struct Inspect<'a> {
    depth: usize,
    keep: Keep,
    limits: Limits,
    /// The broken rule, told apart from a syntax error.
    broken: &'a mut Option<String>,
}

/// What is wanted of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    /// Itself, if it is a scalar.
    Scalar,
    /// The envelope, of a whole message.
    Envelope,
    /// The envelope's part that stands in the parameters.
    Parameters,
}

impl Keep {
    /// What is wanted of a field of an object of which this is wanted.
    fn field(self, key: &str) -> Self {
        match (self, key) {
            (Self::Envelope, "id" | "method") | (Self::Parameters, "name") => Self::Scalar,
            (Self::Envelope, "params") => Self::Parameters,
            _ => Self::Nothing,
        }
    }
}

impl Inspect<'_> {
    fn broken<E: de::Error>(&mut self, rule: String) -> E {
        *self.broken = Some(rule);
        E::custom("broken rule")
    }

    fn enter<E: de::Error>(&mut self) -> Result<(), E> {
        if self.depth >= self.limits.depth {
            let depth = self.limits.depth;
            return Err(self.broken(format!("the message is nested deeper than {depth} levels")));
        }
        Ok(())
    }

    fn measure<E: de::Error>(&mut self, text: &str) -> Result<(), E> {
        if text.len() > self.limits.string {
            let limit = self.limits.string;
            return Err(self.broken(format!("a string is longer than {limit} bytes")));
        }
        Ok(())
    }

    fn inner(&mut self, keep: Keep) -> Inspect<'_> {
        Inspect { depth: self.depth + 1, keep, limits: self.limits, broken: self.broken }
    }

    fn scalar(&self, value: impl Into<Value>) -> Seen {
        Seen::Scalar(if self.keep == Keep::Scalar { value.into() } else { Value::Null })
    }
}

impl<'de> DeserializeSeed<'de> for Inspect<'_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inspect<'_> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen::Scalar(Value::Null))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Seen, E> {
        Ok(self.scalar(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Seen, E> {
        Ok(self.scalar(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Seen, E> {
        Ok(self.scalar(number))
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Scalar(Value::Null))
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<Seen, E> {
        self.measure(text)?;
        Ok(self.scalar(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Seen, A::Error> {
        self.enter()?;
        while items.next_element_seed(self.inner(Keep::Nothing))?.is_some() {}
        Ok(Seen::Array)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Seen, A::Error> {
        self.enter()?;
        let mut envelope = Envelope::default();
        let mut seen = Keys::default();
        while let Some(key) = fields.next_key::<String>()? {
            self.measure(&key)?;
            if seen.contains(&key) {
                return Err(self.broken("an object names a key twice".into()));
            }
            let keep = self.keep.field(&key);
            match (keep, fields.next_value_seed(self.inner(keep))?, key.as_str()) {
                (Keep::Scalar, Seen::Scalar(id), "id") => envelope.id = id,
                (Keep::Scalar, Seen::Scalar(Value::String(text)), "method") => {
                    envelope.method = Some(text);
                }
                (Keep::Scalar, Seen::Scalar(Value::String(text)), "name") => {
                    envelope.name = Some(text);
                }
                (Keep::Parameters, Seen::Object(parameters), _) => envelope.name = parameters.name,
                _ => {}
            }
            seen.insert(key);
        }
        Ok(Seen::Object(envelope))
    }
}

/// The keys of one object: most have few.
#[derive(Default)]
struct Keys {
    few: Vec<String>,
    many: HashSet<String>,
}

impl Keys {
    const FEW: usize = 16;

    fn contains(&self, key: &str) -> bool {
        self.few.iter().any(|seen| seen == key) || self.many.contains(key)
    }

    fn insert(&mut self, key: String) {
        if self.few.len() < Self::FEW {
            self.few.push(key);
        } else {
            self.many.insert(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { message: 1 << 20, depth: 8, string: 64 };

    fn refusal(text: &str) -> (i32, String) {
        let malformed = inspect(text.as_bytes(), LIMITS).unwrap_err();
        (malformed.code, malformed.message)
    }

    #[test]
    fn the_envelope_is_read() {
        let text = r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":{"id":8,"method":"x"}}"#;
        let envelope = inspect(text.as_bytes(), LIMITS).unwrap();
        assert_eq!(envelope.id, 7);
        assert_eq!(envelope.method.as_deref(), Some("ping"));
        assert_eq!(envelope.name, None);
        let text = r#"{"name":"a","params":{"x":{"name":"b"},"name":"c"},"method":"tools/call"}"#;
        assert_eq!(inspect(text.as_bytes(), LIMITS).unwrap().name.as_deref(), Some("c"));
        for other in [r#"{"params":{"name":1}}"#, r#"{"params":["name"]}"#, r#"{"name":"a"}"#] {
            assert_eq!(inspect(other.as_bytes(), LIMITS).unwrap().name, None, "{other}");
        }
    }

    #[test]
    fn what_is_not_json_is_a_parse_error() {
        for text in ["", "{", "{\"a\":1}x", "{\"a\":1e999}", "\u{7f}"] {
            assert_eq!(refusal(text).0, -32700, "{text}");
        }
    }

    #[test]
    fn what_is_no_request_is_an_invalid_request() {
        for (text, why) in [
            ("[]", "batches"),
            ("1", "object"),
            (r#"{"id":1,"id":2}"#, "twice"),
            (r#"{"params":{"a":1,"\u0061":2}}"#, "twice"),
        ] {
            let (code, message) = refusal(text);
            assert_eq!(code, -32600, "{text}");
            assert!(message.contains(why), "{message}");
        }
        assert!(refusal(&format!(r#"{{"a":"{}"}}"#, "x".repeat(65))).1.contains("64 bytes"));
        let many: Vec<String> = (0..40).map(|i| format!("\"k{}\":0", i % 39)).collect();
        assert!(refusal(&format!("{{{}}}", many.join(","))).1.contains("twice"));
    }

    #[test]
    fn depth_is_bounded_wherever_it_stands() {
        for (before, after) in
            [("{\"a\":", "}"), ("{\"id\":", "}"), ("{\"method\":", "}"), ("", "")]
        {
            let deep = format!("{before}{}{}{after}", "[".repeat(100_000), "]".repeat(100_000));
            assert!(refusal(&deep).1.contains("8 levels"), "{before}");
        }
    }
}
