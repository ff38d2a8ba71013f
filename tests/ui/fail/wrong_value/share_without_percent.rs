use mcp_runtime::dependency;

/// The bank that invoices are paid through.
#[dependency(retry_budget = "10")]
struct Bank;

fn main() {
    let _ = Bank;
}
