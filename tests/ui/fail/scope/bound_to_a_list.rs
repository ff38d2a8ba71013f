use mcp_runtime::{tool, tools};

/// List the invoices of a customer.
#[tool(scope = "read:invoices.where(customer_id = customers)")]
async fn list_invoices(customers: Vec<u64>) -> Vec<u64> {
    customers
}

fn main() {
    let _ = tools![list_invoices];
    drop(list_invoices(vec![17]));
}
