use mcp_runtime::{tool, tools};

async fn in_order(issued: &u32, due: &u32) -> Result<(), &'static str> {
    let here = std::rc::Rc::new(issued <= due);
    std::future::ready(()).await;
    if *here { Ok(()) } else { Err("is due before it is issued") }
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
