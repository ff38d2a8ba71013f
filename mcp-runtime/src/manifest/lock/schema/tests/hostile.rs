//! Schemas that nobody wrote in good faith: no panic, no overflow, and an end.

use serde_json::{Map, Value, json};

use super::super::{Finding, Side, compare};
use crate::manifest::lock::Class;

fn of(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

fn both(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Finding> {
    let mut found = Vec::new();
    for side in [Side::Input, Side::Output] {
        let told = compare(side, old, new);
        assert!(told.len() <= 1000);
        found.extend(told);
        compare(side, new, old);
    }
    found
}

/// As deep as the parser lets anything be.
fn nested(keyword: &str, end: Value) -> Value {
    (0..120).fold(end, |inner, _| match keyword {
        "properties" => json!({ "properties": { "a": inner } }),
        "anyOf" | "oneOf" | "prefixItems" => json!({ keyword: [inner, { "type": "null" }] }),
        _ => json!({ keyword: inner }),
    })
}

#[test]
fn depth_ends_the_comparison() {
    for keyword in ["properties", "anyOf", "oneOf", "prefixItems", "items", "additionalProperties"]
    {
        let deep = |end: &str| of(nested(keyword, json!({ "type": end })));
        let found = both(&deep("string"), &deep("integer"));
        assert!(found.iter().any(|one| one.class == Class::Breaking), "{keyword}");
    }
}

#[test]
fn references_in_circles_end() {
    for definitions in [
        json!({ "A": { "$ref": "#/$defs/A" } }),
        json!({ "A": { "$ref": "#/$defs/B" }, "B": { "$ref": "#/$defs/A" } }),
        json!({ "A": { "anyOf": [{ "$ref": "#/$defs/A" }, { "$ref": "#/$defs/A" }] } }),
        json!({ "A": { "oneOf": [{ "$ref": "#/$defs/A" }, { "type": "string" }] } }),
        json!({ "A": { "properties": { "x": { "properties": { "x": { "$ref": "#/$defs/A" } } } } } }),
        json!({ "A": { "items": { "$ref": "#/$defs/A" } } }),
        json!({ "A": 7 }),
        json!([]),
    ] {
        let old = of(json!({ "$ref": "#/$defs/A", "$defs": definitions }));
        let inner =
            of(json!({ "properties": { "x": { "$ref": "#/$defs/A" } }, "$defs": definitions }));
        for new in [
            json!({ "type": "string" }),
            json!({ "$ref": "#/$defs/A", "$defs": { "A": { "properties": { "x": { "$ref": "#/$defs/A" } } } } }),
            json!({ "$ref": "#/$defs/A", "$defs": { "A": { "properties": { "x": { "properties": { "x": { "properties": { "x": { "$ref": "#/$defs/A" } } } } } } } } }),
        ] {
            both(&old, &of(new.clone()));
            both(&inner, &of(new));
        }
    }
}

#[test]
fn what_is_no_schema_is_breaking() {
    for (keyword, value) in [
        ("type", json!(7)),
        ("type", json!("text")),
        ("type", json!(["string", 7])),
        ("properties", json!([])),
        ("properties", json!({ "a": 7 })),
        ("required", json!(["b", 7])),
        ("minimum", json!("1")),
        ("maxLength", json!(-1)),
        ("maxLength", json!(1.5)),
        ("items", json!(7)),
        ("items", json!([{}])),
        ("prefixItems", json!({})),
        ("prefixItems", json!([7])),
        ("additionalProperties", json!(7)),
        ("patternProperties", json!([])),
        ("anyOf", json!({})),
        ("anyOf", json!([7])),
        ("$ref", json!(7)),
        ("$ref", json!("#/definitions/A")),
        ("$dynamicRef", json!("#a")),
    ] {
        let bad = of(json!({ keyword: value }));
        let good = of(json!({}));
        let told = compare(Side::Input, &good, &bad);
        assert!(told.iter().any(|one| one.class == Class::Breaking), "{keyword}: {value}");
        both(&bad, &of(json!({ "type": "object", "properties": { "a": { "type": "string" } } })));
    }
}

#[test]
fn size_ends_the_comparison() {
    let many = |count: usize, of: fn(usize) -> Value| (0..count).map(of).collect::<Vec<_>>();
    let small = of(json!({
        "properties": { "a": { "anyOf": [{ "enum": ["x", "y"] }, { "type": "integer" }, { "type": "null" }] } },
    }));
    let huge = [
        json!({ "properties": { "a": { "enum": many(300_000, |i| json!(i.to_string())) } } }),
        json!({ "properties": { "a": { "anyOf": many(100_000, |i| json!({ "const": i.to_string() })) } } }),
        json!({ "properties": { "a": { "oneOf": many(100_000, |i| json!({ "maximum": i })) } } }),
        json!({
            "properties": { "a": { "anyOf": many(50_000, |_| json!({ "$ref": "#/$defs/A" })) } },
            "$defs": { "A": { "enum": many(4000, |i| json!(i.to_string())) } },
        }),
        json!({ "properties": { "a": { "prefixItems": many(100_000, |i| json!({ "maximum": i })) } } }),
        json!({
            "properties": many(100_000, |i| json!(i)).iter()
                .map(|i| (i.to_string(), json!({ "type": "string" }))).collect::<Map<_, _>>(),
        }),
    ];
    for (index, huge) in huge.into_iter().enumerate() {
        let started = tokio::time::Instant::now();
        assert!(!both(&of(huge), &small).is_empty());
        // Four comparisons, without optimisation, on a busy machine.
        assert!(
            started.elapsed() < std::time::Duration::from_secs(30),
            "{index}: {:?}",
            started.elapsed()
        );
    }
}
