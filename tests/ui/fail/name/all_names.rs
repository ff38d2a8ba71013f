use mcp_runtime::{tool, tools};

/// A name with a space.
#[tool(name = "get invoice")]
async fn space() {}

/// A name with a stray character.
#[tool(name = "billing/get")]
async fn slash() {}

/// A name that is empty.
#[tool(name = "")]
async fn empty() {}

/// A name that is too long.
#[tool(name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
async fn long() {}

/// A function's name that can't be a tool's.
#[tool]
async fn größe() {}

fn main() {
    drop((space(), slash(), empty(), long(), größe()));
    let _ = tools![space];
}
