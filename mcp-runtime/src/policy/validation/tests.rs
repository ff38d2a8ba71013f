//! The schema and the checks that don't wait, in one answer.

use serde_json::{Value, json};

use super::*;
use crate::call::Reply;
use crate::check::CheckError;
use crate::error::{Code, Effect, ToolError};
use crate::params::param;
use crate::policy::testing::{Around, call, function};

/// `even` looks at `n`, `order` at `n` and `m`, `word` at `s`, which is optional.
const CHECKS: [CheckDef; 3] = [
    CheckDef::new(
        &["n"],
        || false,
        |call| {
            let n = param::<i64, _>("n").take(call)?;
            Ok(Box::pin(async move { rule(n % 2 == 0, "must be even") }))
        },
    ),
    CheckDef::new(
        &["n", "m"],
        || false,
        |call| {
            let n = param::<i64, _>("n").take(call)?;
            let m = param::<Option<i64>, _>("m").take(call)?;
            Ok(Box::pin(async move { rule(m.is_none_or(|m| n <= m), "must be in order") }))
        },
    ),
    CheckDef::new(
        &["s"],
        || false,
        |call| {
            let s = param::<Option<String>, _>("s").take(call)?;
            Ok(Box::pin(async move { rule(s.as_deref() != Some("no"), "must not be so") }))
        },
    ),
];

fn rule(holds: bool, words: &str) -> Result<(), CheckError> {
    if holds { Ok(()) } else { Err(CheckError::Rule(words.into())) }
}

fn validator(schema: &Value) -> Validator {
    Validator::new(schema.as_object().unwrap()).unwrap()
}

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "n": { "type": "integer", "maximum": 10 },
            "m": { "type": "integer", "default": 8 },
            "s": { "type": "string", "minLength": 2 },
        },
        "required": ["n"],
        "maxProperties": 3,
        "additionalProperties": false,
    })
}

/// What the function receives, or the error.
async fn validate(checks: &[CheckDef], arguments: Value) -> Result<Value, ToolError> {
    let echo = function(|call| async move {
        Ok(Reply::default().with_structured(Value::Object(call.arguments().clone())))
    });
    let layer = ValidationLayer::new(validator(&schema()), checks.to_vec());
    let reply = layer.around(echo).run(call(arguments)).await?;
    Ok(reply.structured().cloned().unwrap())
}

#[tokio::test]
async fn each_check_runs_where_its_own_arguments_are_sound() {
    type Broken = &'static [(&'static str, &'static str)];
    let cases: [(Value, Broken); 9] = [
        (json!({ "n": 2 }), &[]),
        (json!({ "n": 3 }), &[("/n", "check")]),
        // `m` is 8 unless stated.
        (json!({ "n": 10 }), &[("", "check")]),
        (json!({ "n": 9 }), &[("/n", "check"), ("", "check")]),
        // What breaks the schema isn't looked at further, the rest is.
        (json!({ "n": 11, "s": "no" }), &[("/n", "maximum"), ("/s", "check")]),
        (json!({ "m": 1, "s": "no" }), &[("/n", "required"), ("/s", "check")]),
        (json!({ "n": 3, "s": "x" }), &[("/s", "minLength"), ("/n", "check")]),
        (json!({ "n": 3, "x": 1 }), &[("/x", "additionalProperties"), ("/n", "check")]),
        // A rule about the whole may be about any argument.
        (
            json!({ "n": 3, "m": 8, "s": "no", "x": 1 }),
            &[("", "maxProperties"), ("/x", "additionalProperties")],
        ),
    ];
    for (arguments, expected) in cases {
        let outcome = validate(&CHECKS, arguments.clone()).await;
        let public = outcome.as_ref().err().map(ToolError::to_json).unwrap_or_default();
        let listed = public["details"]["violations"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<_> = listed
            .iter()
            .map(|one| (one["pointer"].as_str().unwrap(), one["rule"].as_str().unwrap()))
            .collect();
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{arguments}");
    }
}

#[tokio::test]
async fn the_words_of_a_check_stand_in_the_answer() {
    let error = validate(&CHECKS, json!({ "n": 9 })).await.unwrap_err();
    assert_eq!(*error.code(), Code::InvalidArguments);
    assert_eq!(error.stated_effect(), Some(Effect::None));
    let expected = "the arguments are not valid: /n must be even; n, m must be in order";
    assert_eq!(error.message(), expected);
}

#[tokio::test]
async fn the_function_receives_what_the_checks_have_seen() {
    let received = validate(&CHECKS, json!({ "n": 2.0, "s": null })).await.unwrap();
    assert_eq!(received, json!({ "n": 2, "m": 8 }));
}

#[tokio::test]
async fn a_check_sees_its_own_arguments_alone() {
    let nosy = CheckDef::new(
        &["n"],
        || false,
        |call| {
            let names: Vec<_> = call.arguments.keys().cloned().collect();
            Ok(Box::pin(async move { rule(names == ["n"], "saw more") }))
        },
    );
    assert!(validate(&[nosy], json!({ "n": 2, "s": "ab" })).await.is_ok());
}

#[tokio::test]
async fn an_answer_of_its_own_counts_where_no_rule_is_broken() {
    let missing = CheckDef::new(
        &["n"],
        || false,
        |_| {
            Ok(Box::pin(async { Err(CheckError::Error(ToolError::new("not_found", "no such n"))) }))
        },
    );
    let applied = CheckDef::new(
        &["n"],
        || false,
        |_| {
            let error = ToolError::new("conflict", "paid").effect(Effect::Applied);
            Ok(Box::pin(async { Err(CheckError::Error(error)) }))
        },
    );
    let code = |outcome: Result<Value, ToolError>| outcome.unwrap_err().code().clone();
    let both = [missing, applied, CHECKS[0]];
    assert_eq!(code(validate(&both, json!({ "n": 3 })).await), Code::InvalidArguments);
    assert_eq!(code(validate(&both, json!({ "n": 2, "s": 1 })).await), Code::InvalidArguments);

    let error = validate(&both, json!({ "n": 2 })).await.unwrap_err();
    let found = (error.code(), error.stated_effect());
    assert_eq!(found, (&Code::NotFound, Some(Effect::None)), "the first one");
    let error = validate(&[applied], json!({ "n": 2 })).await.unwrap_err();
    assert_eq!(error.stated_effect(), Some(Effect::Applied), "what is stated stays");
}

#[tokio::test]
async fn a_check_that_waits_where_it_must_not_is_a_fault() {
    let waits = CheckDef::new(&["n"], || false, |_| Ok(Box::pin(std::future::pending())));
    let error = validate(&[waits], json!({ "n": 2 })).await.unwrap_err();
    assert_eq!(*error.code(), Code::Internal);
}

#[tokio::test]
async fn many_words_are_clipped() {
    let wordy = CheckDef::new(
        &["n"],
        || false,
        |_| Ok(Box::pin(async { rule(false, &"é".repeat(10_000)) })),
    );
    let error = validate(&[wordy], json!({ "n": 2 })).await.unwrap_err();
    assert!(error.message().len() < 1_200, "{}", error.message().len());
}
