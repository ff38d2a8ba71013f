use mcp_runtime::dependency;

/// The bank that invoices are paid through.
#[dependency]
fn bank() {}

fn main() {
    bank();
}
