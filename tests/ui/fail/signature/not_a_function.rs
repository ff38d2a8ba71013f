/// An invoice.
#[mcp_runtime::tool]
struct Invoice;

fn main() {
    let _ = Invoice;
}
