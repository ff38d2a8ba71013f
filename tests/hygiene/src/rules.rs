//! Every key at once.

use rt::{Context, State, tool, tools};
use serde::Deserialize;

/// A page of results.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
pub struct Page {
    /// From 0.
    pub number: u32,
}

/// Everything that can be said about a tool.
#[tool(
    crate = rt,
    name = "rules.every-key",
    title = "Every key",
    description = "Every key.",
    destructive,
    idempotent(natural),
    open_world,
    timeout = "1500ms",
    version = "3",
    icons = ["data:,"],
    meta = std::collections::BTreeMap::from([("team", "billing")]),
)]
pub async fn every_key(
    #[arg(
        rename = "customerId",
        description = "Who.",
        default = 5_000_000_000,
        example = -1,
        range(-9_000_000_000..=9_000_000_000),
        header = "Customer",
    )]
    customer: i64,
    #[arg(range(0.0..1.5))] ratio: f64,
    #[arg(length(1..=64), pattern = r"^\d+$", format = "date")] text: String,
    #[arg(items(1..))] list: Vec<u8>,
    context: Context,
    State(state): State<u8>,
    _: State<u16>,
) -> Result<String, rt::ToolError> {
    drop((customer, ratio, list, context, state));
    Ok(text)
}

/// Takes a page.
#[tool(crate = rt, read_only)]
pub async fn paged(#[arg(flatten)] page: Page) -> u32 {
    page.number
}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![every_key, paged]
}
