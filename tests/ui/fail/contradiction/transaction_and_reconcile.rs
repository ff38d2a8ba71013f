use mcp_runtime::{tool, tools};

async fn find_payment(_number: &str) -> Option<String> {
    None
}

/// Pay an invoice.
#[tool(idempotent(transaction, reconcile = find_payment))]
async fn pay_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![pay_invoice];
    drop(pay_invoice(String::new()));
}
