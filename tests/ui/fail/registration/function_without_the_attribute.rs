#![allow(deprecated)]

use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(number: String) -> String {
    number
}

async fn list_invoices() {}

fn main() {
    let _ = tools![get_invoice, list_invoices];
    drop(get_invoice(String::new()));
}
