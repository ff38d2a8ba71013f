//! What arguments have to keep, and what is told of those that do not.

use super::*;
use crate::error::ToolError;
use crate::violations::MAX_LISTED;

fn validator(schema: &Value) -> Validator {
    Validator::new(schema.as_object().unwrap()).unwrap()
}

#[allow(clippy::needless_pass_by_value)]
fn check(schema: Value, arguments: Value) -> Result<Value, ToolError> {
    let mut arguments = arguments.as_object().unwrap().clone();
    let checked = validator(&schema).check(&mut arguments);
    checked.map(|()| Value::Object(arguments)).map_err(Violations::into_error)
}

#[test]
fn every_violation_is_listed_and_no_value_echoed() {
    let schema = json!({
        "type": "object",
        "properties": {
            "number": { "type": "string", "pattern": "^FV" },
            "limit": { "type": "integer", "maximum": 100 },
            "day": { "type": "string", "format": "date" },
        },
        "required": ["number", "customer"],
        "additionalProperties": false,
    });
    let error = check(
        schema,
        json!({ "number": "s3cret", "limit": 101, "day": "s3cret", "limt": "s3cret" }),
    )
    .unwrap_err();
    let public = error.to_json();
    let mut pointers: Vec<&str> = public["details"]["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|violation| violation["pointer"].as_str().unwrap())
        .collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/customer", "/day", "/limit", "/limt", "/number"]);
    assert!(error.message().contains("/limt is not known; did you mean `limit`?"), "{error}");
    assert!(!public.to_string().contains("s3cret"));
}

#[test]
fn no_pointer_leads_into_a_secret() {
    let login = json!({
        "type": "object",
        "properties": { "user": { "type": "string" } },
        "required": ["user"],
        "additionalProperties": {
            "type": "object",
            "properties": { "port": {} },
            "additionalProperties": false,
        },
    });
    let schema = json!({
        "type": "object",
        "properties": { "login": login, "login2": { "maxLength": 2 }, "pin": { "enum": [1] } },
    });
    let secrets = validator(&schema).conceal(&["login", "pin"]);
    let cases = [
        (json!({ "login": {} }), "/login/user", "is required"),
        (json!({ "login": 4711 }), "/login", "must be an object"),
        (json!({ "pin": 4711 }), "/pin", "must be one of [1]"),
        (json!({ "login": { "user": 4711 } }), "/login", "has a part that must be a string"),
        (
            json!({ "login": { "user": "", "4711": 4711 } }),
            "/login",
            "has a part that must be an object",
        ),
        (
            json!({ "login": { "user": "", "4711": { "4711": 1 } } }),
            "/login",
            "has a property that is not known",
        ),
        (json!({ "login2": "4711" }), "/login2", "must have at most 2 characters"),
    ];
    for (arguments, pointer, expected) in cases {
        let mut sent = arguments.as_object().unwrap().clone();
        let found = secrets.check(&mut sent).unwrap_err();
        let [only] = &found.listed[..] else { panic!("{:?}", found.listed) };
        assert_eq!((&*only.pointer, &*only.expected), (pointer, expected), "{arguments}");
        assert!(!found.into_error().to_json().to_string().contains("4711"), "{arguments}");
    }
}

#[test]
fn what_breaks_a_rule_is_known_by_name() {
    let schema = json!({
        "type": "object",
        "properties": { "a/b": { "items": { "type": "string" } }, "c": {}, "d": {} },
        "required": ["c"],
        "maxProperties": 4,
        "additionalProperties": false,
    });
    for (arguments, broken) in [
        (json!({ "a/b": [1], "c": 1 }), vec!["a/b"]),
        (json!({ "a/b": [1], "x": 1 }), vec!["a/b", "c"]),
        (json!({ "1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "c": 1 }), vec!["a/b", "c", "d"]),
    ] {
        let mut sent = arguments.as_object().unwrap().clone();
        let found = validator(&schema).check(&mut sent).unwrap_err();
        assert_eq!(sent, *arguments.as_object().unwrap(), "they are given back");
        for name in ["a/b", "c", "d"] {
            assert_eq!(found.concern(&[name]), broken.contains(&name), "{name} {arguments}");
        }
    }
}

#[test]
fn integers_keep_their_rust_ranges() {
    let schema = |format| {
        json!({
            "type": "object",
            "properties": { "n": { "type": "integer", "format": format } },
        })
    };
    for (format, good, bad) in [
        ("uint8", json!(255), json!(256)),
        ("int32", json!(-2_147_483_648_i64), json!(2_147_483_648_i64)),
        ("uint64", json!(u64::MAX), json!(-1)),
        ("int64", json!(i64::MAX), json!(9_223_372_036_854_775_808_u64)),
        ("uint64", json!(0), serde_json::from_str("18446744073709551616").unwrap()),
    ] {
        assert!(check(schema(format), json!({ "n": good })).is_ok(), "{format}");
        assert!(check(schema(format), json!({ "n": bad })).is_err(), "{format}");
    }
}

#[test]
fn a_float_without_fraction_is_an_integer() {
    let schema = json!({ "type": "object", "properties": { "n": { "type": "integer" } } });
    assert_eq!(check(schema.clone(), json!({ "n": 3.0 })).unwrap(), json!({ "n": 3 }));
    assert!(check(schema, json!({ "n": 3.5 })).is_err());
}

#[test]
fn null_is_absent_where_the_argument_is_optional() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "string" }, "b": { "type": "integer", "default": 7 } },
    });
    assert_eq!(check(schema, json!({ "a": null, "b": null })).unwrap(), json!({ "b": 7 }));
}

