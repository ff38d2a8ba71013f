use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(number: String) -> impl std::fmt::Display {
    number
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
