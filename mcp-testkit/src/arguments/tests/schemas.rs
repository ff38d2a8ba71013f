//! Schemas that are written by hand, with what Rust types never make of one.

use serde_json::{Map, Value, json};

use super::super::judge::Judge;
use super::super::{Arguments, Why};

fn of(property: &Value) -> Arguments {
    let schema = json!({
        "type": "object",
        "properties": { "a": property },
        "required": ["a"],
        "additionalProperties": false,
    });
    Arguments::from_schema(schema.as_object().unwrap())
}

fn values(arguments: &Arguments) -> Vec<Value> {
    let cases = arguments.cases(3).take(30).map(|case| case.arguments());
    arguments.boundaries().iter().cloned().chain(cases).map(|one| one["a"].clone()).collect()
}

/// The rules that are broken at a place.
fn rules(arguments: &Arguments, pointer: &str) -> Vec<String> {
    let is_own = |rule: &str| rule != "required";
    let broken = arguments.broken().iter();
    let broken = broken.filter(|one| one.meant.0 == pointer && is_own(&one.meant.1));
    let mut rules: Vec<String> = broken.map(|one| one.meant.1.clone()).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn notes(arguments: &Arguments) -> Vec<(&str, &str, Why)> {
    let notes = arguments.unsupported().iter();
    notes.map(|note| (&*note.pointer, &*note.keyword, note.why)).collect()
}

#[test]
fn all_keywords_are_kept_and_broken() {
    let cases = [
        (
            json!({ "type": "integer", "multipleOf": 5, "minimum": 3, "maximum": 22 }),
            vec!["maximum", "minimum", "multipleOf", "type"],
        ),
        (
            json!({ "type": "number", "multipleOf": 0.25, "exclusiveMinimum": 0, "maximum": 2 }),
            vec!["exclusiveMinimum", "maximum", "multipleOf", "type"],
        ),
        (
            json!({ "type": ["string", "null"], "minLength": 2, "maxLength": 4 }),
            vec!["maxLength", "minLength", "type"],
        ),
        (
            json!({ "type": ["integer", "string"], "maximum": 4, "pattern": "^x" }),
            vec!["maximum", "pattern", "type"],
        ),
        (json!({ "const": { "b": [1] } }), vec!["const"]),
        (json!({ "enum": [1, "one", null] }), vec!["enum"]),
        (json!({ "type": "integer", "not": { "const": 0 } }), vec!["not", "type"]),
        (json!({ "type": "string", "not": { "enum": ["", "a"] } }), vec!["not", "type"]),
        (
            json!({ "type": "array", "items": { "type": "boolean" }, "uniqueItems": true, "minItems": 1 }),
            vec!["minItems", "type", "uniqueItems"],
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "null" }], "items": false }),
            vec!["type"],
        ),
        (
            json!({ "type": "object", "minProperties": 1, "maxProperties": 2, "additionalProperties": { "type": "null" } }),
            vec!["maxProperties", "minProperties", "type"],
        ),
        (
            json!({ "type": "object", "patternProperties": { "^x-": { "type": "null" } }, "additionalProperties": false, "minProperties": 1 }),
            vec!["minProperties", "type"],
        ),
        (
            json!({ "type": "object", "propertyNames": { "pattern": "^[a-c]+$" }, "additionalProperties": { "type": "null" } }),
            vec!["propertyNames", "type"],
        ),
        (
            json!({ "allOf": [{ "type": "integer", "minimum": 2 }, { "maximum": 4 }] }),
            vec!["maximum", "minimum", "type"],
        ),
        (json!({ "anyOf": [{ "type": "integer" }, { "type": "boolean" }] }), vec!["anyOf"]),
        (
            json!({ "oneOf": [{ "type": "string", "maxLength": 1 }, { "type": "null" }] }),
            vec!["maxLength", "oneOf"],
        ),
    ];
    for (property, expected) in cases {
        let arguments = of(&property);
        assert_eq!(notes(&arguments), [], "{property}");
        assert_eq!(rules(&arguments, "/a"), expected, "{property}");
        assert!(!values(&arguments).is_empty(), "{property}");
    }
}

#[test]
fn what_is_made_is_judged_by_the_whole_schema() {
    // The generators don't understand it, and still nothing that is made breaks it.
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "integer", "format": "uint8" }, "b": { "type": "boolean" } },
        "required": ["a"],
        "if": { "properties": { "a": { "const": 0 } } },
        "then": { "required": ["b"] },
    });
    let schema = schema.as_object().unwrap();
    let (arguments, judge) = (Arguments::from_schema(schema), Judge::of(schema).unwrap());
    let unknown = [("", "if", Why::NotUnderstood), ("", "then", Why::NotUnderstood)];
    assert_eq!(notes(&arguments), unknown);
    for case in arguments.cases(5).take(200) {
        assert!(judge.accepts(&case.arguments()), "{case}");
    }
}

