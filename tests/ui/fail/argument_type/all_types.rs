use mcp_runtime::{State, tool, tools};

struct Invoice;
struct Ledger;

mod billing {
    pub struct Account;
}

/// A type that isn't data.
#[tool]
async fn plain(invoice: Invoice) {
    drop(invoice);
}

/// The same, in another place.
#[tool]
async fn qualified(account: billing::Account) {
    drop(account);
}

/// The same, with a rule.
#[tool]
async fn ruled(#[arg(description = "the invoice")] invoice: Invoice) {
    drop(invoice);
}

/// A rule on an extractor.
#[tool]
async fn extracted(#[arg(description = "the limit")] limit: State<u8>) {
    drop(limit);
}

/// A pattern that no extractor has.
#[tool]
async fn pair((one, two): (u8, u8)) -> u8 {
    one + two
}

/// A state that can't be shared.
#[tool]
async fn state(State(ledger): State<Ledger>) {
    drop(ledger);
}

/// A struct in a header.
#[tool]
async fn header(#[arg(header = "Lines")] lines: Vec<String>) {
    drop(lines);
}

fn main() {
    drop((plain(Invoice), qualified(billing::Account), ruled(Invoice)));
    drop((extracted(State(1)), pair((1, 2)), state(State(Ledger)), header(Vec::new())));
    let _ = tools![plain, pair];
}
