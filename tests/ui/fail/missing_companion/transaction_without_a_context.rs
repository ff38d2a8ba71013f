#![allow(deprecated)]

use mcp_runtime::{tool, tools};

/// Pay an invoice.
#[tool(idempotent(transaction))]
async fn pay_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![pay_invoice];
    drop(pay_invoice(String::new()));
}
