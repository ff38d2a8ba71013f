//! What is found, and what of a text is lost with it.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn secrets(value: Value) -> Arc<Secrets> {
    Secrets::new(vec![value], Arc::new(HashSet::from(["user".to_owned()])))
}

fn scrubbed(secret: Value, text: &str) -> String {
    let error = error_with(secret, |error| error.developer(text));
    error.developer_message().unwrap().to_owned()
}

fn error_with(secret: Value, state: impl FnOnce(ToolError) -> ToolError) -> ToolError {
    let mut error = state(ToolError::new("failed", "it failed"));
    secrets(secret).scrub(&mut error);
    error
}

#[test]
fn a_text_loses_its_secrets_and_keeps_the_rest() {
    for (secret, text, expected) in [
        (json!("hunter2"), "password hunter2 is wrong", "password [redacted] is wrong"),
        (json!("hunter2"), "xhunter2x hunter2", "x[redacted]x [redacted]"),
        (json!("hunter2"), "nothing here", "nothing here"),
        (json!("abcdef"), "abcdefabcdef", "[redacted][redacted]"),
        // The longer one isn't left half.
        (json!(["abcd", "abcdefgh", "ghij"]), "-abcdefghij-", "-[redacted]-"),
        // A short one takes along what would give it away.
        (
            json!("a"),
            "a man has failed at it",
            "[redacted] [redacted] [redacted] [redacted] [redacted] it",
        ),
        (json!("123"), "cvv=123, cvv0123, 12 3", "cvv=[redacted], [redacted], 12 3"),
        (json!("né"), "reçu:né né- née", "reçu:[redacted] [redacted]- [redacted]"),
        (json!(" pass word "), "[pass word]", "[[redacted]]"),
        (json!(""), "an empty one tells nothing", "an empty one tells nothing"),
        (json!("  "), "nor  does  space", "nor  does  space"),
        (json!(null), "null is none", "null is none"),
        (json!(48_151_623), "at 48151623!", "at [redacted]!"),
        (json!(3.0), "it was 3, 3.0, 3e0", "it was [redacted], [redacted], [redacted]"),
        (json!(1e21), "1000000000000000000000 or 1e21", "[redacted] or [redacted]"),
        (json!(true), "it is true", "it is [redacted]"),
        (
            json!({ "user": "anna", "my-key": ["open"] }),
            "user anna my-key open",
            "user [redacted] [redacted] [redacted]",
        ),
    ] {
        assert_eq!(scrubbed(secret.clone(), text), expected, "{secret} in {text}");
    }
}

#[test]
fn every_field_of_an_error_is_searched() {
    let error = error_with(json!("hunter2"), |_| {
        ToolError::new("bad_hunter2".to_owned(), "not hunter2".to_owned())
            .fallback_tool("use_hunter2".to_owned())
            .developer("hunter2 in the log")
            .details(json!({ "hunter2": ["hunter2", { "at": "xhunter2x" }], "n": 7, "b": true }))
            .partial_data(json!("hunter2"))
    });
    assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
    let public = error.to_json();
    assert_eq!(public["code"], "bad_[redacted]");
    let expected =
        json!({ "[redacted]": ["[redacted]", { "at": "x[redacted]x" }], "n": 7, "b": true });
    assert_eq!(public["details"], expected);
}

#[test]
fn numbers_and_truths_go_as_a_whole() {
    let details = json!({ "pin": 48151, "longer": 481_516, "flag": true, "other": 9 });
    let error = error_with(json!([48151, true]), |error| error.details(details));
    let expected = json!({
        "pin": "[redacted]", "longer": "[redacted]", "flag": "[redacted]", "other": 9,
    });
    assert_eq!(error.to_json()["details"], expected);
}

#[test]
fn constants_of_the_program_stay() {
    let error = error_with(json!("failed"), |error| error);
    assert_eq!(error.message(), "it failed");
}

#[test]
fn beyond_its_bounds_no_text_is_kept() {
    let many: Vec<String> = (0..=MAX_PARTS).map(|i| format!("secret{i}")).collect();
    assert_eq!(scrubbed(json!(many[..MAX_PARTS]), "harmless"), "harmless");
    assert_eq!(scrubbed(json!(many), "harmless"), "[redacted]");

    let error = error_with(json!("hunter2"), |error| {
        error.developer("x".repeat(MAX_TEXT)).details(json!(["y"]))
    });
    assert_eq!(error.developer_message().map(str::len), Some(MAX_TEXT));
    assert_eq!(error.to_json()["details"], json!(["[redacted]"]));
    let long = "s".repeat(MAX_TEXT + 1);
    assert_eq!(scrubbed(json!(long), &long), "[redacted]");
}

/// In time that grows with the text, whatever it is: else this would take minutes.
#[test]
fn no_text_takes_long() {
    for (secret, text) in [
        ("a", "ab".repeat(MAX_TEXT / 2)),
        ("b", "\\u{".repeat(MAX_TEXT / 3)),
        ("a\\", "a\\".repeat(MAX_TEXT / 2)),
    ] {
        let freed = scrubbed(json!(secret), &text);
        assert!(freed.split(MARK).all(|rest| !rest.contains(secret)), "{secret}");
    }
}

#[tokio::test]
async fn what_is_logged_on_the_way_is_freed_on_other_tasks_too() {
    assert_eq!(freed("hunter2"), "hunter2", "of no call");
    let within = secrets(json!("hunter2")).within(async {
        let log = || async { freed("it is hunter2") };
        let moved = tokio::spawn(carried(current(), log())).await.unwrap();
        (log().await, moved)
    });
    assert_eq!(within.await, ("it is [redacted]".to_owned(), "it is [redacted]".to_owned()));
}

#[test]
fn names_of_properties_are_known_wherever_they_stand() {
    let schema = json!({
        "properties": { "login": { "$ref": "#/$defs/Login" } },
        "$defs": { "Login": { "anyOf": [{ "properties": { "user": {} } }] } },
    });
    let known = known_names(schema.as_object().unwrap());
    assert_eq!(known, HashSet::from(["login".to_owned(), "user".to_owned()]));
}

proptest! {
    /// Whatever it is and however it is written, a secret isn't found in what is left.
    #[test]
    fn no_spelling_of_a_secret_is_left(
        secret in "\\PC{1,12}|[a-z\"\\\\\n\t\u{e9}\u{1f600}]{1,8}",
        before in "[a-z \"\\\\]{0,6}",
        after in "[a-z \"\\\\]{0,6}",
    ) {
        prop_assume!(!secret.trim().is_empty() && !MARK.contains(secret.trim()));
        let json = Value::from(secret.as_str()).to_string();
        let debug = format!("{secret:?}");
        for spelled in [
            secret.clone(),
            debug[1..debug.len() - 1].to_owned(),
            json[1..json.len() - 1].to_owned(),
            format!("{json:?}"),
            Value::from(debug.as_str()).to_string(),
            secret.escape_default().to_string(),
        ] {
            let text = scrubbed(json!(secret), &format!("{before}{spelled}{after}"));
            for part in text.split(MARK) {
                prop_assert!(!part.contains(&spelled), "{spelled:?} in {text:?}");
            }
        }
    }
}
