use mcp_runtime::{tool, tools};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Receipt {
    invoice_id: u64,
}

/// Pay an invoice.
#[tool(idempotent(key("invoice_id")))]
async fn pay_invoice(invoice_id: u64) -> Receipt {
    Receipt { invoice_id }
}

fn main() {
    let _ = tools![pay_invoice];
    drop(pay_invoice(1));
}
