#![allow(deprecated)]

use mcp_runtime::{tool, tools};

/// Nothing is said.
#[tool(audit)]
async fn bare() {}

/// Nor is it here.
#[tool(audit())]
async fn empty() {}

/// Not by its value.
#[tool(audit = "off")]
async fn off() {}

/// Words that aren't there.
#[tool(audit(results = "digest"))]
async fn misspelt() {}

/// Nor is this one.
#[tool(audit(result = "plain"))]
async fn plain() {}

/// Nor this one, quite.
#[tool(audit(result = "redact"))]
async fn redact() {}

/// Longer than any archive.
#[tool(audit(retention = "3651d"))]
async fn forever() {}

/// The word of a tool.
#[tool(public)]
async fn digest(#[arg(audit = "digest")] number: u64) {
    let _ = number;
}

/// A flag.
#[tool(public)]
async fn flag(#[arg(audit)] number: u64) {
    let _ = number;
}

/// For all to read, and for nobody.
#[tool(public)]
async fn secret(#[arg(secret, audit = "plain")] pin: String) {
    drop(pin);
}

/// Nothing is wrong with this one.
#[tool(public, audit(result = "redacted", retention = "3650d"))]
async fn correct(#[arg(audit = "plain")] number: u64) -> u64 {
    number
}

fn main() {
    let _ = tools![bare, correct];
    let _ = (empty, off, misspelt, plain, redact, forever, digest, flag, secret);
}
