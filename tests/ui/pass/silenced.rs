//! What is unwise can be meant so: by one function, by one argument.
#![deny(warnings)]

use mcp_runtime::{State, tool, tools};

/// Everything that is unwise about a write.
#[tool]
#[allow(deprecated)]
async fn write(year: u16) {
    let _ = year;
}

/// One argument without a description.
#[tool(read_only)]
async fn read(
    #[allow(deprecated)] year: u16,
    /// The month, from 1.
    month: u16,
) {
    let _ = (year, month);
}

/// All of it or nothing.
#[allow(deprecated)]
#[tool(read_only)]
async fn all(State(state): State<u8>) -> u8 {
    state
}

fn main() {
    let _ = tools![write, read, all];
}
