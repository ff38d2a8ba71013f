#![allow(deprecated)]

use mcp_runtime::{tool, tools};

mod web {
    pub async fn fetch() {}

    pub struct Page;
}

/// Search.
#[tool]
async fn search(query: String) -> String {
    query
}

async fn plain() {}

fn main() {
    let _ = tools![search, web::Page];
    let _ = tools![web::fetch, plain];
    let _ = tools![serach];
    drop((search(String::new()), web::fetch(), web::Page, plain()));
}
