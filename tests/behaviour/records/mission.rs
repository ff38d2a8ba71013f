//! The mission's own line does what it says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mcp_runtime::{Caller, Code, State, ToolError, tool, tools};
use mcp_testkit::TestServer;
use serde_json::json;

#[derive(Clone, Default)]
struct Db {
    reads: Arc<AtomicU32>,
    pause: Duration,
}

#[derive(Debug, thiserror::Error, ToolError)]
enum LedgerError {
    #[error("no invoice has this number")]
    #[tool_error(code = "not_found")]
    Unknown,
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Invoice {
    number: String,
    read: u32,
}

/// Fetch one invoice.
#[tool(scope = "read:invoices", cache_ttl = "30s", timeout = "10s", idempotent)]
async fn get_invoice(
    /// Invoice number
    number: String,
    State(db): State<Db>,
) -> Result<Invoice, LedgerError> {
    tokio::time::sleep(db.pause).await;
    if number.is_empty() {
        return Err(LedgerError::Unknown);
    }
    Ok(Invoice { number, read: db.reads.fetch_add(1, Ordering::Relaxed) })
}

#[tokio::test(start_paused = true)]
async fn the_line_of_the_readme_holds() {
    let db = Db::default();
    let server = TestServer::new(tools![get_invoice]).state(db.clone());
    let tool = server.list().next().unwrap();
    assert!(tool.is_read_only() && tool.is_idempotent());
    assert_eq!(tool.timeout(), Duration::from_secs(10));

    // Scope.
    let eve = Caller::new("eve");
    let refused = server.as_caller(&eve).call("get_invoice", json!({ "number": "1" })).await;
    assert_eq!(*refused.error().code(), Code::InsufficientScope);

    // Cache.
    let anna = Caller::new("anna").with_scope("read:invoices").unwrap();
    let anna = server.as_caller(&anna);
    let read = |number: &'static str| anna.call("get_invoice", json!({ "number": number }));
    assert_eq!(read("1").await.data::<Invoice>().read, 0);
    assert_eq!(read("1").await.data::<Invoice>().read, 0, "from the cache");
    tokio::time::advance(Duration::from_secs(34)).await;
    assert_eq!(read("1").await.data::<Invoice>().read, 1, "too old");

    // What the function says goes wrong.
    assert_eq!(*read("").await.error().code(), Code::NotFound);

    // All of it is on record.
    let outcomes: Vec<_> = server
        .audit()
        .iter()
        .filter(|record| record["kind"] != "intent")
        .map(|record| record["outcome"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes, ["insufficient_scope", "ok", "ok", "ok", "not_found"]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_in_time() {
    let db = Db { pause: Duration::from_secs(11), ..Db::default() };
    let server = TestServer::new(tools![get_invoice]).state(db);
    let late = server.call("get_invoice", json!({ "number": "1" })).await;
    assert_eq!(*late.error().code(), Code::Timeout);
    assert!(late.error().is_retryable(), "a read can be made again");
}