#[test]
fn the_list_of_violations_is_bounded() {
    let schema = json!({ "type": "object", "additionalProperties": false });
    let arguments: Map<String, Value> = (0..500).map(|i| (format!("k{i}"), json!(1))).collect();
    let error = check(schema, Value::Object(arguments)).unwrap_err();
    assert_eq!(error.to_json()["details"]["violations"].as_array().unwrap().len(), MAX_LISTED);
    assert_eq!(error.to_json()["details"]["not_listed"], 480);
}

#[test]
fn many_wrong_values_are_not_all_collected() {
    let list = json!({ "type": "array", "items": { "type": "integer" } });
    let schema = |a: Value| json!({ "type": "object", "properties": { "a": a } });
    let arguments = json!({ "a": vec!["x"; 1_000_000] });

    let plain = validator(&schema(list.clone()));
    let findings = plain.search(&arguments);
    assert_eq!((findings.listed.len(), findings.not_listed, findings.cut), (1, 0, true));
    assert_eq!(findings.listed[0].pointer, "/a/0");
    let error = findings.into_error();
    assert!(error.message().ends_with("/a/0 must be an integer; and maybe more"), "{error}");

    // An error of alternatives holds all errors of each.
    let alternatives = validator(&schema(json!({ "anyOf": [list, { "type": "null" }] })));
    let findings = alternatives.search(&arguments);
    assert_eq!((findings.listed.len(), findings.cut), (1, true));
    assert_eq!((&*findings.listed[0].pointer, &*findings.listed[0].rule), ("", "schema"));
}

#[test]
fn few_values_are_searched_to_the_end() {
    let schema = json!({ "additionalProperties": false, "required": ["a", "b"] });
    let named = |count| (0..count).map(|i| (format!("k{i}"), json!(1))).collect();
    for (count, not_listed) in [(18, 0), (19, 1), (MAX_SEARCHED - 1, MAX_SEARCHED - 19)] {
        let findings = validator(&schema).search(&Value::Object(named(count)));
        let found = (findings.listed.len(), findings.not_listed, findings.cut);
        assert_eq!(found, (MAX_LISTED, not_listed, false), "{count}");
    }
    let findings = validator(&schema).search(&Value::Object(named(MAX_SEARCHED)));
    assert!(findings.cut && findings.listed.len() <= MAX_LISTED);
}

#[test]
fn only_alternatives_that_can_hold_many_values_keep_the_first_violation_back() {
    for (alternatives, expected) in [
        (json!([{ "const": "a" }, { "type": "null" }]), false),
        (json!([{ "properties": { "a": {} }, "additionalProperties": false }]), false),
        (json!([{ "properties": { "a": { "items": {} } } }]), true),
        (json!([{ "$ref": "#/$defs/A" }, { "type": "null" }]), true),
    ] {
        let schema = json!({ "items": { "oneOf": alternatives } });
        assert_eq!(alternatives_spread(&schema, false), expected, "{schema}");
    }
}

#[test]
fn an_argument_may_have_the_name_of_a_keyword() {
    let byte = json!({ "type": "integer", "format": "uint8" });
    for name in ["default", "const", "enum", "examples", "properties"] {
        let schema = json!({ "type": "object", "properties": { name: byte } });
        assert_eq!(check(schema.clone(), json!({ name: 3.0 })).unwrap(), json!({ name: 3 }));
        assert!(check(schema, json!({ name: 256 })).is_err(), "{name}");
    }
    let mut instance = json!({ "default": { "type": "integer", "format": "uint8" } });
    let before = instance.clone();
    assert!(!bound_integers(&mut instance));
    assert_eq!(instance, before, "what stands there is no schema");
}

#[test]
fn patterns_that_can_stall_are_refused_at_start() {
    let schema = json!({ "properties": { "a": { "type": "string", "pattern": "(?=x)y" } } });
    assert!(Validator::new(schema.as_object().unwrap()).is_err());
}
