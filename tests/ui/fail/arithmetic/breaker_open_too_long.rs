use mcp_runtime::dependency;

/// The bank that invoices are paid through.
#[dependency(breaker(open = "2m"))]
struct Bank;

fn main() {
    let _ = Bank;
}
