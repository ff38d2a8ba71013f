use mcp_runtime::{State, tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(#[arg(description = "The ledger.")] State(ledger): State<String>) -> String {
    ledger
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(State(String::new())));
}
