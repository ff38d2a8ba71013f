use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only, timeout = "10s", retry(attempts = 3, attempt_timeout = "5s"))]
async fn get_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
