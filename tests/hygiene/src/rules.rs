//! Every key at once.

use rt::{Context, Granted, State, ToolError, tool, tools};
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
    confirm = "never",
    scope = ["admin:rules.where(customer_id = customer, text = text)", "write:rules"],
    check = [rises(ratio, customer), known(text, state), quick(context)],
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
    #[arg(length(1..=64), pattern = r"^\d+$", format = "date", check = not_empty)] text: String,
    #[arg(items(1..))] list: Vec<u8>,
    context: Context,
    State(state): State<u8>,
    _: State<u16>,
) -> Result<String, ToolError> {
    drop((customer, ratio, list, context, state));
    Ok(text)
}

fn rises(ratio: &f64, customer: &i64) -> Result<(), String> {
    if *ratio > 1.0 { Ok(()) } else { Err(format!("{customer} is too much")) }
}

async fn known(text: &str, state: &u8) -> Result<(), ToolError> {
    let _ = (text, state);
    Ok(())
}

async fn quick(context: &Context) -> Result<(), &'static str> {
    if context.remaining().is_zero() { Err("is late") } else { Ok(()) }
}

const fn not_empty(text: &str) -> Result<(), &'static str> {
    if text.is_empty() { Err("is empty") } else { Ok(()) }
}

const fn counted(page: &Page) -> Result<(), &'static str> {
    if page.number == 0 { Err("is zero") } else { Ok(()) }
}

/// Takes a page.
#[tool(crate = rt, public, read_only)]
pub async fn paged(#[arg(flatten, check = counted)] page: Page) -> u32 {
    page.number
}

/// Keeps a secret, and some rows from the caller.
#[tool(crate = rt, scope = ["write:rules", "admin:rules.where(number, year)"])]
pub async fn kept(#[arg(secret, length(4..=8))] pin: String, granted: Granted<Page>) -> bool {
    granted.allows(|page| page.number == 1 && pin.is_empty())
}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![every_key, paged, kept]
}
