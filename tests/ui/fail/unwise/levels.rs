//! What a function denies is denied here as well, and only there.
#![allow(deprecated)]

use mcp_runtime::{tool, tools};

/// Under the level of the crate.
#[tool]
async fn allowed(year: u16) {
    let _ = year;
}

/// Under a level of its own; one argument has yet another.
#[tool(public)]
#[deny(deprecated)]
async fn denied(month: u16, #[allow(deprecated)] year: u16) {
    let _ = (month, year);
}

fn main() {
    let _ = tools![allowed, denied];
}