#[test]
fn what_is_not_covered_has_a_name() {
    let cases = [
        (json!({ "type": "string", "minLenght": 3 }), "minLenght", Why::NotUnderstood),
        (json!({ "type": "array", "contains": { "const": 1 } }), "contains", Why::NotUnderstood),
        (json!({ "type": "integer", "minimum": 5, "maximum": 4 }), "type", Why::NoValue),
        (json!({ "type": "string", "pattern": "^a$", "minLength": 2 }), "pattern", Why::NoValue),
        (json!({ "type": "string", "pattern": "^a$", "maxLength": 2 }), "maxLength", Why::NoEdge),
        (
            json!({ "type": "string", "pattern": "^a+$", "minLength": 1 }),
            "minLength",
            Why::NotAlone,
        ),
        (json!({ "type": "string", "maxLength": 1_000_000 }), "maxLength", Why::TooLarge),
        (json!({ "type": "array", "maxItems": 1_000_000 }), "maxItems", Why::TooLarge),
        (
            json!({ "type": "array", "items": { "type": "null" }, "uniqueItems": true, "maxItems": 2 }),
            "maxItems",
            Why::NoEdge,
        ),
        (json!({ "anyOf": [{}, { "type": "string", "maxLength": 3 }] }), "anyOf", Why::NotAlone),
    ];
    for (property, keyword, why) in cases {
        let arguments = of(&property);
        assert!(
            notes(&arguments).contains(&("/a", keyword, why)),
            "{property} {:?}",
            notes(&arguments)
        );
    }
    let text = of(&json!({ "minLenght": 3 })).unsupported()[0].to_string();
    assert_eq!(text, "`minLenght` of /a is not understood");
}

#[test]
#[should_panic(expected = "no valid arguments could be found: `type` of /a leaves no value")]
fn arguments_that_nothing_satisfies_say_where() {
    let _ = of(&json!({ "type": "integer", "minimum": 5, "maximum": 4 })).strategy();
}

#[test]
#[should_panic(expected = "no valid arguments could be found: `type` of the arguments leaves")]
fn arguments_that_the_whole_schema_refuses_say_so() {
    let schema = json!({ "type": "object", "not": {} });
    let _ = Arguments::from_schema(schema.as_object().unwrap()).cases(1);
}

#[test]
fn a_type_that_never_ends_has_no_arguments() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#/$defs/A" } },
        "required": ["a"],
        "$defs": { "A": { "type": "object", "properties": { "a": { "$ref": "#/$defs/A" } }, "required": ["a"] } },
    });
    let arguments = Arguments::from_schema(schema.as_object().unwrap());
    assert_eq!(arguments.boundaries(), &[] as &[Value]);
}

#[test]
fn nothing_is_asked_of_anything() {
    let arguments = Arguments::from_schema(&Map::from_iter([("type".to_owned(), json!("object"))]));
    assert_eq!(arguments.boundaries()[0], json!({}));
    assert_eq!((arguments.broken().len(), arguments.unsupported().len()), (0, 0));
}

#[test]
fn what_is_large_stays_bounded() {
    let each: Vec<Value> = (0..1000).map(|one| json!({ "const": format!("v{one}") })).collect();
    let arguments = of(&json!({ "oneOf": each }));
    assert!(notes(&arguments).contains(&("/a", "oneOf", Why::TooLarge)));
    assert!(values(&arguments).len() > 200);

    for pattern in ["^.{0,900}$", "^(a{30}){30}$", "^((a*)*)*$", "^(){900}$"] {
        let arguments = of(&json!({ "type": "string", "pattern": pattern, "maxLength": 100_000 }));
        let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
        let known = arguments.boundaries().iter().map(|one| length(&one["a"])).max();
        assert!(known.unwrap_or_default() <= 100_000, "{pattern}");
    }

    // A language of operators, each over any two of it.
    let name = |one: usize| format!("op{one}");
    let operand = json!({ "$ref": "#/$defs/Expr" });
    let operator = |one| {
        json!({
            "type": "object",
            "properties": { name(one): { "type": "array", "prefixItems": [operand, operand], "minItems": 2, "maxItems": 2 } },
            "required": [name(one)],
            "additionalProperties": false,
        })
    };
    let mut forms: Vec<Value> = (0..20).map(operator).collect();
    forms.insert(0, json!({ "type": "integer" }));
    let schema = json!({
        "type": "object",
        "properties": { "a": operand },
        "required": ["a"],
        "$defs": { "Expr": { "oneOf": forms } },
    });
    let arguments = Arguments::from_schema(schema.as_object().unwrap());
    assert_eq!(arguments.cases(1).take(30).count(), 30);
    assert!(!arguments.broken().is_empty());
}
