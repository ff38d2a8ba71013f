//! What an editor is asked about. Each case changes a few words of it.

use mcp_runtime::{State, Tools, tool, tools};

#[derive(Clone)]
struct Ledger;

impl Ledger {
    /// Adds up what a customer owes.
    fn balance_of(&self, customer: u32) -> u64 {
        u64::from(customer)
    }
}

/// Read the balance of a customer.
#[tool(read_only, timeout = "10s", retry(attempts = 2))]
async fn balance(
    /// The number on the customer's card.
    #[arg(range(1..))]
    customer: u32,
    State(ledger): State<Ledger>,
) -> u64 {
    ledger.balance_of(customer)
}

fn all() -> Tools {
    tools![balance]
}

fn main() {
    drop(all());
}
