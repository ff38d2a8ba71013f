//! The client that repeats what may be repeated.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcp_runtime::{Code, Context, NextAction, State, ToolError, tool, tools};
use mcp_testkit::{Answer, Mode, TestServer, local, on_every_mode};
use serde_json::{Value, json};
use tokio::time::Instant;

/// What a tool answers, call by call: nothing for success.
#[derive(Clone, Default)]
struct Script {
    errors: Arc<Mutex<Vec<ToolError>>>,
    keys: Arc<Mutex<Vec<Value>>>,
}

/// Answer by the script.
#[tool(read_only)]
async fn acts(ctx: Context, State(script): State<Script>) -> Result<&'static str, ToolError> {
    let key = ctx.meta().get("mcp-runtime/idempotency-key").cloned();
    script.keys.lock().unwrap().push(key.unwrap_or_default());
    script.errors.lock().unwrap().pop().map_or(Ok("done"), Err)
}

fn conflict() -> ToolError {
    ToolError::new(Code::Conflict, "not yet")
}

fn script(errors: impl IntoIterator<Item = ToolError>) -> Script {
    let mut errors: Vec<_> = errors.into_iter().collect();
    errors.reverse();
    Script { errors: Arc::new(Mutex::new(errors)), keys: Arc::default() }
}

/// Calls on a paused clock, and how long it took.
async fn call(script: &Script, mode: Mode) -> (Answer, Duration) {
    let server = TestServer::new(tools![acts]).state(script.clone()).mode(mode);
    server.listed().await;
    tokio::time::pause();
    let begun = Instant::now();
    let answer = server.as_caller(local()).retrying().call("acts", json!({})).await;
    (answer, begun.elapsed())
}

/// Tokio's timers are exact to a millisecond.
fn about(took: Duration, expected: Duration) -> bool {
    took.abs_diff(expected) < Duration::from_millis(20)
}

#[on_every_mode]
async fn a_stated_pause_is_kept(mode: Mode) {
    let script = script([conflict().retry_after(Duration::from_secs(40)), conflict().retryable()]);
    let (answer, took) = call(&script, mode).await;
    assert_eq!(answer.ok().attempts(), 3);
    assert!(about(took, Duration::from_millis(40_200)), "{took:?}");
}

#[on_every_mode]
async fn pauses_double(mode: Mode) {
    let (answer, took) = call(&script((0..4).map(|_| conflict().retryable())), mode).await;
    assert_eq!(answer.ok().attempts(), 5);
    assert!(about(took, Duration::from_millis(100 + 200 + 400 + 800)), "{took:?}");
}

#[on_every_mode]
async fn attempts_have_a_bound(mode: Mode) {
    // Far apart, so that it isn't the server's loop guard that ends it.
    let script = script((0..9).map(|_| conflict().retry_after(Duration::from_mins(2))));
    let (answer, _) = call(&script, mode).await;
    assert_eq!(answer.is_error(Code::Conflict).retryable().attempts(), 5);
    assert_eq!(script.errors.lock().unwrap().len(), 4);
}

#[on_every_mode]
async fn what_must_not_be_repeated_is_not(mode: Mode) {
    let others =
        [NextAction::Fallback, NextAction::Escalate, NextAction::Continue, NextAction::Stop];
    let last = others.map(|action| conflict().retryable().next_action(action));
    let odd = conflict().next_action(NextAction::Retry);
    for error in [conflict(), odd].into_iter().chain(last) {
        let server = TestServer::new(tools![acts]).state(script([error.clone()])).mode(mode);
        let answer = server.as_caller(local()).retrying().call("acts", json!({})).await;
        assert_eq!(answer.is_error(Code::Conflict).attempts(), 1, "{error:?}");
    }
}

#[on_every_mode]
async fn all_attempts_have_one_key(mode: Mode) {
    let script = script((0..2).map(|_| conflict().retryable()));
    call(&script, mode).await;
    let first: Vec<Value> = script.keys.lock().unwrap().drain(..).collect();
    assert_eq!(first.len(), 3);
    assert!(first[0].as_str().is_some_and(|key| !key.is_empty()));
    assert!(first.iter().all(|key| *key == first[0]), "{first:?}");

    let server = TestServer::new(tools![acts]).state(script.clone()).mode(mode);
    let anna = server.as_caller(local());
    anna.retrying().call("acts", json!({})).await.ok();
    anna.key("mine").retrying().call("acts", json!({})).await.ok();
    anna.call("acts", json!({})).await.ok();
    let keys: Vec<Value> = script.keys.lock().unwrap().drain(..).collect();
    assert_ne!(keys[0], first[0], "another call has another key");
    assert_eq!(keys[1..], [json!("mine"), Value::Null]);
}
