#![allow(deprecated)]

use mcp_runtime::{Caller, tool, tools};

/// List the caller's invoices.
#[tool(read_only, cache_ttl = "30s", cache(shared))]
async fn list_invoices(caller: Caller) -> String {
    drop(caller);
    String::new()
}

fn main() {
    let _ = tools![list_invoices];
    let _ = list_invoices;
}
