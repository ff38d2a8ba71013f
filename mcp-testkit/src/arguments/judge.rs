//! Judges made arguments by the schema, apart from the runtime: what is made would prove nothing
//! about the runtime's validation if the runtime had chosen it.

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value, json};

/// The keywords under which instances stand, not schemas.
const INSTANCES: [&str; 4] = ["default", "examples", "enum", "const"];
/// The keywords under which schemas stand by names of the schema's own.
const NAMED: [&str; 4] = ["properties", "patternProperties", "$defs", "dependentSchemas"];
/// What an alternative that doesn't match leaves behind: properties that nothing evaluated.
const CONSEQUENCES: [&str; 2] = ["unevaluatedProperties", "unevaluatedItems"];

/// Which rules a value breaks.
pub(super) struct Judge {
    whole: Validator,
    /// Without the rules that break only because an alternative does.
    causes: Validator,
    optional: Vec<String>,
    defaults: Vec<(String, Value)>,
}

/// Where, by a JSON pointer, and which keyword.
pub(super) type Finding = (String, String);

impl Judge {
    /// # Errors
    ///
    /// What is wrong with the schema.
    pub(super) fn of(schema: &Map<String, Value>) -> Result<Self, String> {
        let mut whole = schema.clone();
        // So that what is unknown is reported by name, as servers do.
        whole.entry("properties").or_insert_with(|| json!({}));
        let mut whole = Value::Object(whole);
        bound_integers(&mut whole);
        let mut causes = whole.clone();
        drop_keywords(&mut causes, &CONSEQUENCES);
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &&String| {
            required.is_some_and(|names| names.iter().any(|one| one == name.as_str()))
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = || properties.into_iter().flatten();
        Ok(Self {
            whole: compile(&whole)?,
            causes: compile(&causes)?,
            optional: properties()
                .map(|of| of.0)
                .filter(|name| !is_required(name))
                .cloned()
                .collect(),
            defaults: properties()
                .filter_map(|(name, of)| Some((name.clone(), of.get("default")?.clone())))
                .collect(),
        })
    }

    /// Whether arguments keep every rule.
    pub(super) fn accepts(&self, arguments: &Value) -> bool {
        self.whole.is_valid(&self.prepared(arguments))
    }

    /// Whether arguments break this rule and no other.
    pub(super) fn finds_only(&self, arguments: &Value, rule: &Finding) -> bool {
        let prepared = self.prepared(arguments);
        let whole = findings(&self.whole, &prepared);
        if CONSEQUENCES.contains(&rule.1.as_str()) || whole.len() <= 1 {
            return whole == [rule.clone()];
        }
        whole.contains(rule) && findings(&self.causes, &prepared) == [rule.clone()]
    }

    /// As a server takes them: null is absent where an argument is optional, defaults apply.
    fn prepared(&self, arguments: &Value) -> Value {
        let mut prepared = arguments.clone();
        let Value::Object(fields) = &mut prepared else { return prepared };
        for name in &self.optional {
            if fields.get(name).is_some_and(Value::is_null) {
                fields.remove(name);
            }
        }
        for (name, default) in &self.defaults {
            fields.entry(name.clone()).or_insert_with(|| default.clone());
        }
        prepared
    }
}

/// The validator of a schema as tools enforce theirs.
///
/// # Errors
///
/// What is wrong with the schema.
pub(super) fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| error.to_string())
}

fn findings(validator: &Validator, value: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    for error in validator.iter_errors(value) {
        let at = error.instance_path().as_str();
        let rule = error.kind().keyword();
        let named = |name: &str| (format!("{at}{}", token(name)), rule.to_owned());
        match error.kind() {
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                found.extend(unexpected.iter().map(|name| named(name)));
            }
            Kind::Required { property } => found.push(named(property.as_str().unwrap_or_default())),
            _ => found.push((at.to_owned(), rule.to_owned())),
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A name as a step of a JSON pointer.
pub(super) fn token(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The ranges of Rust's integers, by the format that schemars gives them.
pub(super) fn integer_range(format: &str) -> Option<(i128, i128)> {
    Some(match format {
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" => (0, u64::MAX.into()),
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        _ => return None,
    })
}

/// Whether a schema speaks of integers.
pub(super) fn is_integer(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::String(ty)) => ty == "integer",
        Some(Value::Array(types)) => types.iter().any(|ty| ty == "integer"),
        _ => false,
    }
}

/// Writes the ranges of integer formats out.
fn bound_integers(schema: &mut Value) {
    each_schema(schema, &mut |keywords| {
        let range = keywords.get("format").and_then(Value::as_str).and_then(integer_range);
        let (true, Some((low, high))) = (is_integer(keywords), range) else { return };
        keywords.entry("minimum").or_insert_with(|| json!(low));
        keywords.entry("maximum").or_insert_with(|| json!(high));
    });
}

fn drop_keywords(schema: &mut Value, dropped: &[&str]) {
    each_schema(schema, &mut |keywords| {
        keywords.retain(|name, _| !dropped.contains(&name.as_str()));
    });
}

fn each_schema(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(|one| each_schema(one, change)),
        Value::Object(keywords) => {
            change(keywords);
            for (keyword, value) in keywords {
                match value {
                    Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                        named.values_mut().for_each(|one| each_schema(one, change));
                    }
                    _ if INSTANCES.contains(&keyword.as_str()) => {}
                    other => each_schema(other, change),
                }
            }
        }
        _ => {}
    }
}
