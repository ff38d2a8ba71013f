#![allow(deprecated)]

use mcp_runtime::{Context, State, tool, tools};

fn in_order(from: &u32, to: &u32) -> Result<(), &'static str> {
    if from < to { Ok(()) } else { Err("must rise") }
}

/// No such parameter.
#[tool(public, check = [in_order(form, to), in_order(from, ledgr), in_order(from, elsewhere)])]
async fn names(from: u32, to: u32, State(ledger): State<u8>) -> u32 {
    from + to + u32::from(ledger)
}

/// Nothing to look at.
#[tool(public, check = [in_order(), in_order])]
async fn nothing(_: Context) {}

/// Nothing to look at, either.
#[tool(public, check = in_order)]
async fn no_arguments(_: Context) {}

/// Values.
#[tool(public, check = in_order(&from, 7))]
async fn values(from: u32) -> u32 {
    from
}

/// No function.
#[tool(public, check = "in_order")]
async fn quoted(from: u32) -> u32 {
    from
}

/// No path.
#[tool(public, check = |from| Ok(()))]
async fn closure(from: u32) -> u32 {
    from
}

/// More than one argument where there is one.
#[tool(public)]
async fn single(#[arg(check = in_order(from, to))] from: u32, to: u32) -> u32 {
    from + to
}

/// Nothing is wrong with this one.
#[tool(public, check = in_order)]
async fn correct(from: u32, to: u32) -> u32 {
    from + to
}

fn main() {
    let _ = tools![names, correct];
    let _ = (names, nothing, no_arguments, values, quoted, closure, single);
}
