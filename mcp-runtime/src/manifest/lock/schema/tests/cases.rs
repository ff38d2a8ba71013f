//! Pairs of schemas, and what they mean to callers and to readers.

use serde_json::{Value, json};

/// A property's schema, the one it becomes, and whether that breaks callers, and readers.
pub(super) type Case = (Value, Value, bool, bool);

const BREAKS: bool = true;
const FITS: bool = false;

#[rustfmt::skip]
fn scalars() -> Vec<Case> {
    let text = || json!({ "type": "string" });
    let whole = || json!({ "type": "integer" });
    let bounded = |keyword: &str, bound: Value| json!({ "type": "number", keyword: bound });
    vec![
        (text(), whole(), BREAKS, BREAKS),
        (whole(), json!({ "type": "number" }), FITS, BREAKS),
        (text(), json!({ "type": ["string", "null"] }), FITS, BREAKS),
        (text(), json!(true), FITS, BREAKS),
        (text(), json!({}), FITS, BREAKS),
        (json!(true), json!({}), FITS, FITS),
        (json!({ "type": ["string", "null"] }), json!({ "type": ["null", "string"] }), FITS, FITS),
        // Bounds of numbers.
        (bounded("minimum", json!(1)), bounded("minimum", json!(0)), FITS, BREAKS),
        (bounded("minimum", json!(1)), bounded("exclusiveMinimum", json!(1)), BREAKS, FITS),
        (bounded("minimum", json!(1)), bounded("exclusiveMinimum", json!(0.5)), FITS, BREAKS),
        (bounded("maximum", json!(9)), bounded("maximum", json!(8.5)), BREAKS, FITS),
        (bounded("maximum", json!(9)), json!({ "type": "number" }), FITS, BREAKS),
        (bounded("maximum", json!(9_007_199_254_740_993_u64)), bounded("maximum", json!(9_007_199_254_740_992_u64)), BREAKS, FITS),
        (json!({ "type": "integer", "exclusiveMinimum": 0 }), json!({ "type": "integer", "minimum": 1 }), FITS, FITS),
        (json!({ "type": "number", "exclusiveMinimum": 0 }), json!({ "type": "number", "minimum": 1 }), BREAKS, FITS),
        // Formats of integers are bounds.
        (json!({ "type": "integer", "format": "uint32", "minimum": 0 }), json!({ "type": "integer", "format": "uint64", "minimum": 0 }), FITS, BREAKS),
        (json!({ "type": "integer", "format": "int64" }), json!({ "type": "integer", "format": "int32" }), BREAKS, FITS),
        (json!({ "type": "integer", "format": "int32" }), json!({ "type": "number", "format": "double" }), FITS, BREAKS),
        (json!({ "type": "number", "format": "float" }), json!({ "type": "number", "format": "double" }), FITS, BREAKS),
        // Strings.
        (text(), json!({ "type": "string", "minLength": 1 }), BREAKS, FITS),
        (text(), json!({ "type": "string", "maxLength": 1 }), BREAKS, FITS),
        (text(), json!({ "type": "string", "pattern": "^a" }), BREAKS, FITS),
        (json!({ "type": "string", "pattern": "^a" }), json!({ "type": "string", "pattern": "^[ab]" }), BREAKS, BREAKS),
        (text(), json!({ "type": "string", "format": "date" }), BREAKS, FITS),
        (whole(), json!({ "type": "integer", "multipleOf": 2 }), BREAKS, FITS),
        // Of no string is there a minimum.
        (text(), json!({ "type": "string", "minimum": 7 }), FITS, FITS),
    ]
}

fn values() -> Vec<Case> {
    let two = || json!({ "type": "string", "enum": ["a", "b"] });
    vec![
        (two(), json!({ "type": "string", "enum": ["b", "a"] }), FITS, FITS),
        (two(), json!({ "type": "string", "enum": ["a", "b", "c"] }), FITS, BREAKS),
        (two(), json!({ "const": "a" }), BREAKS, FITS),
        (two(), json!({ "type": "string" }), FITS, BREAKS),
        // As schemars writes an enum once a variant has a description.
        (
            two(),
            json!({ "oneOf": [{ "const": "a", "description": "A" }, { "enum": ["b"], "type": "string" }] }),
            FITS,
            FITS,
        ),
        (
            json!({ "type": ["string", "null"], "enum": ["a", null] }),
            json!({ "anyOf": [{ "const": "a" }, { "type": "null" }] }),
            FITS,
            FITS,
        ),
        // What is in two forms is in none of `oneOf`.
        (two(), json!({ "oneOf": [{ "const": "a" }, { "enum": ["a", "b"] }] }), BREAKS, BREAKS),
        (two(), json!({ "type": "integer", "enum": ["a", "b"] }), BREAKS, FITS),
    ]
}

