#![allow(deprecated)]

use mcp_runtime::{scopes, tool, tools};

scopes! {
    "read:invoices" => "Read invoices",
}

/// List the invoices of a customer.
#[tool(scope = "read:payments")]
async fn list_invoices(customer_id: u64) -> Vec<u64> {
    vec![customer_id]
}

fn main() {
    let _ = tools![list_invoices];
    drop(list_invoices(17));
}
