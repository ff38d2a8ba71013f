use mcp_runtime::{tool, tools};

/// Delete an invoice.
#[tool(scope = "read:invoices", destructive)]
async fn delete_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![delete_invoice];
    drop(delete_invoice(String::new()));
}
