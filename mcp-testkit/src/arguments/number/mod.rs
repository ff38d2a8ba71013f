//! Numbers: integers exactly, all others as floats.

mod float;
mod integer;

use std::sync::Arc;

use serde_json::{Value, json};

use super::judge::{compile, integer_range, is_integer};
use super::node::Form;

pub(super) use float::Float;
pub(super) use integer::Integer;

/// The keywords about numbers that aren't bounds.
const KEYWORDS: [&str; 2] = ["not", "multipleOf"];

/// Whether a number keeps the rules of a form that aren't bounds.
#[derive(Clone)]
struct Rules(Option<Arc<jsonschema::Validator>>);

impl Rules {
    fn of(form: &Form<'_>) -> Self {
        let kept = |(name, _): &(&String, &Value)| KEYWORDS.contains(&name.as_str());
        let all = form.members().iter().map(|one| one.schema.iter().filter(kept));
        let all = all.map(|kept| kept.map(|(name, rule)| (name.clone(), rule.clone())));
        let all: Vec<Value> = all.map(|kept| Value::Object(kept.collect())).collect();
        if all.iter().all(|one| *one == json!({})) {
            return Self(None);
        }
        Self(compile(&json!({ "allOf": all })).ok().map(Arc::new))
    }

    fn keeps(&self, value: &Value) -> bool {
        self.0.as_ref().is_none_or(|rules| rules.is_valid(value))
    }
}

/// The range of the integer formats that a form states.
fn format_ranges<'a>(form: &'a Form<'_>) -> impl Iterator<Item = (i128, i128)> + 'a {
    form.each("format")
        .filter(|(member, _)| is_integer(member.schema))
        .filter_map(|(_, format)| integer_range(format.as_str()?))
}
