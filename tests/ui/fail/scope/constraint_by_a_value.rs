use mcp_runtime::{tool, tools};

/// List the invoices of a customer.
#[tool(scope = "read:invoices.where(customer_id = 17)")]
async fn list_invoices(customer_id: u64) -> Vec<u64> {
    vec![customer_id]
}

fn main() {
    let _ = tools![list_invoices];
    drop(list_invoices(17));
}
