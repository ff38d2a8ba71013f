#![allow(deprecated)]

use mcp_runtime::{ToolError, tool, tools};

struct Ledger;

#[derive(Debug)]
struct LedgerError;

type Answer = Result<String, LedgerError>;

/// A result without a form.
#[tool]
async fn plain() -> Ledger {
    Ledger
}

/// The same in a `Result`.
#[tool]
async fn success() -> Result<Ledger, ToolError> {
    Ok(Ledger)
}

/// An error without a conversion.
#[tool]
async fn failure() -> Result<String, LedgerError> {
    Err(LedgerError)
}

/// The same behind an alias.
#[tool]
async fn alias() -> Answer {
    Err(LedgerError)
}

fn main() {
    drop((plain(), success(), failure(), alias()));
    let _ = tools![plain, success, failure, alias];
}
