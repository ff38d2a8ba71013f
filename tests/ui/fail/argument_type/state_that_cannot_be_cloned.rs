use mcp_runtime::{State, tool, tools};

struct Ledger {
    prefix: String,
}

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(State(ledger): State<Ledger>) -> String {
    ledger.prefix
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(State(Ledger { prefix: String::new() })));
}
