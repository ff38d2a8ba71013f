use mcp_runtime::{State, tool, tools};

/// List the invoices of a customer.
#[tool(scope = "read:invoices.where(customer_id = customer)")]
async fn list_invoices(State(customer): State<u64>) -> Vec<u64> {
    vec![customer]
}

fn main() {
    let _ = tools![list_invoices];
    drop(list_invoices(State(17)));
}
