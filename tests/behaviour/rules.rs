//! Business rules, secrets and confirmation, from the attribute to the answer.

#![allow(clippy::trivially_copy_pass_by_ref, reason = "a check looks at arguments and leaves them")]

use mcp_runtime::{App, Caller, Code, Effect, Server, State, ToolError, tool, tools};
use mcp_testkit::TestServer;
use serde_json::{Value, json};

#[derive(Clone)]
struct Known(&'static [u32]);

fn is_even(number: &u32) -> Result<(), &'static str> {
    if number.is_multiple_of(2) { Ok(()) } else { Err("must be even") }
}

fn in_order(from: &u32, until: &u32) -> Result<(), String> {
    if from <= until { Ok(()) } else { Err(format!("`from` must be at most {until}")) }
}

async fn exists(number: &u32, known: &Known) -> Result<(), ToolError> {
    tokio::task::yield_now().await;
    if known.0.contains(number) {
        return Ok(());
    }
    Err(ToolError::new(Code::NotFound, "no such number"))
}

async fn is_free(until: &u32) -> Result<(), String> {
    tokio::task::yield_now().await;
    if *until == 100 { Err("is taken".into()) } else { Ok(()) }
}

/// Take a range.
#[tool(read_only, check = [in_order(from, until), exists(from, known)])]
async fn range(
    #[arg(check = is_even)] from: u32,
    #[arg(range(..=100), check = is_free)] until: u32,
    State(known): State<Known>,
) -> usize {
    known.0.len() + usize::from(from <= until)
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Period {
    from: u32,
    until: u32,
}

fn period_in_order(period: &Period) -> Result<(), &'static str> {
    if period.from <= period.until { Ok(()) } else { Err("`from` comes after `until`") }
}

/// Take a period.
#[tool(read_only, check = period_in_order(period))]
async fn flat(#[arg(flatten)] period: Period) -> u32 {
    period.until - period.from
}

fn server() -> TestServer {
    TestServer::new(tools![range, flat]).state(Known(&[2, 4, 90]))
}

/// What an answer has against the arguments: pointers and expectations.
async fn against(tool: &str, arguments: Value) -> Vec<(String, String)> {
    let answer = server().call(tool, arguments).await;
    assert_eq!(answer.error().code(), &Code::InvalidArguments);
    assert_eq!(answer.error().stated_effect(), Some(Effect::None));
    let details = answer.error().to_json()["details"]["violations"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |one: &Value| (text(&one["pointer"]), text(&one["expected"]));
    details.as_array().unwrap().iter().map(one).collect()
}

fn said(pointer: &str, expected: &str) -> (String, String) {
    (pointer.to_owned(), expected.to_owned())
}

#[tokio::test]
async fn rules_of_all_kinds_join_in_one_answer() {
    assert_eq!(
        against("range", json!({ "from": 3, "until": 101 })).await,
        [said("/until", "must be at most 100"), said("/from", "must be even")],
        "a check runs where its own argument has the right form"
    );
    assert_eq!(
        against("range", json!({ "from": 3, "until": 1 })).await,
        [said("", "`from` must be at most 1"), said("/from", "must be even")]
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
    assert_eq!(
        against("range", json!({ "from": 2, "until": 100 })).await,
        [said("/until", "is taken")],
        "those that wait come after the others"
    );
    assert_eq!(
        against("range", json!({ "from": 3, "until": 100 })).await,
        [said("/from", "must be even")],
        "what waits isn't asked about arguments that are refused already"
    );
}

#[tokio::test]
async fn an_answer_of_another_kind_is_the_answer_where_no_rule_is_broken() {
    let answer = server().call("range", json!({ "from": 6, "until": 8 })).await;
    assert_eq!(answer.error().code(), &Code::NotFound);
    assert_eq!(answer.error().stated_effect(), Some(Effect::None));
    let both = against("range", json!({ "from": 6, "until": 100 })).await;
    assert_eq!(both, [said("/until", "is taken")]);
    assert_eq!(server().call("range", json!({ "from": 4, "until": 8 })).await.data::<u32>(), 4);
}

#[tokio::test]
async fn a_struct_that_is_the_whole_input_is_checked_whole() {
    assert_eq!(server().call("flat", json!({ "from": 1, "until": 3 })).await.data::<u32>(), 2);
    assert_eq!(
        against("flat", json!({ "from": 3, "until": 1 })).await,
        [said("", "`from` comes after `until`")]
    );
    assert_eq!(
        against("flat", json!({ "from": 3 })).await.len(),
        1,
        "and not before it has a form"
    );
}

/// Open a safe.
#[tool(public)]
async fn open_safe(#[arg(secret)] code: String) -> Result<(), ToolError> {
    Err(ToolError::new("wrong_code", format!("{code} is wrong"))
        .details(json!({ "tried": [&code] }))
        .developer(format!("tried {code:?}")))
}

#[tokio::test]
async fn a_secret_leaves_by_no_error() {
    let server = TestServer::new(tools![open_safe]);
    let schema = server.list().next().unwrap().input_schema().clone();
    assert_eq!(schema["properties"]["code"]["writeOnly"], true);
    let answer = server.call("open_safe", json!({ "code": "swordfish" })).await;
    let error = answer.error();
    assert_eq!(error.message(), "[redacted] is wrong");
    let text = format!("{error:?} {}", error.to_json());
    assert!(!text.contains("swordfish"), "{text}");
}

/// Destroy something.
#[tool(destructive)]
async fn destroy(what: String) -> String {
    format!("destroyed {what}")
}

/// Destroy without a word.
#[tool(destructive, confirm = "never")]
async fn discard(what: String) -> String {
    format!("discarded {what}")
}

fn destructive() -> App {
    Server::new("t", "1").tools(tools![destroy, discard]).build().unwrap()
}

#[tokio::test]
async fn what_destroys_asks_first() {
    let app = destructive();
    let refused = app.call("destroy", json!({ "what": "it" })).await.unwrap_err();
    assert_eq!(refused.code(), &Code::ConfirmationRequired);
    assert_eq!(refused.stated_effect(), Some(Effect::None));
    let call = app.request("destroy", json!({ "what": "it" })).caller(Caller::new("anna"));
    assert!(call.confirmed().await.is_ok());
    assert!(app.call("discard", json!({ "what": "it" })).await.is_ok());
}
