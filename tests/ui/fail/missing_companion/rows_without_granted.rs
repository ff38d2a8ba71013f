#![allow(deprecated)]

use mcp_runtime::{tool, tools};

/// List the invoices of a customer.
#[tool(scope = "read:invoices.where(customer_id)")]
async fn list_invoices(year: u16) -> Vec<u16> {
    vec![year]
}

fn main() {
    let _ = tools![list_invoices];
    drop(list_invoices(2026));
}
