//! Where a text breaks off there is no token to point at; the caret is at the last that there is,
//! and never under the whole macro.

use mcp_runtime::{tool, tools};

/// A value that is none.
#[tool(timeout = 'a)]
async fn broken_off() {}

/// A clause without bounds.
#[tool]
async fn unbounded() where {}

mcp_runtime::scopes! {
    , "read:invoices" => "Read invoices"
}

fn main() {
    let _ = tools![#[cfg(unix)]];
}
