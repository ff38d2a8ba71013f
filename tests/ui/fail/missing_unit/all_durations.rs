use mcp_runtime::{tool, tools};

/// A unit in other words.
#[tool(timeout = "30 sec")]
async fn words() {}

/// A space.
#[tool(timeout = "30 s")]
async fn space() {}

/// No unit.
#[tool(timeout = "10")]
async fn no_unit() {}

/// A number without a unit.
#[tool(timeout = 10)]
async fn number() {}

/// No quotes.
#[tool(timeout = 10s)]
async fn no_quotes() {}

/// A unit that doesn't exist here.
#[tool(timeout = "2w")]
async fn weeks() {}

/// A fraction.
#[tool(timeout = "1.5s")]
async fn fraction() {}

/// No time at all.
#[tool(timeout = "0s")]
async fn zero() {}

/// Longer than a year.
#[tool(timeout = "9000h")]
async fn long() {}

/// No number.
#[tool(timeout = "soon")]
async fn soon() {}

/// Something else.
#[tool(timeout = true)]
async fn other() {}

fn main() {
    drop((words(), space(), no_unit(), number(), no_quotes(), weeks()));
    drop((fraction(), zero(), long(), soon(), other()));
    let _ = tools![words];
}
