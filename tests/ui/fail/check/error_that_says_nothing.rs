use mcp_runtime::{tool, tools};

struct Wrong;

fn in_order(issued: &u32, due: &u32) -> Result<(), Wrong> {
    if issued <= due { Ok(()) } else { Err(Wrong) }
}

/// Issue an invoice.
#[tool(public, check = in_order)]
async fn issue_invoice(issued: u32, due: u32) -> u32 {
    issued + due
}

fn main() {
    let _ = tools![issue_invoice];
    drop(issue_invoice(1, 2));
}
