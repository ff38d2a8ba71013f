use mcp_runtime::{tool, tools};

/// Pay an invoice.
#[tool(timeout = "1m", idempotent(ttl = "30s"))]
async fn pay_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![pay_invoice];
    drop(pay_invoice(String::new()));
}
