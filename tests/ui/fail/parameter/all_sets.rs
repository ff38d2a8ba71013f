use mcp_runtime::{tool, tools};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

/// Two arguments of one name.
#[tool]
async fn same_name(#[arg(rename = "id")] customer: u64, id: u64) -> u64 {
    customer + id
}

/// A flattened struct beside an argument.
#[tool]
async fn beside(#[arg(flatten)] page: Page, id: u64) -> u64 {
    u64::from(page.number) + id
}

fn main() {
    drop((same_name(1, 2), beside(Page { number: 1 }, 2)));
    let _ = tools![same_name];
}
