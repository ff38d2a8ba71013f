#![allow(deprecated)]

use mcp_runtime::{Arguments, Caller, Context, State, tool, tools};

/// A payment from the cache is none.
#[tool(cache_ttl = "30s", stale_if_error = "10m")]
async fn pay_invoice() {}

/// Old results of nothing.
#[tool(read_only, stale_while_revalidate = "10s", stale_if_error = "10m", cache(shared))]
async fn stale() {}

/// Lifetimes that are none.
#[tool(read_only, cache_ttl = dynamic)]
async fn preset() {}

#[tool(description = "No unit.", read_only, cache_ttl = 30)]
async fn unit() {}

/// A cache that says nothing.
#[tool(read_only, cache_ttl = static, cache)]
async fn nothing() {}

#[tool(description = "Misspelt.", read_only, cache_ttl = static, cache(share))]
async fn misspelt() {}

/// Everyone would get the first caller's result.
#[tool(read_only, cache_ttl = static, cache(shared))]
async fn whoami(caller: Caller) -> String {
    drop(caller);
    String::new()
}

/// The same, with more that is and is not the caller's.
#[tool(read_only, cache_ttl = static, cache(shared))]
async fn mixed(name: String, State(prefix): State<u8>, context: Context) -> String {
    drop((prefix, context));
    name
}

fn right(_: &mut Arguments) {}

/// Nothing is wrong with this one.
#[tool(read_only, cache_ttl = static, cache(shared, normalize = right))]
async fn correct(name: String, State(prefix): State<u8>) -> String {
    let _ = prefix;
    name
}

fn main() {
    let _ = tools![pay_invoice, stale, correct];
    drop((pay_invoice(), stale(), preset(), unit(), nothing(), misspelt()));
    drop(correct(String::new(), State(1)));
    let _ = (whoami, mixed);
}
