//! A tool's JSON Schemas (2020-12), built once at start from its constant description.

use std::sync::Arc;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::output::{RESULT, Shape};
use crate::params::{ArgumentFns, Bound, Kind, ParamDef};
use crate::tool::ToolDef;
use crate::validate::{Validator, nearest};

/// A JSON object.
type Object = Map<String, Value>;

/// The formats that are enforced: those of JSON Schema 2020-12.
const FORMATS: [&str; 19] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "idn-email",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// What a tool promises about its arguments and its result, and the means to enforce it.
pub(crate) struct Contract {
    pub(crate) input: Arc<Object>,
    pub(crate) output: Option<Arc<Object>>,
    pub(crate) shape: Shape,
    pub(crate) validator: Validator,
}

impl Contract {
    /// # Errors
    ///
    /// Every rule of the attribute that doesn't fit the argument's type.
    pub(crate) fn of(def: &ToolDef) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let input = input_schema(def, &mut problems);
        let (shape, output) = output_schema(def);
        let validator = Validator::new(&input)
            .map_err(|problem| problems.push(format!("its input schema is not valid: {problem}")));
        match validator {
            Ok(validator) if problems.is_empty() => {
                Ok(Self { input: Arc::new(input), output: output.map(Arc::new), shape, validator })
            }
            _ => Err(problems),
        }
    }
}

fn generator(settings: SchemaSettings) -> SchemaGenerator {
    settings
        .with(|settings| {
            settings.meta_schema = None;
            // Clients and models cope badly with `$ref`; only recursive types need it.
            settings.inline_subschemas = true;
        })
        .into_generator()
}

fn input_schema(def: &ToolDef, problems: &mut Vec<String>) -> Object {
    let mut generator = generator(SchemaSettings::draft2020_12().for_deserialize());
    let flattened = def.params.iter().find_map(|param| match param.kind {
        Kind::Flatten(fns) => Some(fns),
        _ => None,
    });
    let mut root = match flattened {
        Some(fns) => flattened_root(fns, &mut generator, problems),
        None => listed_root(def.params, &mut generator, problems),
    };
    add_definitions(&mut root, generator.take_definitions(true));
    root
}

/// Recursive types stand in `$defs`, beside those that a type's own schema may hold.
fn add_definitions(root: &mut Object, definitions: Object) {
    if definitions.is_empty() {
        return;
    }
    match root.get_mut("$defs") {
        Some(Value::Object(own)) => own.extend(definitions),
        _ => drop(root.insert("$defs".into(), Value::Object(definitions))),
    }
}

/// The input of a tool whose parameters are its properties.
fn listed_root(
    params: &[ParamDef],
    generator: &mut SchemaGenerator,
    problems: &mut Vec<String>,
) -> Object {
    let mut properties = Object::new();
    let mut required = Vec::new();
    for param in params {
        let Kind::Argument(fns) = param.kind else { continue };
        let mut schema = into_object((fns.schema)(generator));
        let optional = (fns.absent)();
        if optional {
            strip_null(&mut schema);
        }
        apply_rules(param, &mut schema, generator, problems);
        if !optional && param.default.is_none() {
            required.push(Value::from(param.name));
        }
        properties.insert(param.name.into(), Value::Object(schema));
    }
    let mut root = Object::new();
    root.insert("type".into(), "object".into());
    if !properties.is_empty() {
        root.insert("properties".into(), Value::Object(properties));
    }
    if !required.is_empty() {
        root.insert("required".into(), Value::Array(required));
    }
    root.insert("additionalProperties".into(), false.into());
    root
}

/// The input of a tool whose one struct is the whole input.
fn flattened_root(
    fns: ArgumentFns,
    generator: &mut SchemaGenerator,
    problems: &mut Vec<String>,
) -> Object {
    let mut root = into_object((fns.schema)(generator));
    if let Some(target) = resolve(&root, generator.definitions()).cloned() {
        root.remove("$ref");
        root.extend(target);
    }
    if !make_object(&mut root, generator.definitions()) {
        problems.push(
            "`#[arg(flatten)]` stands on a type whose JSON is not an object; \
             it is for structs with named fields"
                .into(),
        );
    }
    let required: Vec<Value> = match root.get("required") {
        Some(Value::Array(names)) => names.clone(),
        _ => Vec::new(),
    };
    if let Some(Value::Object(properties)) = root.get_mut("properties") {
        for (name, property) in properties {
            let is_required = required.iter().any(|required| required == name.as_str());
            if let (Value::Object(property), false) = (property, is_required) {
                strip_null(property);
            }
        }
    }
    close(&mut root);
    root
}

/// Refuses unknown properties, unless the type itself says what becomes of them.
fn close(root: &mut Object) {
    const APPLICATORS: [&str; 6] = ["allOf", "anyOf", "oneOf", "if", "$ref", "dependentSchemas"];
    if root.contains_key("additionalProperties") || root.contains_key("unevaluatedProperties") {
        return;
    }
    let spread = APPLICATORS.iter().any(|keyword| root.contains_key(*keyword));
    let keyword = if spread { "unevaluatedProperties" } else { "additionalProperties" };
    root.insert(keyword.into(), false.into());
}

