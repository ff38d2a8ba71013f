//! The room between what fails and what is told of it.

use serde_json::{Value, json};

use super::*;
use crate::error::ToolError;
use crate::policy::testing::{Around, call_of, function, tool};

fn info() -> Arc<ToolInfo> {
    let schema = json!({ "properties": { "login": { "properties": { "user": {} } } } });
    let input_schema = Arc::new(schema.as_object().cloned().unwrap());
    Arc::new(ToolInfo { secrets: vec!["login"], input_schema, ..tool() })
}

async fn fail_with(message: &'static str, arguments: Value) -> ToolError {
    let failing = function(move |call| async move {
        // The function takes its arguments before it fails.
        drop(call);
        Err(ToolError::new("failed", message.to_owned()))
    });
    let info = info();
    let call = call_of(&info, "anna", arguments);
    RedactLayer::new(&info).around(failing).run(call).await.unwrap_err()
}

#[tokio::test]
async fn a_failure_tells_no_secret_and_all_the_rest() {
    let arguments = json!({ "login": { "user": "anna", "key": "s3cret" }, "n": "plain" });
    let error = fail_with("user anna with s3cret on plain", arguments).await;
    assert_eq!(error.message(), "user [redacted] with [redacted] on plain");
}

#[tokio::test]
async fn without_the_argument_nothing_is_looked_for() {
    let error = fail_with("user anna", json!({ "n": "anna" })).await;
    assert_eq!(error.message(), "user anna");
}

#[test]
fn no_debug_form_shows_an_argument() {
    let arguments = json!({ "login": { "key": "s3cret" }, "n": "pl4in" });
    let call = call_of(&info(), "anna", arguments.clone());
    let secrets = Secrets::new(vec![arguments], Arc::default());
    let shown = format!("{call:?} {:?} {secrets:?}", call.context());
    assert!(shown.contains("login") && !shown.contains("s3cret") && !shown.contains("pl4in"));
    let question =
        crate::confirmation::Question { message: "s3cret".into(), state: "st4te".into() };
    let said =
        crate::confirmation::Confirmation::Answered { state: "st4te".into(), accepted: true };
    let shown = format!("{question:?} {said:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("st4te"), "{shown}");
}
