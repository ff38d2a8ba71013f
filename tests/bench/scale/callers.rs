//! A server that has seen very many callers.

use mcp_runtime::{App, AuditLog, Caller, Server, Store, tools};
use serde_json::json;

use super::{Ready, arguments, calls, resident};
use crate::{Outcome, recorder, served};

/// Calls of the one caller, and how many come before they are timed.
const ALONE: u64 = 100_000;
const WARM_UP: u64 = 10_000;
/// So many calls fill what the audit log keeps in memory: after them it doesn't grow.
const FILL_LOG: u64 = 5_000;

fn app(tools: mcp_runtime::Tools) -> Result<App, mcp_runtime::Error> {
    let server = Server::new("bench", "1.0.0").store(Store::memory());
    server.audit(AuditLog::memory()).tools(tools).build()
}

fn caller(number: u64) -> Caller {
    let caller = Caller::new(format!("caller-{number:08}"));
    // Without the scope its first call fails, and with it the measurement.
    caller.clone().with_scope("read:invoices").unwrap_or(caller)
}

/// Calls of one caller; then a call of each of so many others, the first `known` of which the
/// server can remember, under a rate that forgets none of them by itself.
pub fn callers(known: u64, count: u64) -> Outcome {
    recorder::install();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let first = caller(0);
        let same = |number| Ready { caller: first.clone(), arguments: arguments(number) };
        let other = |number| Ready { caller: caller(number), arguments: arguments(number) };
        let (often, seldom) = (app(tools![served::usual])?, app(tools![served::seldom])?);
        let tool = "get_invoice";
        calls(&often, tool, 0..WARM_UP, same).await?;
        let alone = calls(&often, tool, 0..ALONE, same).await?;
        drop(often);
        calls(&seldom, tool, count..count + FILL_LOG, other).await?;
        let before = resident();
        let growing = calls(&seldom, tool, 0..known, other).await?;
        let known_resident = resident();
        let full = calls(&seldom, tool, known..count, other).await?;
        let report = json!({
            "alone": alone,
            "growing": growing,
            "full": full,
            "before": before,
            "known": known_resident,
            "after": resident(),
        });
        println!("{report}");
        Ok(())
    })
}
