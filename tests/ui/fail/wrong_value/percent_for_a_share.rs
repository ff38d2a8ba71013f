use mcp_runtime::dependency;

/// The bank that invoices are paid through.
#[dependency(breaker(ratio = 50))]
struct Bank;

fn main() {
    let _ = Bank;
}
