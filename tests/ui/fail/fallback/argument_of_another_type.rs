#![allow(deprecated)]

use mcp_runtime::{tool, tools};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Price(u64);

/// The price at the last close.
#[tool(read_only)]
async fn closing_price(symbol: u64) -> Price {
    Price(symbol)
}

/// The price of a share.
#[tool(read_only, fallback = closing_price)]
async fn price(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

fn main() {
    let _ = tools![price];
    drop(price(String::new()));
}
