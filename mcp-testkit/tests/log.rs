//! The log of one test: everything of its server, on every way in, and nothing of others'.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

use mcp_runtime::{State, ToolError, tool, tools};
use mcp_testkit::{Mode, TestServer, on_every_mode};
use serde_json::json;

/// Log from the function.
#[tool(read_only)]
async fn speaks(word: String) {
    tracing::debug!("said {word}");
}

/// Log from a task of its own, by way of the cache.
#[tool(read_only, cache_ttl = "1m")]
async fn flies(word: String) -> String {
    tracing::info!("flew for {word}");
    word
}

/// Log from a thread for work that blocks.
#[tool(read_only, blocking)]
async fn blocks(word: String) {
    tracing::trace!("blocked for {word}");
}

/// Log what went wrong.
#[tool(read_only)]
async fn fails(State(detail): State<&'static str>) -> Result<(), ToolError> {
    Err(ToolError::new("failed", "no").developer(detail))
}

fn server() -> TestServer {
    TestServer::new(tools![speaks, flies, blocks, fails]).state("shelf seven")
}

#[on_every_mode]
async fn everything_of_a_call_is_logged(mode: Mode) {
    let server = server().mode(mode).capture_log();
    // Of the test, so that no other test's calls can stand for this one's.
    let word = format!("word-of-{mode}");
    for tool in ["speaks", "flies", "blocks"] {
        server.call(tool, json!({ "word": word })).await.ok();
    }
    server.call("fails", json!({})).await.is_error("failed");
    server
        .log()
        .says(&format!("said {word}"))
        .says(&format!("flew for {word}"))
        .says(&format!("blocked for {word}"))
        .says("shelf seven")
        .says("tool=\"speaks\"");
    for other in Mode::ALL.into_iter().filter(|other| *other != mode) {
        server.log().never_says(&format!("word-of-{other} "));
        server.log().never_says(&format!("word-of-{other}\n"));
    }
}

#[on_every_mode]
#[should_panic(expected = "the log says `hidden`:")]
async fn a_secret_in_the_log_is_shown_with_its_line(mode: Mode) {
    let server = server().mode(mode).capture_log();
    server.call("speaks", json!({ "word": "hidden" })).await.ok();
    server.log().never_says("hidden");
}

#[on_every_mode]
#[should_panic(expected = "the log doesn't say `anything else`:")]
async fn what_was_not_said_is_missed(mode: Mode) {
    let server = server().mode(mode).capture_log();
    server.call("speaks", json!({ "word": "a" })).await.ok();
    server.log().says("anything else");
}

#[tokio::test]
#[should_panic(expected = "nothing was logged at all")]
async fn nothing_follows_from_an_empty_log() {
    server().capture_log().log().never_says("hidden");
}

#[tokio::test]
#[should_panic(expected = "make the server with `.capture_log()`")]
async fn a_log_that_is_not_kept_is_a_mistake() {
    server().log();
}

#[test]
#[should_panic(expected = "capture it in a `#[tokio::test]`")]
fn a_log_belongs_to_a_runtime() {
    let _ = server().capture_log();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_has_all_threads_and_all_servers_of_its_test() {
    let (one, two) = (server().capture_log(), server().capture_log());
    let calls = ["first", "second"].map(|word| json!({ "word": word }));
    tokio::join!(one.call("speaks", &calls[0]), two.call("blocks", &calls[1]));
    one.log().says("said first").says("blocked for second");
    assert_eq!(one.log().text(), two.log().text());
}
