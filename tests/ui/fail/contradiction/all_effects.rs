use mcp_runtime::{tool, tools};

/// To destroy takes more than to read.
#[tool(scope = ["read:invoices", "read:reports"], destructive)]
async fn destroys() {}

/// Who only reads needs no right to write.
#[tool(read_only, scope = ["admin:invoices", "write:invoices"])]
async fn reads() {}

/// One of the two.
#[tool(destructive, scope = "read:invoices", read_only)]
async fn either() {}

/// A repeat is answered by its key, and not from the cache.
#[tool(scope = "write:invoices", idempotent, cache_ttl = "30s")]
async fn writes() {}

/// Not safe to repeat, and never asked about.
#[tool(scope = "write:invoices", cache_ttl = "30s", retry)]
async fn pays() {}

/// Nobody would be asked.
#[tool(scope = "write:invoices", confirm = "never")]
async fn asks() {}

/// A word that isn't there.
#[tool(destructive, confirm = "always")]
async fn always() {}

/// No word.
#[tool(destructive, confirm = false)]
async fn shape() {}

fn main() {
    let _ = tools![destroys];
    drop((destroys(), reads(), either(), writes(), pays(), asks(), always(), shape()));
}
