//! One spelling of the same arguments, for everything that has to know a call again: cache,
//! idempotency, audit.
//!
//! The arguments are those that the function receives: validated, defaults applied. Two of them
//! have the same text if and only if they compare equal:
//!
//! - The keys of objects are sorted by their bytes; there is no whitespace.
//! - Integers are printed digit by digit. RFC 8785, which sends every number through a double,
//!   gives 2⁵³ and 2⁵³ + 1 the same text, and two accounts the same cache entry.
//! - Floats are printed with the fewest digits that read back as the same number, always with an
//!   exponent (`1e0`, `2.5e-3`), so that no library's choice of when to use one can change a text
//!   that is stored.
//! - `1` and `1.0` are `1` and `1e0`: a function can tell them apart. Where the schema says
//!   integer, validation has turned `1.0` into `1` already.
//! - `-0.0` is `0e0`, because it equals `0.0`.
//!
//! The text is JSON.

use std::fmt::{self, Write};

use serde_json::{Number, Value};

use crate::call::Arguments;
use crate::json_text::{Digits, plain};

/// What a text has room for from the start: most arguments, and many results.
const ROOM: usize = 256;

/// The canonical text of a call's arguments.
pub(crate) fn canonical(arguments: &Arguments) -> String {
    let mut text = String::with_capacity(ROOM);
    // Writing to a string doesn't fail, here and below.
    let _ = object(&mut text, arguments.iter());
    text
}

/// The canonical text of an object, made member by member: they come in the order of their names,
/// each once.
pub(crate) struct Members(String);

impl Members {
    pub(crate) fn new() -> Self {
        let mut text = String::with_capacity(ROOM);
        text.push('{');
        Self(text)
    }

    /// Adds a member. What comes back is the canonical text of its value.
    pub(crate) fn add(&mut self, name: &str, of: &Value) -> &str {
        let Self(text) = self;
        let _ = separate(text, text.len() - 1);
        let _ = write_name(text, name);
        let start = text.len();
        let _ = write_value(text, of);
        &text[start..]
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// Members in the order in which a canonical text has them.
pub(crate) fn sorted(of: &Arguments) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = of.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    members
}

/// The canonical text of any value.
pub(crate) fn canonical_value(of: &Value) -> String {
    let mut text = String::with_capacity(2 * ROOM);
    let _ = write_value(&mut text, of);
    text
}

/// The canonical text of a list of strings.
pub(crate) fn canonical_strings(of: &[&str]) -> String {
    let mut text = String::with_capacity(2 * ROOM);
    text.push('[');
    for (index, item) in of.iter().enumerate() {
        let _ = separate(&mut text, index);
        let _ = string(&mut text, item);
    }
    text.push(']');
    text
}

/// Writes the canonical text of a value.
pub(crate) fn write_value(text: &mut impl Write, value: &Value) -> fmt::Result {
    match value {
        Value::Null => text.write_str("null"),
        Value::Bool(true) => text.write_str("true"),
        Value::Bool(false) => text.write_str("false"),
        Value::Number(of) => number(text, of),
        Value::String(of) => string(text, of),
        Value::Array(items) => {
            text.write_str("[")?;
            for (index, item) in items.iter().enumerate() {
                separate(text, index)?;
                write_value(text, item)?;
            }
            text.write_str("]")
        }
        Value::Object(members) => object(text, members.iter()),
    }
}

/// Writes what comes before the value of a member, as canonical texts have it.
pub(crate) fn write_name(text: &mut impl Write, name: &str) -> fmt::Result {
    string(text, name)?;
    text.write_str(":")
}

type Member<'a> = (&'a String, &'a Value);

fn object<'a>(
    text: &mut impl Write,
    members: impl Iterator<Item = Member<'a>> + Clone,
) -> fmt::Result {
    text.write_str("{")?;
    let write = |(index, (name, of)): (usize, Member<'_>)| {
        separate(text, index)?;
        write_name(text, name)?;
        write_value(text, of)
    };
    // Whether a map keeps its members sorted is decided by a feature that any crate can turn on.
    if members.clone().is_sorted_by_key(|(name, _)| name) {
        members.enumerate().try_for_each(write)?;
    } else {
        let mut sorted: Vec<_> = members.collect();
        sorted.sort_unstable_by_key(|(name, _)| *name);
        sorted.into_iter().enumerate().try_for_each(write)?;
    }
    text.write_str("}")
}

fn separate(text: &mut impl Write, index: usize) -> fmt::Result {
    if index > 0 { text.write_str(",") } else { Ok(()) }
}

fn number(text: &mut impl Write, number: &Number) -> fmt::Result {
    if let Some(whole) = number.as_u64() {
        text.write_str(Digits::of(whole).as_str())
    } else if let Some(negative) = number.as_i64() {
        text.write_str("-")?;
        text.write_str(Digits::of(negative.unsigned_abs()).as_str())
    } else if let Some(float) = number.as_f64() {
        // The sum turns -0.0 into 0.0 and changes nothing else.
        write!(text, "{:e}", float + 0.0)
    } else {
        Ok(())
    }
}

/// Only what JSON demands is escaped, and in one way.
fn string(text: &mut impl Write, of: &str) -> fmt::Result {
    text.write_str("\"")?;
    let mut rest = of;
    loop {
        let (these, others) = rest.split_at(plain(rest.as_bytes()));
        text.write_str(these)?;
        let mut others = others.chars();
        match others.next() {
            None => break,
            Some('"') => text.write_str("\\\"")?,
            Some('\\') => text.write_str("\\\\")?,
            Some(control) => write!(text, "\\u{:04x}", u32::from(control))?,
        }
        rest = others.as_str();
    }
    text.write_str("\"")
}

/// Values of every kind, for tests.
#[cfg(test)]
pub(crate) mod testing {
    use proptest::prelude::*;
    use serde_json::Value;

    fn scalar() -> impl Strategy<Value = Value> {
        let edges = [0.0, -0.0, 1.0, -1.0, 9_007_199_254_740_992.0, 1e16, 1e-7, f64::MAX];
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-2_i64..2).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            prop::sample::select(edges.to_vec()).prop_map(Value::from),
            "[a-c\"\\\\\n,:{}\\[\\]é0-9]{0,4}".prop_map(Value::from),
        ]
    }

    pub(crate) fn values() -> impl Strategy<Value = Value> {
        scalar().prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-c\":]{0,2}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}

#[cfg(test)]
mod tests;
