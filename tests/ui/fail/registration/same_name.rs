#![allow(deprecated)]

use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(number: String) -> String {
    number
}

mod archive {
    /// Fetch an archived invoice.
    #[mcp_runtime::tool(read_only)]
    pub async fn get_invoice(number: String) -> String {
        number
    }
}

fn main() {
    let _ = tools![get_invoice, archive::get_invoice];
    drop(get_invoice(String::new()));
}
