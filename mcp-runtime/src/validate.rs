//! Arguments against the schema that the tool advertises: one compiled validator per tool.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, PatternOptions, ValidationError};
use serde_json::{Map, Value, json};

use crate::call::Arguments;
use crate::params::pointer;
use crate::violations::{Broken, Violation, Violations};

/// Of arguments with more values than this, one violation is told: the validator finds all before
/// it gives the first, at several hundred bytes each, and a value costs a client two bytes.
const MAX_SEARCHED: usize = 10_000;
/// At most this many characters of a schema's own text (a pattern, a list of options) are quoted.
const MAX_QUOTED: usize = 200;
/// The keywords under which instances stand, not schemas.
const INSTANCES: [&str; 4] = ["default", "examples", "enum", "const"];
/// The keywords under which schemas stand by names that are no keywords.
const NAMED: [&str; 4] = ["properties", "patternProperties", "$defs", "dependentSchemas"];
/// The keywords by which a schema covers more values than it has words.
const SPREADING: [&str; 9] = [
    "$ref",
    "$dynamicRef",
    "items",
    "prefixItems",
    "contains",
    "additionalProperties",
    "patternProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Above this, an `f64` no longer holds every integer.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Enforces one tool's input schema, and puts arguments into the form that the function receives.
#[derive(Debug)]
pub(crate) struct Validator {
    compiled: jsonschema::Validator,
    properties: Vec<String>,
    /// Properties that may be missing, so that an explicit null counts as absent.
    optional: Vec<String>,
    defaults: Vec<(String, Value)>,
    /// Whether any rule speaks of integers, so that `3.0` has to become `3`.
    has_integers: bool,
    /// Whether the first violation may hold any number of others: those of a form's alternatives.
    nests: bool,
    /// Pointers to the arguments of which no part may be told, not even the name of one.
    secrets: Vec<String>,
}

impl Validator {
    /// # Errors
    ///
    /// What is wrong with the schema.
    pub(crate) fn new(schema: &Map<String, Value>) -> Result<Self, String> {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &String| {
            required.is_some_and(|names| names.iter().any(|required| required == name.as_str()))
        };
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let defaults = properties
            .iter()
            .filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone())))
            .collect();
        let mut enforced = schema.clone();
        // Without it, only the first unknown property would be reported, and as something else.
        enforced.entry("properties").or_insert_with(|| json!({}));
        let mut enforced = Value::Object(enforced);
        let has_integers = bound_integers(&mut enforced);
        let nests = alternatives_spread(&enforced, false);
        let compiled = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            // Linear time: a pattern from a schema must not stall the server on a chosen input.
            .with_pattern_options(PatternOptions::regex())
            .build(&enforced)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            compiled,
            optional: properties.keys().filter(|name| !is_required(name)).cloned().collect(),
            properties: properties.keys().cloned().collect(),
            defaults,
            has_integers,
            nests,
            secrets: Vec::new(),
        })
    }

    /// Lets no pointer lead into these arguments: the keys of a map are what the caller sent.
    pub(crate) fn conceal(mut self, arguments: &[&str]) -> Self {
        self.secrets = arguments.iter().map(|name| pointer(name)).collect();
        self
    }

    /// Applies defaults and checks every rule; afterwards the arguments are exactly what the
    /// function receives.
    ///
    /// # Errors
    ///
    /// Every violation at once, up to limits: `not_listed` counts what was found beyond the list,
    /// which is not all where the message says that there may be more. The arguments that break no
    /// rule are then what the function would receive.
    pub(crate) fn check(&self, arguments: &mut Arguments) -> Result<(), Violations> {
        for name in &self.optional {
            if arguments.get(name).is_some_and(Value::is_null) {
                arguments.remove(name);
            }
        }
        for (name, default) in &self.defaults {
            if !arguments.contains_key(name) {
                arguments.insert(name.clone(), default.clone());
            }
        }
        let mut instance = Value::Object(std::mem::take(arguments));
        if self.has_integers {
            write_integers_as_integers(&mut instance);
        }
        let valid = self.compiled.is_valid(&instance);
        let checked = if valid { Ok(()) } else { Err(self.search(&instance)) };
        if let Value::Object(prepared) = instance {
            *arguments = prepared;
        }
        checked
    }

    /// The first violations, in the schema's order.
    pub(crate) fn violations(&self, instance: &Value) -> Vec<Violation> {
        self.search(instance).listed
    }

    fn search(&self, instance: &Value) -> Violations {
        let mut found = Violations::default();
        let mut left = MAX_SEARCHED;
        if !exceeds(instance, &mut left) {
            for error in self.compiled.iter_errors(instance) {
                self.describe(&error, &mut found);
            }
            return found;
        }
        if self.nests {
            found.add(Violation {
                pointer: String::new(),
                rule: "schema".into(),
                expected: "must satisfy the input schema; they hold too many values to tell \
                           where they do not: send fewer at once"
                    .into(),
                arguments: &[],
            });
        } else if let Err(error) = self.compiled.validate(instance) {
            self.describe(&error, &mut found);
        }
        found.cut = true;
        found.broken = Broken::Any;
        found
    }

    fn describe(&self, error: &ValidationError<'_>, found: &mut Violations) {
        use ValidationErrorKind as Kind;
        let at = error.instance_path().as_str();
        self.note(at, error.kind(), &mut found.broken);
        let room = found.room();
        let mut add = |pointer: String, expected: String| {
            let rule = error.kind().keyword().to_owned().into();
            found.add(Violation { pointer, rule, expected, arguments: &[] });
        };
        let secret = self.secrets.iter().find(|secret| within(at, secret));
        match (error.kind(), secret) {
            (
                Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. },
                Some(secret),
            ) => add(secret.clone(), "has a property that is not known".into()),
            (kind, Some(secret)) if at != secret => {
                add(secret.clone(), format!("has a part that {}", expectation(kind)));
            }
            (
                Kind::AdditionalProperties { unexpected }
                | Kind::UnevaluatedProperties { unexpected },
                None,
            ) => {
                for name in unexpected.iter().take(room) {
                    let name = clipped(name);
                    add(format!("{at}{}", pointer(&name)), self.unknown(at, &name));
                }
                found.not_listed += unexpected.len().saturating_sub(room);
            }
            _ if room == 0 => found.not_listed += 1,
            (Kind::Required { property }, _) => {
                let name = property.as_str().unwrap_or_default();
                add(format!("{at}{}", pointer(name)), "is required".into());
            }
            (kind, _) => add(clipped(at), expectation(kind)),
        }
    }

    /// Notes which argument breaks a rule.
    fn note(&self, at: &str, kind: &ValidationErrorKind, broken: &mut Broken) {
        use ValidationErrorKind as Kind;
        let Broken::Named(names) = broken else { return };
        let first = at.split('/').nth(1).map(|one| one.replace("~1", "/").replace("~0", "~"));
        let name = match (first, kind) {
            (Some(name), _) => name,
            (None, Kind::Required { property }) => property.as_str().unwrap_or_default().to_owned(),
            // What isn't known is no argument.
            (None, Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. }) => {
                return;
            }
            (None, _) => {
                *broken = Broken::Any;
                return;
            }
        };
        if self.properties.contains(&name) {
            names.insert(name);
        }
    }

    fn unknown(&self, at: &str, name: &str) -> String {
        let similar = at
            .is_empty()
            .then(|| nearest(name, self.properties.iter().map(String::as_str)))
            .flatten();
        similar.map_or_else(
            || "is not known".to_owned(),
            |similar| format!("is not known; did you mean `{similar}`?"),
        )
    }
}

