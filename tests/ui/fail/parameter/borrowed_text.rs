use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(number: &str) -> String {
    number.to_owned()
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice("FV/2026/03/17"));
}
