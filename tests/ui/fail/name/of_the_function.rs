use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn größe(number: String) -> String {
    number
}

fn main() {
    let _ = tools![größe];
    drop(größe(String::new()));
}
