//! What is legal and unwise: warnings, which are errors here. One for each thing, at its name.
#![deny(deprecated)]

use mcp_runtime::{Context, State, tool, tools};

/// A write that anyone may call, as far as it says.
#[tool]
async fn unsaid() {}

/// Writes that say who may call them, and a read, which needs not say it.
#[tool(public)]
async fn everyone() {}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

type Ctx = Context;

/// Arguments, with and without; what is none needs none.
#[tool(read_only)]
async fn report(
    /// As in the heading.
    number: u16,
    year: u16,
    #[arg(range(1..=12))] r#type: u8,
    context: Ctx,
    State(state): State<u8>,
) {
    drop((number, year, r#type, context, state));
}

/// A flattened struct describes itself.
#[tool(read_only)]
async fn page(#[arg(flatten)] page: Page) -> u32 {
    page.number
}

/// What takes nothing that a model could choose.
#[tool(scope = "read:reports")]
async fn reports(context: Ctx, State(state): State<u8>) -> Vec<u8> {
    drop(context);
    vec![state]
}

/// What says how much it is.
#[tool(scope = "read:reports", max_result = "4KB")]
async fn summary() -> String {
    String::new()
}

/// What is on its way out stays as it is.
#[deprecated]
#[tool]
async fn old(year: u16) {
    let _ = year;
}

fn main() {
    let _ = tools![unsaid, everyone, report, page, reports, summary];
}
