use mcp_runtime::{ToolError, tool, tools};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Receipt {
    invoice_id: u64,
}

fn find_payment(invoice_id: &u64) -> Result<Option<Receipt>, ToolError> {
    Ok(Some(Receipt { invoice_id: *invoice_id }))
}

/// Pay an invoice.
#[tool(idempotent(reconcile = find_payment))]
async fn pay_invoice(invoice_id: u64) -> Receipt {
    Receipt { invoice_id }
}

fn main() {
    let _ = tools![pay_invoice];
    drop(pay_invoice(1));
}
