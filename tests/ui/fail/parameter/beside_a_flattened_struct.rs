use mcp_runtime::{tool, tools};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(#[arg(flatten)] page: Page, number: String) -> String {
    format!("{number}, page {}", page.number)
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(Page { number: 1 }, String::new()));
}
