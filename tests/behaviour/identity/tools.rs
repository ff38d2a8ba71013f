//! One tool for each kind of access.

use mcp_runtime::{Granted, Tools, tool};
use serde::Deserialize;

/// Anyone may.
#[tool(read_only, public)]
pub(super) async fn open() -> &'static str {
    "done"
}

/// Readers may.
#[tool(scope = "read:invoices")]
pub(super) async fn plain() -> &'static str {
    "done"
}

/// The rows of one customer.
#[tool(scope = "read:invoices.where(customer_id = customer)")]
async fn bound(customer: u32) -> String {
    format!("rows of {customer}")
}

/// The constraint of a grant.
#[derive(Deserialize)]
struct Mine {
    customer_id: u32,
}

/// The caller's own rows.
#[tool(scope = "read:invoices.where(customer_id)")]
async fn filtered(granted: Granted<Mine>) -> String {
    match granted.rows() {
        None => "all rows".to_owned(),
        Some(mine) => {
            let ids: Vec<_> = mine.iter().map(|mine| mine.customer_id.to_string()).collect();
            format!("rows of {}", ids.join(" and "))
        }
    }
}

/// Who reads and pays may.
#[tool(scope = ["read:invoices", "write:payments"])]
async fn both() -> &'static str {
    "done"
}

/// All of them.
pub(super) fn tools() -> Tools {
    mcp_runtime::tools![open, plain, bound, filtered, both]
}
