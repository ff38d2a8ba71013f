use mcp_runtime::{tool, tools};

fn in_order(issued: &u32, due: &u32) -> bool {
    issued <= due
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