/// Whether a pointer leads to an argument or into it.
fn within(at: &str, argument: &str) -> bool {
    at.strip_prefix(argument).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether there are more values than `left`.
fn exceeds(value: &Value, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return true };
    *left = rest;
    match value {
        Value::Array(items) => items.iter().any(|item| exceeds(item, left)),
        Value::Object(fields) => fields.values().any(|field| exceeds(field, left)),
        _ => false,
    }
}

/// Whether a form's alternatives cover any number of values: what breaks all of them is described
/// with everything that is wrong by each. At worst this is said of a schema without need.
fn alternatives_spread(schema: &Value, within: bool) -> bool {
    match schema {
        Value::Array(schemas) => schemas.iter().any(|one| alternatives_spread(one, within)),
        Value::Object(keywords) => keywords.iter().any(|(keyword, one)| {
            let keyword = keyword.as_str();
            let spreads = within && !one.is_boolean() && SPREADING.contains(&keyword);
            spreads || alternatives_spread(one, within || matches!(keyword, "anyOf" | "oneOf"))
        }),
        _ => false,
    }
}

/// The most similar of some known names, where one is similar enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

fn expectation(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Type { kind: TypeKind::Single(ty) } => {
            format!("must be {}", with_article(&ty.to_string()))
        }
        Kind::Type { kind: TypeKind::Multiple(types) } => {
            let names: Vec<String> = types.iter().map(|ty| ty.to_string()).collect();
            format!("must be one of the types {}", names.join(", "))
        }
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::AdditionalItems { limit } => format!("must have at most {limit} items"),
        Kind::MinProperties { limit } => format!("must have at least {limit} properties"),
        Kind::MaxProperties { limit } => format!("must have at most {limit} properties"),
        Kind::UniqueItems => "must not repeat an item".into(),
        Kind::Pattern { pattern } => format!("must match the pattern {}", clipped(pattern)),
        Kind::Format { format } => format!("must have the format {}", clipped(format)),
        Kind::Enum { options } => format!("must be one of {}", clipped(&options.to_string())),
        Kind::Constant { expected_value } => {
            format!("must be {}", clipped(&expected_value.to_string()))
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "must have one of the forms that the input schema lists".into()
        }
        Kind::OneOfMultipleValid { .. } => {
            "must have exactly one of the forms that the input schema lists".into()
        }
        Kind::Required { .. } => "lacks a property that is required".into(),
        Kind::FalseSchema => "is not allowed".into(),
        other => format!("must satisfy `{}` of the input schema", other.keyword()),
    }
}

