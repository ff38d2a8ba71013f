//! Each rule of the table, for arguments and for results.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::super::{ALL, Finding, Side, compare};
use super::cases::cases;
use crate::manifest::lock::Class;

/// A tool's schema with this property.
fn root(property: &Value) -> Map<String, Value> {
    let root = json!({
        "type": "object",
        "properties": { "p": property },
        "required": ["p"],
        "additionalProperties": false,
        "$defs": { "A": { "type": "string" }, "B": { "type": "string", "maxLength": 3 } },
    });
    root.as_object().unwrap().clone()
}

fn of(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

fn worst(findings: &[Finding]) -> Option<Class> {
    findings.iter().map(|finding| finding.class).max()
}

#[test]
fn each_case_is_what_it_is() {
    for (old, new, input, output) in cases() {
        for (side, breaks) in [(Side::Input, input), (Side::Output, output)] {
            let found = compare(side, &root(&old), &root(&new));
            let is = found.iter().any(|one| one.class == Class::Breaking);
            assert_eq!(is, breaks, "{side:?}\n{old}\n{new}\n{found:#?}");
        }
    }
}

#[test]
fn no_rule_is_without_a_case() {
    let mut seen = HashSet::new();
    for (old, new, ..) in cases() {
        for side in [Side::Input, Side::Output] {
            let found = compare(side, &root(&old), &root(&new));
            seen.extend(found.into_iter().map(|finding| (finding.why, finding.class)));
        }
    }
    for rule in ALL {
        for reasons in [&rule.input, &rule.output] {
            let fits = (reasons.fits, Class::Compatible);
            let breaks = (reasons.breaks, Class::Breaking);
            // What always has one class has the same words twice, or none.
            let either = reasons.fits == reasons.breaks;
            for reason in [fits, breaks] {
                let is_told = seen.contains(&reason) || reason.0.is_empty();
                assert!(is_told || either && seen.contains(&fits), "{reason:?} {rule:#?}");
            }
        }
    }
}

#[test]
fn a_finding_says_where_and_what() {
    let old = of(json!({
        "properties": {
            "lines": { "items": { "properties": { "net price": { "maximum": 9 } } } },
            "map": { "additionalProperties": { "maxLength": 9 } },
            "pair": { "prefixItems": [{ "type": "string" }] },
        },
    }));
    let new = of(json!({
        "properties": {
            "lines": { "items": { "properties": { "net price": { "maximum": 8 } } } },
            "map": { "additionalProperties": { "maxLength": 8 } },
            "pair": { "prefixItems": [{ "type": "null" }] },
        },
    }));
    let found = compare(Side::Input, &old, &new);
    let told: Vec<_> = found.iter().map(|one| (one.path.as_str(), &one.from, &one.to)).collect();
    let (nine, eight) = (json!(9), json!(8));
    assert_eq!(
        told,
        [
            ("input.lines[].\"net price\" maximum", &nine, &eight),
            ("input.map.* maxLength", &nine, &eight),
            ("input.pair[0] type", &json!("string"), &json!("null")),
        ]
    );
}

#[test]
fn a_form_that_changed_is_told_in_its_parts() {
    let tree = |of: &str| {
        let node = json!({
            "type": "object",
            "properties": { "v": { "type": of }, "next": { "anyOf": [{ "$ref": "#/$defs/N" }, { "type": "null" }] } },
            "required": ["v"],
        });
        of_root(&json!({ "anyOf": [{ "$ref": "#/$defs/N" }, { "type": "null" }] }), &node)
    };
    let found = compare(Side::Input, &tree("number"), &tree("integer"));
    let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["input.p.v type"]);
    assert_eq!(
        worst(&compare(Side::Output, &tree("number"), &tree("integer"))),
        Some(Class::Compatible)
    );
}

fn of_root(property: &Value, node: &Value) -> Map<String, Value> {
    let mut root = root(property);
    root["$defs"] = json!({ "N": node });
    root
}
