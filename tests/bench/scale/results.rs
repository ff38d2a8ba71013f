//! A cache that was given many more results than it has room for.

use mcp_runtime::{App, AuditLog, Caller, Decision, Server, Store, ToolError, tools};
use serde_json::json;

use super::{Ready, arguments, calls, resident};
use crate::{Outcome, served};

const TOOL: &str = "get_invoice";
/// Calls whose misses are timed while there is room, and after there is none.
const TIMED: u64 = 20_000;

fn ready(number: u64) -> Ready {
    Ready { caller: Caller::anonymous(), arguments: arguments(number) }
}

/// Fills a cache with so many results, and asks for the newest ones again.
pub fn results(count: u64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::new("bench", "1.0.0").store(Store::memory()).audit(AuditLog::off());
        let app = server.tools(tools![served::kept]).build()?;
        calls(&app, TOOL, 0..TIMED / 10, ready).await?;
        let before = resident();
        let room = calls(&app, TOOL, TIMED / 10..TIMED, ready).await?;
        calls(&app, TOOL, TIMED..count - TIMED, ready).await?;
        let full = calls(&app, TOOL, count - TIMED..count, ready).await?;
        let after = resident();
        let hit = calls(&app, TOOL, count - TIMED..count, ready).await?;
        let hits = app.stats().get(TOOL, Decision::CacheHit);
        if hits != TIMED {
            return Err(format!("of the newest {TIMED} results {hits} were kept").into());
        }
        let report = json!({
            "room": room,
            "full": full,
            "hit": hit,
            "kept": kept(&app, count).await?,
            "before": before,
            "after": after,
        });
        println!("{report}");
        Ok(())
    })
}

/// How many of so many results are still there: the newest ones, until one isn't.
async fn kept(app: &App, count: u64) -> Result<u64, ToolError> {
    let misses = || app.stats().get(TOOL, Decision::CacheMiss);
    let before = misses();
    for number in (0..count).rev() {
        calls(app, TOOL, number..number + 1, ready).await?;
        if misses() > before {
            return Ok(count - 1 - number);
        }
    }
    Ok(count)
}
