use mcp_runtime::{tool, tools};

/// Unlock the ledger.
#[tool(public)]
async fn unlock(#[arg(secret, header = "Pin")] pin: String) -> String {
    pin
}

fn main() {
    let _ = tools![unlock];
    drop(unlock(String::new()));
}