fn objects_and_lists() -> Vec<Case> {
    let object = |properties: Value, required: Value, others: Value| {
        json!({
            "type": "object", "properties": properties, "required": required,
            "additionalProperties": others,
        })
    };
    let a = || json!({ "a": { "type": "string" } });
    let ab = || json!({ "a": { "type": "string" }, "b": { "type": "string" } });
    let closed = |properties, required| object(properties, required, json!(false));
    let open = |properties, required| object(properties, required, json!(true));
    let list = |items: Value| json!({ "type": "array", "items": items });
    vec![
        (closed(a(), json!([])), closed(ab(), json!([])), FITS, FITS),
        (closed(ab(), json!([])), closed(a(), json!([])), BREAKS, BREAKS),
        (closed(a(), json!([])), closed(ab(), json!(["b"])), BREAKS, FITS),
        (closed(a(), json!(["a"])), closed(a(), json!([])), FITS, BREAKS),
        (open(a(), json!([])), open(ab(), json!([])), BREAKS, FITS),
        (open(ab(), json!([])), open(a(), json!([])), BREAKS, BREAKS),
        (closed(a(), json!([])), open(a(), json!([])), FITS, FITS),
        (open(a(), json!([])), closed(a(), json!([])), BREAKS, FITS),
        (
            json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
            json!({ "type": "object", "additionalProperties": { "type": "number" } }),
            FITS,
            BREAKS,
        ),
        (
            json!({ "type": "object", "patternProperties": { "^x": { "type": "integer" } } }),
            json!({ "type": "object", "patternProperties": { "^x": { "type": "number" } } }),
            FITS,
            BREAKS,
        ),
        (
            json!({ "type": "object", "patternProperties": { "^x": { "type": "integer" } } }),
            json!({ "type": "object", "patternProperties": { "^y": { "type": "integer" } } }),
            BREAKS,
            BREAKS,
        ),
        (list(json!({ "type": "integer" })), list(json!({ "type": "number" })), FITS, BREAKS),
        (list(json!(true)), list(json!(false)), BREAKS, FITS),
        (list(json!(false)), list(json!(true)), FITS, BREAKS),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "integer" }], "maxItems": 1 }),
            json!({ "type": "array", "prefixItems": [{ "type": "integer" }, { "type": "string" }], "maxItems": 2 }),
            FITS,
            BREAKS,
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "integer" }] }),
            json!({ "type": "array", "prefixItems": [{ "type": "number" }] }),
            FITS,
            BREAKS,
        ),
        (
            json!({ "type": "array", "uniqueItems": true }),
            json!({ "type": "array", "uniqueItems": false }),
            FITS,
            BREAKS,
        ),
        (json!({ "type": "array" }), json!({ "type": "array", "minItems": 1 }), BREAKS, FITS),
        (
            json!({ "type": "object" }),
            json!({ "type": "object", "maxProperties": 1 }),
            BREAKS,
            FITS,
        ),
    ]
}

