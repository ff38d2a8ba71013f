#![allow(deprecated)]

use mcp_runtime::{tool, tools};

mod web {
    /// Search the web.
    #[mcp_runtime::tool]
    pub async fn search(query: String) -> String {
        query
    }
}

/// Search the disk.
#[tool]
async fn search(query: String) -> String {
    query
}

/// Search both.
#[tool(name = "search")]
async fn search_all(query: String) -> String {
    query
}

fn main() {
    let _ = tools![search, web::search, search_all];
    drop((search(String::new()), web::search(String::new()), search_all(String::new())));
}
