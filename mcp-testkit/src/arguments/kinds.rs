//! The kinds of value that a place takes.

use std::rc::Rc;

use proptest::prelude::Strategy;
use proptest::sample::select;
use proptest::strategy::SBoxedStrategy;
use serde_json::{Value, json};

use super::attempt::Attempt;
use super::list::List;
use super::maker::{Make, Maker, strangers};
use super::node::{Form, Member, array};
use super::number::{Float, Integer};
use super::record::Record;
use super::text::Strings;
use super::unsupported::Why;

/// The types of JSON Schema, the simplest first.
const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
/// What a schema without `type` is of, by its keywords.
const TYPED_BY: [(&str, &[&str]); 4] = [
    ("object", &["properties", "required", "additionalProperties", "minProperties"]),
    ("array", &["items", "prefixItems", "minItems", "maxItems"]),
    ("string", &["pattern", "minLength", "maxLength"]),
    ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
];
/// The keywords that the generators aim at.
const UNDERSTOOD: [&str; 31] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "type",
    "unevaluatedProperties",
    "uniqueItems",
];
/// The keywords that ask nothing of a value.
const ANNOTATIONS: [&str; 13] = [
    "$comment",
    "$id",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// Notes the keywords that nothing here knows.
pub(super) fn check_keywords<'s>(maker: &Maker<'s>, form: &Form<'s>) {
    for keyword in form.members().iter().flat_map(|member| member.schema.keys()) {
        let keyword = keyword.as_str();
        let known = UNDERSTOOD.contains(&keyword) || ANNOTATIONS.contains(&keyword);
        if !known && !keyword.starts_with("x-") {
            maker.note(form.pointer(), keyword, Why::NotUnderstood);
        }
    }
}

/// Each kind of value that a form takes.
pub(super) fn of<'m, 's>(maker: &'m Maker<'s>, form: Form<'s>) -> Vec<Box<dyn Make + 'm>>
where
    's: 'm,
{
    let form = Rc::new(form);
    if let Some(values) = fixed(&form) {
        return vec![Box::new(Fixed { form, values })];
    }
    let types = types(&form);
    if types.len() == TYPES.len() {
        return vec![Box::new(Fixed { form, values: strangers() })];
    }
    types
        .into_iter()
        .map(|ty| -> Box<dyn Make + 'm> {
            let form = Rc::clone(&form);
            match ty {
                "null" => Box::new(Fixed { form, values: vec![Value::Null] }),
                "boolean" => Box::new(Fixed { form, values: vec![json!(false), json!(true)] }),
                "integer" => Box::new(Integer::read(maker, form)),
                "number" => Box::new(Float::read(maker, form)),
                "string" => Box::new(Strings::read(maker, form)),
                "array" => Box::new(List::read(maker, form)),
                _ => Box::new(Record::read(maker, form)),
            }
        })
        .collect()
}

/// Values of the types that a place doesn't take, and those that `not` excludes.
pub(super) fn foreign<'s>(maker: &Maker<'s>, form: &Form<'s>) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    // Beside `enum` and `const`, a wrong type breaks both; and the arguments are an object, or
    // there is no call.
    if fixed(form).is_none() && !form.pointer().is_empty() {
        // It breaks the alternatives of the same place, too, where they state types of their own.
        let chosen = |one: &Member<'_>| {
            one.blame.as_ref().is_some_and(|blame| blame.pointer == form.pointer())
        };
        let is_implied = form.each("type").any(|(one, _)| chosen(one));
        let is_stated = form.each("type").any(|(one, _)| one.blame.is_none());
        let typed = form.each("type").filter(|_| !(is_implied && is_stated));
        attempts.extend(typed.map(|(one, _)| Attempt::of(form, "", one, "type", strangers())));
    }
    for (member, excluded) in form.each("not") {
        let mut values = strangers();
        match excluded {
            Value::Object(excluded) => {
                values.extend(excluded.get("const").cloned());
                values.extend(array(excluded, "enum").iter().cloned());
            }
            _ => maker.note(form.pointer(), "not", Why::NotUnderstood),
        }
        attempts.push(Attempt::of(form, "", member, "not", values));
    }
    attempts
}

/// The values of `enum` and `const`.
fn fixed(form: &Form<'_>) -> Option<Vec<Value>> {
    let single = form.each("const").map(|(_, value)| vec![value.clone()]);
    let several = form.each("enum").map(|(member, _)| array(member.schema, "enum").to_vec());
    let mut lists = single.chain(several);
    let mut values = lists.next()?;
    for list in lists {
        values.retain(|value| list.contains(value));
    }
    let types = types(form);
    values.retain(|value| types.iter().any(|ty| is(value, ty)));
    Some(values)
}

fn is(value: &Value, ty: &str) -> bool {
    match value {
        Value::Null => ty == "null",
        Value::Bool(_) => ty == "boolean",
        Value::Number(number) => ty == "number" || (ty == "integer" && !number.is_f64()),
        Value::String(_) => ty == "string",
        Value::Array(_) => ty == "array",
        Value::Object(_) => ty == "object",
    }
}

/// The types that all schemas of a form admit: all of them where nothing is said, otherwise
/// `integer` only where it isn't part of `number`.
fn types(form: &Form<'_>) -> Vec<&'static str> {
    let mut types = TYPES.to_vec();
    for (member, ty) in form.each("type") {
        let named =
            |name: &str| ty == name || array(member.schema, "type").iter().any(|one| one == name);
        types.retain(|name| named(name) || (*name == "integer" && named("number")));
    }
    if types.len() == TYPES.len() {
        let states = |keyword: &&str| form.each(keyword).next().is_some();
        let guess = TYPED_BY.iter().find(|(_, keywords)| keywords.iter().any(&states));
        types = guess.map_or(types, |(ty, _)| vec![*ty]);
    }
    if types.contains(&"number") && types.len() < TYPES.len() {
        types.retain(|name| *name != "integer");
    }
    types
}

/// One of some values.
struct Fixed<'s> {
    form: Rc<Form<'s>>,
    values: Vec<Value>,
}

impl Make for Fixed<'_> {
    fn simplest(&self) -> Option<Value> {
        self.values.first().cloned()
    }

    fn strategy(&self) -> Option<SBoxedStrategy<Value>> {
        (!self.values.is_empty()).then(|| select(self.values.clone()).sboxed())
    }

    fn edges(&self) -> Vec<Value> {
        self.values.clone()
    }

    fn breaks(&self) -> Vec<Attempt> {
        let mut values = strangers();
        for value in &self.values {
            if let Value::String(text) = value {
                let (upper, lower) = (text.to_uppercase(), text.to_lowercase());
                let near = [format!("{text}_"), format!(" {text}"), upper, lower];
                values.extend(near.map(Value::String));
            }
        }
        let rules = ["const", "enum"];
        let rules = rules.iter().flat_map(|rule| self.form.each(rule).map(move |of| (rule, of.0)));
        rules.map(|(rule, one)| Attempt::of(&self.form, "", one, rule, values.clone())).collect()
    }
}