fn forms() -> Vec<Case> {
    let variant = |tag: &str, of: &str| json!({ "type": "object", "properties": { tag: { "type": of } }, "required": [tag], "additionalProperties": false });
    let kind = |kind: &str, of: &str| json!({ "type": "object", "properties": { "kind": { "const": kind }, "v": { "type": of } }, "required": ["kind", "v"] });
    let open =
        |tag: &str| json!({ "type": "object", "properties": { tag: {} }, "required": [tag] });
    let one = |forms: &[Value]| json!({ "oneOf": forms });
    let any = |forms: &[Value]| json!({ "anyOf": forms });
    let null = || json!({ "type": "null" });
    vec![
        (variant("a", "string"), any(&[variant("a", "string"), null()]), FITS, BREAKS),
        (
            one(&[variant("a", "string"), variant("b", "string")]),
            one(&[variant("c", "string"), variant("b", "string"), variant("a", "string")]),
            FITS,
            BREAKS,
        ),
        (
            one(&[variant("a", "string"), variant("b", "string"), null()]),
            one(&[variant("b", "string"), variant("a", "string")]),
            BREAKS,
            FITS,
        ),
        (
            one(&[variant("a", "integer"), variant("b", "string")]),
            one(&[variant("a", "number"), variant("b", "string")]),
            FITS,
            BREAKS,
        ),
        (
            one(&[kind("a", "integer"), kind("b", "integer")]),
            one(&[kind("b", "number"), kind("a", "integer")]),
            FITS,
            BREAKS,
        ),
        // An object with both tags was of the first form, and is of both now.
        (open("a"), one(&[open("a"), open("b")]), BREAKS, BREAKS),
        // Both forms at once: `oneOf` refuses what `anyOf` accepts.
        (
            any(&[json!({ "type": "integer" }), json!({ "type": "string" })]),
            one(&[
                json!({ "type": "number" }),
                json!({ "type": "integer" }),
                json!({ "type": "string" }),
            ]),
            BREAKS,
            BREAKS,
        ),
        (
            json!({ "type": ["string", "null"] }),
            any(&[json!({ "type": "string" }), null()]),
            FITS,
            FITS,
        ),
        (
            any(&[json!({ "type": "string" }), null()]),
            json!({ "type": ["string", "null"] }),
            FITS,
            FITS,
        ),
        (json!({ "type": "string" }), json!({ "$ref": "#/$defs/A" }), FITS, FITS),
        (json!({ "$ref": "#/$defs/A" }), json!({ "$ref": "#/$defs/B" }), BREAKS, FITS),
        (json!({ "type": "string" }), json!({ "$ref": "#/$defs/C" }), BREAKS, BREAKS),
        (json!({ "type": "string" }), json!({ "type": "string", "$ref": "#/$defs/A" }), FITS, FITS),
    ]
}

/// Deeper than a comparison goes.
fn deep(end: Value) -> Value {
    (0..70).fold(end, |inner, _| json!({ "type": "array", "items": inner }))
}

fn others() -> Vec<Case> {
    vec![
        (
            json!({ "type": "integer" }),
            json!({ "type": "integer", "not": { "const": 0 } }),
            BREAKS,
            FITS,
        ),
        (
            json!({ "type": "integer", "not": { "const": 0 } }),
            json!({ "type": "integer" }),
            FITS,
            BREAKS,
        ),
        (
            json!({ "type": "integer", "not": { "const": 0 } }),
            json!({ "type": "number", "not": { "const": 0 } }),
            FITS,
            BREAKS,
        ),
        (
            json!({ "type": "integer" }),
            json!({ "type": "integer", "nullable": true }),
            BREAKS,
            FITS,
        ),
        (json!({}), json!({ "description": "x", "examples": [1], "x-order": 1 }), FITS, FITS),
        (deep(json!(true)), deep(json!({ "type": "string" })), BREAKS, BREAKS),
        (json!({}), json!({ "x-mcp-header": "P" }), BREAKS, FITS),
        (json!({ "x-mcp-header": "P" }), json!({}), FITS, FITS),
        // It had to be sent, so that no call relied on another value.
        (json!({}), json!({ "default": 1 }), FITS, FITS),
        (
            json!({ "type": "object", "properties": { "a": {} } }),
            json!({ "type": "object", "properties": { "a": { "default": 1 } } }),
            BREAKS,
            FITS,
        ),
        (
            json!({ "type": "object", "unevaluatedProperties": false, "oneOf": [{ "required": ["a"] }] }),
            json!({ "type": "object", "unevaluatedProperties": false, "oneOf": [{ "required": ["b"] }] }),
            BREAKS,
            BREAKS,
        ),
        // What is evaluated hangs on what stands beside it.
        (
            json!({ "type": "object", "unevaluatedProperties": false, "additionalProperties": true }),
            json!({ "type": "object", "unevaluatedProperties": false }),
            BREAKS,
            FITS,
        ),
        (
            json!({ "unevaluatedProperties": false, "properties": { "a": { "title": "A" } } }),
            json!({ "unevaluatedProperties": false, "properties": { "a": { "title": "B" } } }),
            FITS,
            FITS,
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    [scalars(), values(), objects_and_lists(), forms(), others()].into_iter().flatten().collect()
}