fn with_article(ty: &str) -> String {
    match ty {
        "null" => "null".into(),
        "array" | "integer" | "object" => format!("an {ty}"),
        other => format!("a {other}"),
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The ranges of Rust's integers, by the format that schemars gives them.
pub(crate) fn integer_range(format: &str) -> Option<(Value, Value)> {
    Some(match format {
        "uint8" => (u8::MIN.into(), u8::MAX.into()),
        "uint16" => (u16::MIN.into(), u16::MAX.into()),
        "uint32" => (u32::MIN.into(), u32::MAX.into()),
        "uint64" | "uint" => (u64::MIN.into(), u64::MAX.into()),
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        _ => return None,
    })
}

/// Gives integer formats the force of bounds, so that what passes also deserialises. Returns
/// whether the schema speaks of integers at all.
fn bound_integers(schema: &mut Value) -> bool {
    match schema {
        Value::Array(schemas) => {
            schemas.iter_mut().fold(false, |any, one| bound_integers(one) | any)
        }
        Value::Object(keywords) => {
            let is_integer = match keywords.get("type") {
                Some(Value::String(ty)) => ty == "integer",
                Some(Value::Array(types)) => types.iter().any(|ty| ty == "integer"),
                _ => false,
            };
            let range = keywords.get("format").and_then(Value::as_str).and_then(integer_range);
            if let (true, Some((min, max))) = (is_integer, range) {
                keywords.entry("minimum").or_insert(min);
                keywords.entry("maximum").or_insert(max);
            }
            keywords.iter_mut().fold(is_integer, |any, (keyword, one)| match one {
                Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                    named.values_mut().fold(any, |any, one| bound_integers(one) | any)
                }
                _ if INSTANCES.contains(&keyword.as_str()) => any,
                one => bound_integers(one) | any,
            })
        }
        _ => false,
    }
}

/// JSON Schema calls `3.0` an integer and serde doesn't: writes such numbers without the fraction
/// while that is exact.
fn write_integers_as_integers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(float) = number.as_f64()
                && float.fract() == 0.0
                && float.abs() <= MAX_EXACT
            {
                #[allow(clippy::cast_possible_truncation)]
                let integer = float as i64;
                *value = integer.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(write_integers_as_integers),
        Value::Object(fields) => fields.values_mut().for_each(write_integers_as_integers),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
