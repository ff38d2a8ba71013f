#![allow(deprecated)]

use mcp_runtime::{Granted, tool, tools};

#[derive(serde::Deserialize)]
struct Mine {
    customer_id: u64,
}

/// Nobody keeps the constraint.
#[tool(scope = "read:invoices.where(customer_id)")]
async fn unkept(year: u16) -> u16 {
    year
}

/// Nothing is granted of rows.
#[tool(scope = "read:invoices")]
async fn unconstrained(granted: Granted<Mine>) -> bool {
    granted.allows(|mine| mine.customer_id == 1)
}

/// Nothing is granted at all.
#[tool(read_only)]
async fn unstated(granted: Granted<Mine>) -> bool {
    granted.rows().is_none()
}

/// Whose rows are these?
#[tool(scope = ["read:invoices.where(customer_id)", "read:reports.where(year = year)"])]
async fn mixed(year: u16, granted: Granted<Mine>) -> u16 {
    drop(granted);
    year
}

/// Nothing is wrong with this one.
#[tool(scope = ["read:invoices.where(customer_id)", "read:reports"])]
async fn correct(granted: Granted<Mine>) -> bool {
    granted.rows().is_none()
}

fn main() {
    let _ = tools![correct];
    let _ = (unkept, unconstrained, unstated, mixed);
}
