//! The mapping to `OpenAPI`.

use serde_json::{Value, json};

use super::fixture::{ALL, GET_INVOICE, app};
use crate::manifest::model::Manifest;

fn document(manifest: &Manifest) -> Value {
    serde_json::from_str(&manifest.openapi()).unwrap()
}

/// The operation of a tool of the fixture.
fn operation(name: &str) -> Value {
    document(&app(&ALL).manifest())["paths"][format!("/tools/{name}")]["post"].clone()
}

#[test]
fn only_listed_tools_are_operations() {
    let document = document(&app(&[&GET_INVOICE]).manifest());
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/tools/get_invoice"]);
    assert!(document["components"]["schemas"]["cached_invoice.input"].is_null());
}

#[test]
fn all_scopes_of_a_tool_are_needed_at_once() {
    for (tool, security) in [
        ("get_invoice", json!([{ "bearer": ["read:invoices"] }])),
        ("pay_invoice", json!([{ "bearer": ["read:invoices", "write:payments"] }])),
        ("purge", json!([])),
        // Not stated: a gateway lets nobody in without a credential.
        ("search", json!([{ "bearer": [] }])),
    ] {
        assert_eq!(operation(tool)["security"], security, "{tool}");
    }
    assert_eq!(operation("search")["x-mcp-access"], "unstated");
    assert_eq!(
        operation("get_invoice")["x-mcp-scopes"][0]["constraints"][0]["field"],
        "customer_id"
    );
}

#[test]
fn references_lead_to_where_their_schemas_went() {
    let mut manifest = app(&ALL).manifest();
    let tool = manifest.tools.iter_mut().find(|tool| tool.name == "search").unwrap();
    tool.input_schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": { "A": { "$ref": "#/$defs/B" }, "B": { "$ref": "#" } },
        "properties": {
            // Names and data that only look like references.
            "$ref": { "const": { "$ref": "#/$defs/A" } },
            "default": { "$ref": "#/$defs/A", "default": { "$ref": "#/$defs/A" } },
            "other": { "$ref": "https://example.com/schema" },
        },
        "anyOf": [{ "items": { "$ref": "#/$defs/A" } }],
    })
    .as_object()
    .cloned()
    .unwrap();
    let root = "#/components/schemas/search.input";
    assert_eq!(
        document(&manifest)["components"]["schemas"]["search.input"],
        json!({
            "$defs": { "A": { "$ref": format!("{root}/$defs/B") }, "B": { "$ref": root } },
            "properties": {
                "$ref": { "const": { "$ref": "#/$defs/A" } },
                "default": {
                    "$ref": format!("{root}/$defs/A"),
                    "default": { "$ref": "#/$defs/A" },
                },
                "other": { "$ref": "https://example.com/schema" },
            },
            "anyOf": [{ "items": { "$ref": format!("{root}/$defs/A") } }],
        })
    );
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document(&app(&ALL).manifest());
    let mut found = 0;
    follow(&document, &document, &mut found);
    assert!(found > 10, "{found}");
}

fn follow(value: &Value, document: &Value, found: &mut usize) {
    if let Some(target) = value.get("$ref").and_then(Value::as_str) {
        assert!(document.pointer(&target[1..]).is_some(), "{target}");
        *found += 1;
    }
    match value {
        Value::Object(members) => members.values().for_each(|one| follow(one, document, found)),
        Value::Array(items) => items.iter().for_each(|one| follow(one, document, found)),
        _ => {}
    }
}

#[test]
fn failures_look_as_errors_travel() {
    let document = document(&app(&ALL).manifest());
    let schema = &document["components"]["schemas"]["ToolError"];
    let error = crate::ToolError::new("x_y", "words")
        .retry_after(std::time::Duration::from_millis(1_500))
        .effect(crate::Effect::Applied)
        .fallback_tool("other")
        .partial_data(json!(1))
        .details(json!({}))
        .to_json();
    assert!(jsonschema::is_valid(schema, &error), "{error}");
    for member in error.as_object().unwrap().keys() {
        assert!(schema["properties"].get(member).is_some(), "{member}");
    }
}
