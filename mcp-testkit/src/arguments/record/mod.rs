//! Objects: those of structs, with known names, and those of maps, with any.

mod make;
mod others;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use super::judge::{compile, token};
use super::maker::Maker;
use super::node::{Form, Member, Node, Object, array};
use others::Others;

/// No larger objects are made: servers tell of larger ones only the first thing that is wrong.
const MAX_PROPERTIES: usize = 1024;

pub(super) struct Record<'m, 's> {
    maker: &'m Maker<'s>,
    form: Rc<Form<'s>>,
    min: usize,
    max: Option<usize>,
    /// In the schema's order.
    required: Vec<&'s str>,
    /// The properties that may be there, by name.
    known: BTreeMap<&'s str, Node<'s>>,
    /// Those that no schema names.
    others: Vec<Others<'s>>,
}

impl<'m, 's> Record<'m, 's> {
    pub(super) fn read(maker: &'m Maker<'s>, form: Rc<Form<'s>>) -> Self {
        let count = |(_, value): (_, &Value)| value.as_u64().and_then(|one| one.try_into().ok());
        let mut names: BTreeSet<&'s str> = BTreeSet::new();
        let mut required: Vec<&'s str> = Vec::new();
        for member in form.members() {
            names.extend(
                properties(member.schema).into_iter().flatten().map(|(name, _)| name.as_str()),
            );
            for name in array(member.schema, "required").iter().filter_map(Value::as_str) {
                if !required.contains(&name) {
                    required.push(name);
                }
            }
        }
        names.extend(&required);
        let known = names.iter().filter_map(|name| Some((*name, property(&form, name)?))).collect();
        let min = form.each("minProperties").filter_map(count).max().unwrap_or(0);
        let max = form.each("maxProperties").filter_map(count).min();
        let others = Others::of(maker, &form);
        Self { maker, form, min, max, required, known, others }
    }

    /// The simplest object with these properties beside those that are required.
    fn around(&self, names: &[&'s str]) -> Option<Object> {
        let mut object = Object::new();
        for name in self.required.iter().chain(names) {
            let place = self.known.get(name)?;
            object.insert((*name).to_owned(), self.maker.simplest(place)?);
        }
        Some(object)
    }

    /// The simplest object that has a property, and enough others.
    fn with(&self, name: &str, value: Value) -> Option<Value> {
        let mut object = self.around(&[])?;
        object.insert(name.to_owned(), value);
        self.filled(object, self.min)
    }

    /// With more properties, until there are so many.
    fn filled(&self, mut object: Object, count: usize) -> Option<Value> {
        for (name, place) in &self.known {
            if object.len() < count && !object.contains_key(*name) {
                object.extend(self.maker.simplest(place).map(|value| ((*name).to_owned(), value)));
            }
        }
        for others in &self.others {
            let missing = count.saturating_sub(object.len());
            if missing > 0 {
                let value = self.maker.simplest(&others.place);
                let names = others.names(missing, |name| object.contains_key(name));
                object.extend(names.into_iter().zip(std::iter::repeat(value?)));
            }
        }
        (object.len() >= count).then_some(Value::Object(object))
    }
}

fn properties(schema: &Object) -> Option<&Object> {
    schema.get("properties")?.as_object()
}

/// The place of a property; none where there may be none of this name.
fn property<'s>(form: &Form<'s>, name: &str) -> Option<Node<'s>> {
    let mut members: Vec<Member<'s>> = Vec::new();
    let mut is_named = false;
    for member in form.members() {
        let schema = member.schema;
        let own = properties(schema).and_then(|own| own.get(name));
        let matching = patterns(schema).filter(|(pattern, _)| matches(pattern, name));
        let mut of_member: Vec<&'s Value> = own.into_iter().collect();
        of_member.extend(matching.map(|(_, schema)| schema));
        is_named |= !of_member.is_empty();
        if of_member.is_empty() {
            of_member.extend(schema.get("additionalProperties"));
        }
        for schema in of_member {
            members.push(member.below(schema)?);
        }
    }
    if !is_named {
        for (member, schema) in form.each("unevaluatedProperties") {
            members.push(member.below(schema)?);
        }
    }
    Some(form.child(&token(name), members))
}

/// The schemas of properties whose names match a pattern.
fn patterns(schema: &Object) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten()
}

fn matches(pattern: &str, name: &str) -> bool {
    let rule = serde_json::json!({ "pattern": pattern });
    compile(&rule).is_ok_and(|rule| rule.is_valid(&Value::from(name)))
}
