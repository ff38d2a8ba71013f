use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(public)]
async fn get_invoice(#[arg(header = "Regions")] regions: Vec<String>) -> Vec<String> {
    regions
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(Vec::new()));
}
