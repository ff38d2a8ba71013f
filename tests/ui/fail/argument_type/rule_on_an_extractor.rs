use mcp_runtime::{State, tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(#[arg(description = "The prefix.")] prefix: State<String>) -> String {
    prefix.0
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(State(String::new())));
}
