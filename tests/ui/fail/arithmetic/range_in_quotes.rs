use mcp_runtime::{tool, tools};

/// List invoices.
#[tool(public)]
async fn list_invoices(#[arg(range("1"..="100"))] limit: u32) -> u32 {
    limit
}

fn main() {
    let _ = tools![list_invoices];
    drop(list_invoices(1));
}
