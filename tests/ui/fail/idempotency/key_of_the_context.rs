#![allow(deprecated)]

use mcp_runtime::{Context, tool, tools};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Receipt {
    invoice_id: u64,
}

/// Pay an invoice.
#[tool(idempotent(key(context)))]
async fn pay_invoice(invoice_id: u64, context: Context) -> Receipt {
    drop(context);
    Receipt { invoice_id }
}

fn main() {
    let _ = tools![pay_invoice];
    let _ = pay_invoice;
}
