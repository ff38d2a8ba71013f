use mcp_runtime::{tool, tools};

/// The price of a share.
#[tool(read_only, fallback = price)]
async fn price(symbol: String) -> u64 {
    symbol.len() as u64
}

fn main() {
    let _ = tools![price];
    drop(price(String::new()));
}
