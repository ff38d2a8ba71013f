//! Keywords that are only words, and schemas as they are shown.

use serde_json::{Map, Value};

/// Values within a value that is shown.
const MAX_SHOWN: usize = 200;
const TOO_LARGE: &str = "…";

/// Keywords that say nothing about which values are valid.
pub(super) fn is_word(keyword: &str) -> bool {
    const WORDS: [&str; 13] = [
        "title",
        "description",
        "examples",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "$comment",
        "$schema",
        "$defs",
    ];
    WORDS.contains(&keyword) || keyword.starts_with("x-")
}

/// A part of a schema in a finding: null where there is none, a mark where it is large.
pub(super) fn shown(value: Option<&Value>) -> Value {
    match value {
        None => Value::Null,
        Some(value) if size(value, 0) <= MAX_SHOWN => value.clone(),
        Some(_) => Value::from(TOO_LARGE),
    }
}

pub(super) fn shown_object(members: &Map<String, Value>) -> Value {
    if self::members(members, 0) <= MAX_SHOWN {
        Value::Object(members.clone())
    } else {
        Value::from(TOO_LARGE)
    }
}

/// How many values there are; not much more than is shown is counted.
fn size(value: &Value, before: usize) -> usize {
    match value {
        Value::Array(all) => {
            all.iter().fold(
                before + 1,
                |count, one| {
                    if count > MAX_SHOWN { count } else { size(one, count) }
                },
            )
        }
        Value::Object(all) => members(all, before + 1),
        _ => before + 1,
    }
}

fn members(all: &Map<String, Value>, before: usize) -> usize {
    all.values().fold(before, |count, one| if count > MAX_SHOWN { count } else { size(one, count) })
}

/// Whether two schemas differ at most in words.
pub(super) fn same_but_words(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    let heard = |all: &Map<String, Value>| all.keys().filter(|key| !is_silent(key)).count();
    let member = |(key, one): (&String, &Value)| {
        b.get(key).is_some_and(|other| match (key.as_str(), one, other) {
            (
                "properties" | "patternProperties" | "$defs" | "dependentSchemas",
                Value::Object(one),
                Value::Object(other),
            ) => {
                let same = |(name, one): (&String, &Value)| {
                    other.get(name).is_some_and(|other| same_value(one, other))
                };
                one.len() == other.len() && one.iter().all(same)
            }
            // Values, not schemas.
            ("enum" | "const", one, other) => one == other,
            _ => same_value(one, other),
        })
    };
    heard(a) == heard(b) && a.iter().filter(|(key, _)| !is_silent(key)).all(member)
}

fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => same_but_words(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        _ => a == b,
    }
}

/// A word that no reference leads through.
fn is_silent(keyword: &str) -> bool {
    is_word(keyword) && keyword != "$defs"
}
