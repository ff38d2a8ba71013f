#![allow(deprecated)]

use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![get_invoce];
    drop(get_invoice(String::new()));
}
