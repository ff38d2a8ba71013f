use mcp_runtime::{tool, tools};

/// List the invoices of a customer.
#[tool(scope = "read:invoices.where(pin = pin)")]
async fn list_invoices(#[arg(secret)] pin: u64) -> Vec<u64> {
    vec![pin]
}

fn main() {
    let _ = tools![list_invoices];
    drop(list_invoices(17));
}
