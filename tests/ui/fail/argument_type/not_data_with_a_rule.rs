use mcp_runtime::{tool, tools};

struct Invoice {
    number: String,
}

/// Fetch one invoice.
#[tool(read_only)]
async fn get_invoice(#[arg(description = "The invoice.")] invoice: Invoice) -> String {
    invoice.number
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(Invoice { number: String::new() }));
}
