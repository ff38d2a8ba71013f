//! Schemas as rows of a table.

use serde_json::{Value, json};

use crate::manifest::arguments::arguments;

/// Path, type, `*` where required, rules.
fn rows(schema: &Value) -> Vec<(String, String, String)> {
    let rows = arguments(schema.as_object().unwrap()).into_iter();
    rows.map(|row| {
        let star = if row.required { "*" } else { "" };
        (row.path + star, row.ty, row.rules.join("; "))
    })
    .collect()
}

#[test]
fn each_keyword_has_its_words() {
    for (property, ty, rules) in [
        (json!(true), "anything", ""),
        (json!({ "type": "string" }), "string", ""),
        (json!({ "type": ["string", "null"] }), "string or null", ""),
        (json!({ "type": "string", "format": "date" }), "string (date)", ""),
        (json!({ "type": "integer", "minimum": 1, "maximum": 9 }), "integer", "≥ `1`; ≤ `9`"),
        (
            json!({ "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5 }),
            "number",
            "> `0`; < `0.5`",
        ),
        (json!({ "type": "integer", "multipleOf": 5 }), "integer", "a multiple of `5`"),
        (json!({ "type": "string", "minLength": 1 }), "string", "≥ 1 characters"),
        (json!({ "type": "string", "minLength": 2, "maxLength": 2 }), "string", "2 characters"),
        (json!({ "type": "string", "pattern": "^a|`$" }), "string", "matches ``^a|`$``"),
        (
            json!({ "type": "array", "items": { "type": "string", "maxLength": 3 }, "maxItems": 2,
                    "uniqueItems": true }),
            "list of string",
            "≤ 2 items; no item twice; each item: ≤ 3 characters",
        ),
        (json!({ "type": "array" }), "list", ""),
        (json!({ "type": "string", "enum": ["a", "b"] }), "string", "one of `a`, `b`"),
        (json!({ "enum": [1, null] }), "one of", "one of `1`, `null`"),
        (
            json!({ "oneOf": [{ "const": "a", "type": "string" }, { "const": "b", "type": "string" }] }),
            "string",
            "one of `a`, `b`",
        ),
        (
            json!({ "anyOf": [{ "type": "string" }, { "$ref": "#/$defs/Folder" }] }),
            "string or Folder",
            "",
        ),
        (json!({ "const": 7 }), "one of", "is `7`"),
        (json!({ "type": "boolean", "default": false }), "boolean", "default `false`"),
        (
            json!({ "type": "string", "x-mcp-header": "Region" }),
            "string",
            "also the header `Mcp-Param-Region`",
        ),
        (
            json!({ "type": "object", "minProperties": 1, "maxProperties": 4 }),
            "object",
            "1 to 4 properties",
        ),
    ] {
        let schema = json!({ "type": "object", "properties": { "a": property } });
        assert_eq!(rows(&schema), [("a".into(), ty.into(), rules.into())], "{schema}");
    }
}

#[test]
fn what_is_inside_has_rows_of_its_own_down_to_a_depth() {
    let leaf = json!({ "type": "integer" });
    let nested = |inner: Value| json!({ "type": "object", "properties": { "in": inner }, "required": ["in"] });
    let list = json!({ "type": "array", "items": nested(leaf.clone()) });
    let schema = nested(nested(list));
    let paths: Vec<String> = rows(&schema).into_iter().map(|(path, ..)| path).collect();
    assert_eq!(paths, ["in*", "in.in*", "in.in[].in*"]);

    let deep = (0..9).fold(leaf, |inner, _| nested(inner));
    assert_eq!(rows(&deep).len(), 4);
}

#[test]
fn no_arguments_are_no_rows() {
    assert!(rows(&json!({ "type": "object", "additionalProperties": false })).is_empty());
}
