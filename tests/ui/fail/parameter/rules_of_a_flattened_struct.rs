use mcp_runtime::{tool, tools};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(#[arg(flatten, default = 1)] page: Page) -> String {
    page.number.to_string()
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(Page { number: 1 }));
}
