use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(number: Option<&str>) -> String {
    number.unwrap_or_default().to_owned()
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(None));
}
