use mcp_runtime::{tool, tools};

/// List invoices.
#[tool(public)]
async fn list_invoices(#[arg(items(..0))] numbers: Vec<String>) -> Vec<String> {
    numbers
}

fn main() {
    let _ = tools![list_invoices];
    drop(list_invoices(Vec::new()));
}
