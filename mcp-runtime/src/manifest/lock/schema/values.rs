//! Schemas that are lists of values: `enum`, `const`, and forms that are nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use super::types::Types;
use super::view::View;

/// Forms within forms, as deep as they are looked into.
const MAX_DEPTH: u8 = 4;

static NULL: Value = Value::Null;

/// Exactly the values that a schema admits; nothing where it isn't a list of them, or has more than
/// `most`.
pub(super) fn values<'a>(schema: &View<'a>, most: usize) -> Option<Vec<&'a Value>> {
    listed(schema, most, 0)
}

fn listed<'a>(schema: &View<'a>, most: usize, depth: u8) -> Option<Vec<&'a Value>> {
    let of_types = |all: Vec<&'a Value>| -> Vec<&'a Value> {
        all.into_iter().filter(|one| Types::of(one).within(schema.types)).collect()
    };
    if depth > 0 && schema.types == Types::NULL && schema.only_says(&[]) {
        return Some(vec![&NULL]);
    }
    if schema.only_says(&["const"]) {
        return schema.get("const").map(|one| of_types(vec![one]));
    }
    if schema.only_says(&["enum"]) {
        let all = schema.get("enum")?.as_array().filter(|all| all.len() <= most)?;
        return Some(of_types(all.iter().collect()));
    }
    if depth >= MAX_DEPTH || !schema.only_says(&["anyOf", "oneOf"]) {
        return None;
    }
    let forms = schema.forms()?;
    let mut all = Vec::new();
    for form in &forms.list {
        all.extend(listed(form, most, depth + 1)?);
        if all.len() > most {
            return None;
        }
    }
    // What is in two forms is in none of `oneOf`.
    if forms.exactly_one && texts(&all).len() < all.len() {
        return None;
    }
    Some(of_types(all))
}

/// Values by their text. `1` and `1.0`, which are equal to JSON Schema, are held apart: that makes
/// a change worse than it is, never better.
pub(super) fn texts(values: &[&Value]) -> BTreeSet<String> {
    values.iter().map(ToString::to_string).collect()
}

/// The types of some values.
pub(super) fn types(values: &[&Value]) -> Types {
    values.iter().fold(Types::NONE, |all, one| all.or(Types::of(one)))
}
