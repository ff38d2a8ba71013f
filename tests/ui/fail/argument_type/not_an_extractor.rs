use mcp_runtime::{tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice((series, number): (String, u32)) -> String {
    format!("{series}/{number}")
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice((String::new(), 1)));
}
