use mcp_runtime::{dependency, tool, tools};

#[dependency]
struct Bank;

async fn plain(symbol: String) -> u64 {
    symbol.len() as u64
}

/// A dependency that doesn't exist.
#[tool(dependency = Bnak)]
async fn missing() {}

/// A fallback that is a function and no tool.
#[tool(read_only, fallback = plain)]
async fn price(symbol: String) -> u64 {
    symbol.len() as u64
}

/// A fallback that doesn't exist.
#[tool(read_only, fallback = web::price)]
async fn other(symbol: String) -> u64 {
    symbol.len() as u64
}

mod web {}

fn main() {
    let _ = tools![price];
    let symbol = String::new;
    drop((missing(), plain(symbol()), price(symbol()), other(symbol()), Bank));
}
