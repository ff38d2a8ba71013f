#![allow(deprecated)]

mod access {
    mcp_runtime::scopes! {
        "read:invoices" => "Read invoices",
    }
}

/// A catalogue that nobody finds says nothing about it.
#[mcp_runtime::tool(scope = "read:invoice")]
async fn list() {}

fn main() {
    drop(list());
}
