#![allow(deprecated)]

use mcp_runtime::{Context, State, ToolError, tool, tools};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Payment {
    invoice_id: u64,
}

async fn find(_: &u64) -> Result<Option<()>, ToolError> {
    Ok(None)
}

/// Where nothing changes, no key is kept.
#[tool(scope = "read:invoices", idempotent(key(invoice_id)))]
async fn reads(invoice_id: u64) {
    let _ = invoice_id;
}

/// No more than the word.
#[tool(idempotent())]
async fn empty() {}

/// A key of nothing.
#[tool(idempotent(key()))]
async fn nothing() {}

/// A key of something else.
#[tool(idempotent(key("invoice_id")))]
async fn quoted(invoice_id: u64) {
    let _ = invoice_id;
}

/// A key of all, and of one of them.
#[tool(idempotent(key(invoice_id, ..)))]
async fn all(invoice_id: u64) {
    let _ = invoice_id;
}

/// A key that is none.
#[tool(idempotent(kye(invoice_id)))]
async fn misspelt(invoice_id: u64) {
    let _ = invoice_id;
}

/// Twice the same.
#[tool(idempotent(key(invoice_id, invoice_id), required, required))]
async fn twice(invoice_id: u64) {
    let _ = invoice_id;
}

/// Keys of what isn't there.
#[tool(idempotent(key(invoiceid, customer)))]
async fn unknown(#[arg(rename = "id")] invoice_id: u64) {
    let _ = invoice_id;
}

/// Keys of what is no argument.
#[tool(idempotent(key(ledger, payment)))]
async fn extractors(State(ledger): State<u8>, #[arg(flatten)] payment: Payment) {
    let _ = (ledger, payment.invoice_id);
}

/// Nor is this, by its type.
#[tool(idempotent(key(context)))]
async fn context(context: Context) {
    drop(context);
}

/// A key that can be guessed.
#[tool(idempotent(key(pin)))]
async fn secret(#[arg(secret)] pin: String) {
    drop(pin);
}

/// Harmless by itself, and yet by key.
#[tool(idempotent(key(invoice_id), natural))]
async fn natural(invoice_id: u64) {
    let _ = invoice_id;
}

/// What always holds.
#[tool(idempotent(key(..), required))]
async fn required(invoice_id: u64) {
    let _ = invoice_id;
}

/// Two ways to know.
#[tool(idempotent(transaction, reconcile = find))]
async fn knows(invoice_id: u64) {
    let _ = invoice_id;
}

/// The other way round.
#[tool(idempotent(reconcile = find, transaction))]
async fn finds(invoice_id: u64) {
    let _ = invoice_id;
}

/// Forgotten while it runs.
#[tool(timeout = "1m", idempotent(ttl = "30s"))]
async fn short() {}

/// Nobody wrote either.
#[tool(open_world, idempotent(ttl = "29s"))]
async fn unstated() {}

/// Forgotten after a minute.
#[tool(timeout = "2m", idempotent(key(..)))]
async fn long(invoice_id: u64) {
    let _ = invoice_id;
}

/// Durations that are none.
#[tool(idempotent(ttl = "0s"))]
async fn zero() {}

/// Nor is that.
#[tool(idempotent(ttl = "366d"))]
async fn year() {}

/// A word that isn't there.
#[tool(idempotent(in_flight = "rejct"))]
async fn word() {}

/// Nobody has that parameter.
#[tool(idempotent(reconcile = find(invoiceid, ledger)))]
async fn operands(invoice_id: u64) {
    let _ = invoice_id;
}

/// Nothing to look at.
#[tool(idempotent(reconcile = find))]
async fn blind(State(ledger): State<u64>) {
    let _ = ledger;
}

/// No function.
#[tool(idempotent(reconcile = "find"))]
async fn text(invoice_id: u64) {
    let _ = invoice_id;
}

/// Nothing is wrong with this one.
#[tool(destructive, retry, idempotent(key(invoice_id), ttl = "48h", reconcile = find))]
async fn correct(invoice_id: u64) {
    let _ = invoice_id;
}

fn main() {
    let _ = tools![reads, correct];
    let _ = (empty, nothing, quoted, all, misspelt, twice, unknown, extractors, context, secret);
    let _ = (natural, required, knows, finds, short, unstated, long, zero, year, word, operands);
    let _ = (blind, text);
}
