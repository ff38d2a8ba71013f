//! Properties that no schema names.

use std::rc::Rc;

use proptest::prelude::Strategy;
use proptest::strategy::SBoxedStrategy;
use serde_json::{Value, json};

use super::super::maker::{Maker, samples};
use super::super::node::{Form, Member, Node, Object};
use super::super::text::Text;
use super::super::unsupported::Why;
use super::{patterns, properties};

/// Names that programs stumble over.
const ODD: [&str; 5] = ["\u{17c}\u{f3}\u{142}w", "", "a/b~c", "$ref", "__proto__"];

/// A set of names, and the place of their values.
pub(super) struct Others<'s> {
    keys: Rc<Text>,
    pub(super) place: Node<'s>,
    /// Whether the object is made for them, as a map is, rather than letting them be.
    pub(super) is_map: bool,
    /// The names that are not of this set.
    taken: Vec<&'s str>,
}

impl<'s> Others<'s> {
    /// The sets of a form: none where it is closed.
    pub(super) fn of(maker: &Maker<'s>, form: &Form<'s>) -> Vec<Self> {
        let own = form.members().iter().filter_map(|one| properties(one.schema)).flatten();
        let taken: Vec<&str> = own.map(|(name, _)| name.as_str()).collect();
        let names: Vec<&Object> =
            form.each("propertyNames").filter_map(|(_, names)| names.as_object()).collect();
        let set = |pattern: Option<&str>, step: &str, members, is_map| {
            let own = pattern.map(|pattern| json!({ "pattern": plain_integers(pattern) }));
            let own = own.as_ref().and_then(Value::as_object);
            let keys = maker.text(&names.iter().copied().chain(own).collect::<Vec<_>>());
            let keyword = if pattern.is_some() { "patternProperties" } else { "propertyNames" };
            if keys.simplest().is_none() {
                maker.note(form.pointer(), keyword, Why::NoValue);
            }
            Self { keys, place: form.child(step, members), is_map, taken: taken.clone() }
        };
        let mut sets = Vec::new();
        for member in form.members() {
            for (pattern, schema) in patterns(member.schema) {
                if let Some(value) = member.below(schema) {
                    sets.push(set(Some(pattern), "/*", vec![value], true));
                }
            }
        }
        if let Some(members) = unnamed(form) {
            let is_map = taken.is_empty();
            sets.push(set(
                None,
                "/*",
                members,
                is_map || form.each("additionalProperties").any(|(_, schema)| schema.is_object()),
            ));
        }
        sets
    }

    /// So many names of this set, as far as there are.
    pub(super) fn names(&self, count: usize, is_taken: impl Fn(&str) -> bool) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let known = self.keys.edges().into_iter();
        let any = self.keys.strategy().map(|any| samples(&any, 20 * count));
        for name in known.filter(|name| !name.is_empty()).chain(any.into_iter().flatten()) {
            if found.len() >= count {
                break;
            }
            if self.takes(&name) && !is_taken(&name) && !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    /// The names of this set that programs stumble over.
    pub(super) fn odd(&self) -> impl Iterator<Item = &'static str> {
        ODD.into_iter().filter(|name| self.keys.keeps(name) && self.takes(name))
    }

    pub(super) fn strategy(&self) -> Option<SBoxedStrategy<String>> {
        let taken: Vec<String> = self.taken.iter().map(ToString::to_string).collect();
        let free = move |name: &String| !taken.contains(name);
        Some(self.keys.strategy()?.prop_filter("a name that is free", free).sboxed())
    }

    fn takes(&self, name: &str) -> bool {
        !self.taken.contains(&name)
    }
}

/// Maps by integers have a pattern that admits more than their type reads: zeros in front, and more
/// digits than it holds.
fn plain_integers(pattern: &str) -> &str {
    match pattern {
        r"^\d+$" => "^(0|[1-9][0-9]?)$",
        r"^-?\d+$" => "^(0|-?[1-9][0-9]?)$",
        other => other,
    }
}

/// The schemas of properties without one of their own; none where there may be no such.
fn unnamed<'s>(form: &Form<'s>) -> Option<Vec<Member<'s>>> {
    let keywords = ["additionalProperties", "unevaluatedProperties"];
    let schemas = keywords.iter().flat_map(|keyword| form.each(keyword));
    schemas.map(|(member, schema)| member.below(schema)).collect()
}
