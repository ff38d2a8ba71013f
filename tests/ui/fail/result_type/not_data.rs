#![allow(deprecated)]

use mcp_runtime::{tool, tools};

struct Invoice {
    number: String,
}

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(number: String) -> Invoice {
    Invoice { number }
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
