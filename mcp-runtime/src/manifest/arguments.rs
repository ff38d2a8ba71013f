//! A tool's arguments as rows of a table, read off its input schema.

use serde_json::{Map, Value};

use super::words::code;

/// How far into objects and lists arguments get rows of their own; the schema has the rest.
const DEPTH: usize = 4;

/// One argument, or one property of one.
pub(super) struct Argument {
    /// `customer.address`, `lines[].amount`.
    pub(super) path: String,
    pub(super) ty: String,
    pub(super) required: bool,
    /// Its rules, each as a text with code in backticks.
    pub(super) rules: Vec<String>,
    pub(super) description: String,
}

/// The rows of an object's schema.
pub(super) fn arguments(schema: &Map<String, Value>) -> Vec<Argument> {
    let mut rows = Vec::new();
    properties(schema, "", DEPTH, &mut rows);
    rows
}

fn properties(schema: &Map<String, Value>, prefix: &str, depth: usize, rows: &mut Vec<Argument>) {
    let Some(all) = schema.get("properties").and_then(Value::as_object) else { return };
    let required = schema.get("required").and_then(Value::as_array);
    for (name, property) in all {
        let path = format!("{prefix}{name}");
        let empty = Map::new();
        let property = property.as_object().unwrap_or(&empty);
        let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
        rows.push(Argument {
            path: path.clone(),
            ty: ty(property),
            required: required.is_some_and(|all| all.iter().any(|one| one == name.as_str())),
            rules: rules(property),
            description: description.to_owned(),
        });
        if depth > 1 {
            properties(property, &format!("{path}."), depth - 1, rows);
            if let Some(items) = property.get("items").and_then(Value::as_object) {
                properties(items, &format!("{path}[]."), depth - 1, rows);
            }
        }
    }
}

fn ty(schema: &Map<String, Value>) -> String {
    let name = |name: &str| match name {
        "array" => match schema.get("items").and_then(Value::as_object).map(ty) {
            Some(of) => format!("list of {of}"),
            None => "list".to_owned(),
        },
        other => other.to_owned(),
    };
    match schema.get("type") {
        Some(Value::String(one)) => {
            let format = schema.get("format").and_then(Value::as_str);
            return name(one) + &format.map(|of| format!(" ({of})")).unwrap_or_default();
        }
        Some(Value::Array(several)) => {
            return joined(several.iter().filter_map(Value::as_str).map(name).collect());
        }
        _ => {}
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(branches) = schema.get(keyword).and_then(Value::as_array) {
            return joined(branches.iter().filter_map(Value::as_object).map(ty).collect());
        }
    }
    if schema.contains_key("const") || schema.contains_key("enum") {
        return "one of".to_owned();
    }
    "anything".to_owned()
}

fn joined(mut names: Vec<String>) -> String {
    let mut at = 0;
    while at < names.len() {
        if names[..at].contains(&names[at]) {
            names.remove(at);
        } else {
            at += 1;
        }
    }
    names.join(" or ")
}

/// The rules of one value. Those of a list's items come after its own.
fn rules(schema: &Map<String, Value>) -> Vec<String> {
    const LITERAL: [(&str, &str); 7] = [
        ("minimum", "≥"),
        ("exclusiveMinimum", ">"),
        ("maximum", "≤"),
        ("exclusiveMaximum", "<"),
        ("multipleOf", "a multiple of"),
        ("pattern", "matches"),
        ("const", "is"),
    ];
    let mut rules = Vec::new();
    for (keyword, words) in LITERAL {
        if let Some(value) = schema.get(keyword) {
            rules.push(format!("{words} {}", literal(value)));
        }
    }
    for (least, most, what) in [
        ("minLength", "maxLength", "characters"),
        ("minItems", "maxItems", "items"),
        ("minProperties", "maxProperties", "properties"),
    ] {
        match (schema.get(least), schema.get(most)) {
            (None, None) => {}
            (Some(least), None) => rules.push(format!("≥ {least} {what}")),
            (None, Some(most)) => rules.push(format!("≤ {most} {what}")),
            (Some(least), Some(most)) if least == most => rules.push(format!("{least} {what}")),
            (Some(least), Some(most)) => rules.push(format!("{least} to {most} {what}")),
        }
    }
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        rules.push("no item twice".to_owned());
    }
    let choices: Vec<&Value> = match schema.get("enum").and_then(Value::as_array) {
        Some(all) => all.iter().collect(),
        // An enum whose variants are documented.
        None => ["oneOf", "anyOf"]
            .into_iter()
            .filter_map(|keyword| schema.get(keyword)?.as_array())
            .flat_map(|branches| branches.iter().filter_map(|branch| branch.get("const")))
            .collect(),
    };
    if !choices.is_empty() {
        let choices: Vec<String> = choices.into_iter().map(literal).collect();
        rules.push(format!("one of {}", choices.join(", ")));
    }
    if let Some(items) = schema.get("items").and_then(Value::as_object) {
        rules.extend(self::rules(items).into_iter().map(|rule| format!("each item: {rule}")));
    }
    if let Some(default) = schema.get("default") {
        rules.push(format!("default {}", literal(default)));
    }
    if let Some(header) = schema.get("x-mcp-header").and_then(Value::as_str) {
        rules.push(format!("also the header {}", code(&format!("Mcp-Param-{header}"))));
    }
    rules
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => code(text),
        other => code(&other.to_string()),
    }
}
