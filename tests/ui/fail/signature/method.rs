struct Ledger;

impl Ledger {
    /// Fetch one invoice.
    #[mcp_runtime::tool(read_only)]
    async fn get_invoice(&self, number: String) -> String {
        number
    }
}

fn main() {
    drop(Ledger.get_invoice(String::new()));
}
