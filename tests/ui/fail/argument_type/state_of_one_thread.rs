use mcp_runtime::{State, tool, tools};

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(State(counter): State<std::cell::Cell<u64>>) -> String {
    counter.get().to_string()
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(State(std::cell::Cell::new(1))));
}
