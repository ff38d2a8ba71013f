use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(timeout = 10s)]
async fn get_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
