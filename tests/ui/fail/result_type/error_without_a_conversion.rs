#![allow(deprecated)]

use mcp_runtime::{tool, tools};

#[derive(Debug)]
struct LedgerError {
    number: String,
}

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(number: String) -> Result<String, LedgerError> {
    Err(LedgerError { number })
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
