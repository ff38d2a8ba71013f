//! Changes of the lists, from the tools that make them to the clients that listen.

use std::sync::LazyLock;
use std::time::Duration;

use mcp_runtime::tool;
use tokio::sync::broadcast;

/// Which list changed.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Tools,
    Prompts,
}

// One for the process: over HTTP the request that changes a list and the request that listens are
// served by two instances of the handler.
static CHANGES: LazyLock<broadcast::Sender<Change>> = LazyLock::new(|| broadcast::channel(16).0);

pub(crate) fn listen() -> broadcast::Receiver<Change> {
    CHANGES.subscribe()
}

/// Say that the list of tools changed.
#[tool]
pub(crate) async fn test_trigger_tool_change() -> &'static str {
    announce(Change::Tools).await
}

/// Say that the list of prompts changed.
#[tool]
pub(crate) async fn test_trigger_prompt_change() -> &'static str {
    announce(Change::Prompts).await
}

async fn announce(change: Change) -> &'static str {
    // A subscription is acknowledged before it listens, and the suite waits for no more than that.
    tokio::time::sleep(Duration::from_millis(100)).await;
    if CHANGES.send(change).is_ok() { "Announced" } else { "Nobody listens" }
}
