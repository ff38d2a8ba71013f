use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(public)]
async fn get_invoice(#[arg(rename = "")] number: String) -> String {
    number
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
