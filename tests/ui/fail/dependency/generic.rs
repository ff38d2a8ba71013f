use mcp_runtime::dependency;

/// A bank that invoices are paid through.
#[dependency]
struct Bank<Country>(Country);

fn main() {
    let _ = Bank("PL");
}
