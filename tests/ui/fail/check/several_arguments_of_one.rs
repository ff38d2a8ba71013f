use mcp_runtime::{tool, tools};

fn in_order(issued: &u32, due: &u32) -> Result<(), &'static str> {
    if issued <= due { Ok(()) } else { Err("is due before it is issued") }
}

/// Issue an invoice.
#[tool(public)]
async fn issue_invoice(#[arg(check = in_order(issued, due))] issued: u32, due: u32) -> u32 {
    issued + due
}

fn main() {
    let _ = (tools![issue_invoice], in_order(&1, &2));
    drop(issue_invoice(1, 2));
}
