use mcp_runtime::{dependency, tool, tools};

/// The bank that invoices are paid through.
#[dependency]
struct Bank;

/// Fetch one invoice.
#[tool(read_only, dependency = [Bank, Bank])]
async fn get_invoice(number: String) -> String {
    number
}

fn main() {
    let _ = tools![get_invoice];
    drop(get_invoice(String::new()));
}
