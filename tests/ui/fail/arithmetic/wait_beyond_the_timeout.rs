use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(concurrency = 16, timeout = "2s", queue(wait = "5s"))]
async fn get_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
