use mcp_runtime::dependency;

/// The bank that invoices are paid through.
#[dependency(concurency = 16)]
struct Bank;

fn main() {
    let _ = Bank;
}
