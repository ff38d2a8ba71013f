use mcp_runtime::{Granted, tool, tools};

#[derive(serde::Deserialize)]
struct Mine {
    customer_id: u64,
}

/// List the invoices of a customer.
#[tool(scope = "read:invoices")]
async fn list_invoices(granted: Granted<Mine>) -> bool {
    granted.allows(|mine| mine.customer_id == 17)
}

fn main() {
    let _ = tools![list_invoices];
    let _ = list_invoices;
}
