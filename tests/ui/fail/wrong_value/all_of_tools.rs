use mcp_runtime::{tool, tools};

/// A key that nearly exists, and one that doesn't.
#[tool(tiemout = "5s", colour = "red")]
async fn unknown() {}

/// A key twice.
#[tool(read_only, title = "One", read_only, title = "Two")]
async fn twice() {}

/// Keys that need a value, or none, or another one.
#[tool(title, read_only = true, name(search), version = 2, open_world("web"))]
async fn shapes() {}

/// A value that never comes.
#[tool(title = , read_only)]
async fn no_value() {}

/// Commas and quotes in the wrong places.
#[tool(read_only open_world, "title", version = "1" + 2 3)]
async fn punctuation() {}

/// Two claims that exclude each other.
#[tool(destructive, timeout = "1s", read_only)]
async fn contradiction() {}

/// A path in quotes.
#[tool(crate = "mcp_runtime")]
async fn quoted() {}

/// Texts that say nothing.
#[tool(title = "", version = " ")]
async fn blank() {}

fn main() {
    drop((unknown(), twice(), shapes(), no_value(), punctuation()));
    drop((contradiction(), quoted(), blank()));
    let _ = tools![unknown, shapes, contradiction];
}
