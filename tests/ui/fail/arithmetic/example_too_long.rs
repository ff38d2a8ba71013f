use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(public)]
async fn get_invoice(#[arg(example = "FV/2026/03/17", length(..=8))] number: String) -> String {
    number
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
