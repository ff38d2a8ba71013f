use mcp_runtime::dependency;

/// The bank that invoices are paid through.
#[dependency(name = "the bank")]
struct Bank;

fn main() {
    let _ = Bank;
}
