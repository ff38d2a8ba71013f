//! A server for the tests that need a process of their own.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

use std::time::Duration;

use mcp_runtime::{Context, Server, tool, tools};

/// Answer at once.
#[tool(read_only)]
async fn quick() -> &'static str {
    "quick"
}

/// Answer after a while.
#[tool(read_only, timeout = "1h")]
async fn slow(
    /// Milliseconds.
    pause: u64,
) -> &'static str {
    eprintln!("slow has begun");
    tokio::time::sleep(Duration::from_millis(pause)).await;
    "slow"
}

/// Report progress.
#[tool(read_only)]
async fn progress(ctx: Context) -> &'static str {
    for step in 1..=3 {
        ctx.progress(f64::from(step), Some(3.0), None).await;
    }
    "done"
}

/// Panic.
#[tool(read_only)]
async fn panics() {
    panic!("on purpose");
}

/// Take a while, so many at a time.
#[tool(read_only, concurrency = 64, queue(depth = 256, wait = "1s"))]
async fn crowded() -> &'static str {
    tokio::time::sleep(Duration::from_millis(50)).await;
    "done"
}

/// Hold a thread for longer than any test waits.
#[tool(read_only, blocking, timeout = "200ms")]
async fn hangs() {
    std::thread::sleep(Duration::from_mins(1));
}

/// Answer at length.
#[tool(read_only)]
async fn bulky() -> String {
    "x".repeat(100 << 10)
}

/// Forget something for good.
#[tool(destructive)]
async fn forget(what: String) -> String {
    format!("forgot {what}")
}

#[tokio::main]
async fn main() -> Result<(), mcp_runtime::Error> {
    let tools = tools![quick, slow, progress, panics, crowded, hangs, bulky, forget];
    Server::new("behaviour", "1.0.0")
        .tools(tools)
        .allow_host("program.example")
        .allow_origin("https://program.example")
        .run()
        .await
}