/// An optional argument is left out, not null: takes `null` out of its type.
fn strip_null(schema: &mut Object) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|ty| ty != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(options)) = schema.get_mut("enum") {
        options.retain(|option| !option.is_null());
    }
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = schema.get_mut(keyword) else { continue };
        branches.retain(|branch| branch.get("type").is_none_or(|ty| ty != "null"));
        if let [Value::Object(only)] = branches.as_mut_slice() {
            let only = std::mem::take(only);
            schema.remove(keyword);
            for (key, value) in only {
                schema.entry(key).or_insert(value);
            }
        }
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}

/// Adds what the attribute says about one argument to its property.
fn apply_rules(
    param: &ParamDef,
    schema: &mut Object,
    generator: &SchemaGenerator,
    problems: &mut Vec<String>,
) {
    let types = Types::of(schema, generator.definitions(), 0);
    let mut rule = |name: &str, fits: bool, needs: &str| {
        if !fits {
            let argument = param.name;
            problems.push(format!("`{name}` on `{argument}` needs {needs}"));
        }
        fits
    };

    let range = [param.minimum, param.maximum, param.exclusive_minimum, param.exclusive_maximum];
    if range.iter().any(Option::is_some) && rule("range", types.numeric(), "a number") {
        tighten(schema, "minimum", param.minimum.map(Bound::to_json), f64::gt);
        tighten(schema, "maximum", param.maximum.map(Bound::to_json), f64::lt);
        for (keyword, bound) in [
            ("exclusiveMinimum", param.exclusive_minimum),
            ("exclusiveMaximum", param.exclusive_maximum),
        ] {
            if let Some(bound) = bound {
                schema.insert(keyword.into(), bound.to_json());
            }
        }
    }
    if let Some(limits) = param.length
        && rule("length", types.string, "a string (for a list, `items`)")
    {
        limit(schema, "minLength", "maxLength", limits);
    }
    if let Some(limits) = param.items
        && rule("items", types.array, "a list (for a string, `length`)")
    {
        limit(schema, "minItems", "maxItems", limits);
    }
    if let Some(pattern) = param.pattern
        && rule("pattern", types.string, "a string")
    {
        schema.insert("pattern".into(), pattern.into());
    }
    if let Some(format) = param.format
        && rule("format", types.string, "a string")
        && rule("format", FORMATS.contains(&format), &known_formats(format))
    {
        schema.insert("format".into(), format.into());
    }
    if let Some(header) = param.header
        && rule("header", types.scalar(), "a string, an integer or a boolean")
    {
        schema.insert("x-mcp-header".into(), header.into());
    }
    if param.compared {
        rule("scope", types.scalar(), "a string, an integer or a boolean");
    }
    if param.secret {
        schema.insert("writeOnly".into(), true.into());
    }
    if let Some(description) = param.description {
        schema.insert("description".into(), description.into());
    }
    for (what, value) in [("default", param.default), ("example", param.example)] {
        let Some(value) = value else { continue };
        match value().and_then(|value| fits(schema, generator.definitions(), value)) {
            Ok(value) if what == "default" => schema.insert("default".into(), value),
            Ok(value) => schema.insert("examples".into(), json!([value])),
            Err(problem) => {
                problems.push(format!("the {what} of `{}` {problem}", param.name));
                None
            }
        };
    }
}

fn known_formats(unknown: &str) -> String {
    nearest(unknown, FORMATS.into_iter()).map_or_else(
        || format!("one of the formats {}", FORMATS.join(", ")),
        |similar| format!("a known format; did you mean `{similar}`?"),
    )
}

/// Whether a default or an example keeps the rules that it stands beside.
fn fits(schema: &Object, definitions: &Object, value: Value) -> Result<Value, String> {
    let mut property = schema.clone();
    add_definitions(&mut property, definitions.clone());
    // A schema that doesn't compile is reported for the whole input.
    let Ok(validator) = Validator::new(&property) else { return Ok(value) };
    match validator.violations(&value).first() {
        None => Ok(value),
        Some(violation) => Err(format!("breaks its own rule: it {}", violation.expected)),
    }
}

/// Sets a bound unless the type's own is tighter.
fn tighten(
    schema: &mut Object,
    keyword: &str,
    bound: Option<Value>,
    tighter: fn(&f64, &f64) -> bool,
) {
    let Some(bound) = bound else { return };
    let own = schema.get(keyword).and_then(Value::as_f64);
    let keeps_own = own.is_some_and(|own| bound.as_f64().is_some_and(|new| tighter(&own, &new)));
    if !keeps_own {
        schema.insert(keyword.into(), bound);
    }
}

fn limit(schema: &mut Object, min: &str, max: &str, (low, high): (u64, Option<u64>)) {
    if low > 0 {
        schema.insert(min.into(), low.into());
    }
    if let Some(high) = high {
        schema.insert(max.into(), high.into());
    }
}

