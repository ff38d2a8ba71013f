use mcp_runtime::{tool, tools};

/// Move an invoice.
#[tool(public)]
async fn move_invoice(
    #[arg(header = "Region")] from: String,
    #[arg(header = "REGION")] to: String,
) -> String {
    from + &to
}

fn main() {
    let _ = tools![move_invoice];
    drop(move_invoice(String::new(), String::new()));
}
