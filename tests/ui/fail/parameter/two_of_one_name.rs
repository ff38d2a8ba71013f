use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(#[arg(rename = "id")] customer: String, id: String) -> String {
    customer + &id
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new(), String::new()));
}