fn output_schema(def: &ToolDef) -> (Shape, Option<Object>) {
    let mut generator = generator(SchemaSettings::draft2020_12().for_serialize());
    let Some(schema) = (def.output)(&mut generator).0 else { return (Shape::Untyped, None) };
    let mut root = into_object(schema);
    let definitions = generator.take_definitions(true);
    if let Some(target) = resolve(&root, &definitions).cloned() {
        root.remove("$ref");
        root.extend(target);
    }
    let shape = if root.is_empty() {
        Shape::Untyped
    } else if make_object(&mut root, &definitions) {
        Shape::Object
    } else if is_free_text(&root) {
        Shape::Text
    } else if Types::of(&root, &definitions, 0) == Types::NULL {
        Shape::Unit
    } else {
        Shape::Wrapped
    };
    let mut root = match shape {
        Shape::Object => root,
        Shape::Wrapped => into_object(json!({
            "type": "object",
            "properties": { RESULT: root },
            "required": [RESULT],
        })),
        Shape::Text | Shape::Unit | Shape::Untyped => return (shape, None),
    };
    add_definitions(&mut root, definitions);
    (shape, Some(root))
}

/// Whether the schema is of any text, rather than of a few words as an enum has them.
fn is_free_text(schema: &Object) -> bool {
    let closed = ["enum", "const"].iter().any(|keyword| schema.contains_key(*keyword));
    !closed && schema.get("type").is_some_and(|ty| ty == "string")
}

/// Whether the schema admits objects alone; says so at its root, where MCP wants it.
fn make_object(root: &mut Object, definitions: &Object) -> bool {
    let is_object = Types::of(root, definitions, 0) == Types::OBJECT;
    if is_object {
        root.insert("type".into(), "object".into());
    }
    is_object
}

fn into_object(schema: impl Into<Value>) -> Object {
    match schema.into() {
        Value::Object(object) => object,
        // `true`, the schema of anything.
        _ => Object::new(),
    }
}

/// What a `$ref` into the definitions stands for.
fn resolve<'a>(schema: &Object, definitions: &'a Object) -> Option<&'a Object> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    definitions.get(&name.replace("~1", "/").replace("~0", "~"))?.as_object()
}

/// The JSON types that a schema admits, as far as its keywords tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)]
struct Types {
    null: bool,
    boolean: bool,
    integer: bool,
    number: bool,
    string: bool,
    array: bool,
    object: bool,
}

impl Types {
    const NONE: Self = Self {
        null: false,
        boolean: false,
        integer: false,
        number: false,
        string: false,
        array: false,
        object: false,
    };
    const ANY: Self = Self {
        null: true,
        boolean: true,
        integer: true,
        number: true,
        string: true,
        array: true,
        object: true,
    };
    const NULL: Self = Self { null: true, ..Self::NONE };
    const STRING: Self = Self { string: true, ..Self::NONE };
    const OBJECT: Self = Self { object: true, ..Self::NONE };

    fn of(schema: &Object, definitions: &Object, depth: u8) -> Self {
        if depth > 16 {
            return Self::ANY;
        }
        let union = |schemas: &[Value]| {
            schemas.iter().fold(Self::NONE, |all, one| {
                all.or(one
                    .as_object()
                    .map_or(Self::ANY, |one| Self::of(one, definitions, depth + 1)))
            })
        };
        match schema.get("type") {
            Some(Value::String(name)) => return Self::named(name),
            Some(Value::Array(names)) => {
                return names
                    .iter()
                    .filter_map(Value::as_str)
                    .fold(Self::NONE, |all, name| all.or(Self::named(name)));
            }
            _ => {}
        }
        if let Some(target) = resolve(schema, definitions) {
            return Self::of(target, definitions, depth + 1);
        }
        if let Some(value) = schema.get("const") {
            return Self::of_value(value);
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return values.iter().map(Self::of_value).fold(Self::NONE, Self::or);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::Array(schemas)) = schema.get(keyword) {
                return union(schemas);
            }
        }
        if schema.contains_key("properties") && schema.contains_key("required") {
            return Self::OBJECT;
        }
        Self::ANY
    }

    fn named(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self { boolean: true, ..Self::NONE },
            "integer" => Self { integer: true, ..Self::NONE },
            "number" => Self { number: true, ..Self::NONE },
            "string" => Self::STRING,
            "array" => Self { array: true, ..Self::NONE },
            "object" => Self::OBJECT,
            _ => Self::ANY,
        }
    }

    fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::named("boolean"),
            Value::Number(number) if number.is_f64() => Self::named("number"),
            Value::Number(_) => Self::named("integer"),
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::named("array"),
            Value::Object(_) => Self::OBJECT,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            null: self.null || other.null,
            boolean: self.boolean || other.boolean,
            integer: self.integer || other.integer,
            number: self.number || other.number,
            string: self.string || other.string,
            array: self.array || other.array,
            object: self.object || other.object,
        }
    }

    fn numeric(self) -> bool {
        self.integer || self.number
    }

    /// What the protocol lets travel as a header.
    fn scalar(self) -> bool {
        let fits = self.string || self.integer || self.boolean;
        fits && !(self.number || self.array || self.object)
    }
}
