//! Tools with every kind of answer.
#![allow(dead_code, reason = "each test program uses some of them")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcp_runtime::{
    Caller, Content, Context, Effect, NextAction, Reply, State, ToolError, tool, tools,
};
use mcp_testkit::TestServer;
use serde_json::{Map, Value, json};

/// What tools have seen of their calls.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<Map<String, Value>>>>);

impl Seen {
    pub(crate) fn add(&self, entry: Map<String, Value>) {
        self.0.lock().unwrap().push(entry);
    }

    pub(crate) fn all(&self) -> Vec<Map<String, Value>> {
        self.0.lock().unwrap().clone()
    }
}

/// Add two numbers.
#[tool(read_only)]
async fn sum(a: i64, b: i64) -> i64 {
    a + b
}

/// Answer in words.
#[tool(read_only)]
async fn text() -> &'static str {
    "some words"
}

/// Answer nothing.
#[tool(read_only)]
async fn nothing() {}

/// Answer with every kind of block.
#[tool(read_only)]
async fn blocks() -> Vec<Content> {
    vec![
        Content::text("a"),
        Content::image("aaaa", "image/png"),
        Content::audio("bbbb", "audio/wav"),
        Content::resource_text("file:///a", "text/plain", "a"),
        Content::resource_blob("file:///b", "application/pdf", "cccc"),
        Content::Link(
            mcp_runtime::ResourceLink::new("file:///c", "c")
                .title("C")
                .description("the third")
                .mime_type("text/csv")
                .size(3),
        ),
    ]
}

/// Choose every part of the answer.
#[tool(read_only)]
async fn everything(ctx: Context, State(seen): State<Seen>) -> Reply {
    seen.add(ctx.meta().clone());
    Reply::text("x").with_structured(json!([1])).with_meta("example.com/shown", json!({ "a": 1 }))
}

/// Fail in every detail.
#[tool(read_only)]
async fn fails() -> Result<(), ToolError> {
    Err(ToolError::new("out_of_stock", "none is left")
        .retry_after(Duration::from_millis(1_500))
        .effect(Effect::None)
        .next_action(NextAction::Fallback)
        .fallback_tool("sum")
        .partial_data(json!(["a"]))
        .details(json!({ "left": 0 }))
        .developer("shelf 7"))
}

/// Read the rows of a customer.
#[tool(scope = "read:rows.where(customer = customer)")]
async fn scoped(customer: u32) -> u32 {
    customer
}

/// Say who calls.
#[tool(read_only)]
async fn who(caller: Caller) -> (String, Vec<String>, Option<Value>) {
    (caller.principal().to_owned(), caller.scopes(), caller.claim("team").cloned())
}

/// Answer once a minute.
#[tool(read_only, rate_limit = "1/1m")]
async fn once() {}

/// Remove something.
#[tool(destructive)]
async fn remove(what: String) -> String {
    format!("removed {what}")
}

/// Sleep for longer than it may.
#[tool(read_only, timeout = "4m")]
async fn sleeps() {
    tokio::time::sleep(Duration::from_hours(1)).await;
}

/// Wait, and tell when that is over.
#[tool(read_only)]
async fn waits(State(seen): State<Seen>) {
    struct Dropped(Seen);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.add(Map::from_iter([("dropped".to_owned(), Value::Null)]));
        }
    }
    let _dropped = Dropped(seen);
    std::future::pending::<()>().await;
}

pub(crate) fn server() -> TestServer {
    server_with(Seen::default())
}

pub(crate) fn server_with(seen: Seen) -> TestServer {
    TestServer::new(tools![
        sum, text, nothing, blocks, everything, fails, scoped, who, once, remove, sleeps, waits
    ])
    .state(seen)
}
