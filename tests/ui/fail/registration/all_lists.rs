#![allow(deprecated)]

use mcp_runtime::{tool, tools};

/// Search.
#[tool]
async fn search(query: String) -> String {
    query
}

fn main() {
    let _ = tools!["search", search];
    let _ = tools![search(String::new())];
    let _ = tools![search, 5, |x| x];
    let _ = tools![search, , search];
    let _ = tools![search search];
    let _ = tools![#[allow(unused)] search];
    drop(search(String::new()));
}
