//! Every way to say what is kept of a call.

use mcp_runtime::{Context, State, ToolError, tool, tools};

#[derive(Clone)]
struct Ledger {
    rows: Vec<Receipt>,
}

#[derive(Clone, serde::Serialize, schemars::JsonSchema)]
struct Receipt {
    invoice: String,
}

type Answer<T> = Result<T, LedgerError>;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("the ledger is gone")]
struct LedgerError;

async fn find(invoice: &str, ledger: &Ledger) -> Result<Option<Receipt>, LedgerError> {
    Ok(ledger.rows.iter().find(|row| row.invoice == invoice).cloned())
}

/// As the announcement has it.
#[tool(scope = "read:invoices", cache_ttl = "30s", timeout = "10s", idempotent)]
async fn count_invoices() -> u64 {
    0
}

/// By the client's key.
#[tool(scope = "write:invoices", idempotent, retry)]
async fn issue_invoice(amount: u64) -> u64 {
    amount
}

/// With everything that goes together.
#[tool(
    scope = "write:payments",
    idempotent(
        key(invoice, r#type,),
        ttl = "365d",
        required,
        in_flight = "reject",
        reconcile = find(invoice, ledger)
    ),
    audit(result = "redacted", retention = "3650d")
)]
async fn pay_invoice(
    #[arg(rename = "invoiceId", audit = "plain")] mut invoice: String,
    r#type: Option<u8>,
    #[cfg(target_pointer_width = "16")] other: Missing,
    State(mut ledger): State<Ledger>,
) -> Answer<Receipt> {
    let _ = r#type;
    invoice.push('!');
    ledger.rows.push(Receipt { invoice });
    ledger.rows.pop().ok_or(LedgerError)
}

mod rules {
    use super::{Context, Ledger, State, ToolError};

    /// Gets everything with a plain name, and has an error of its own.
    pub(super) async fn sent(to: &str, _: &Context) -> Result<Option<()>, ToolError> {
        if to.is_empty() { Ok(None) } else { Ok(Some(())) }
    }

    /// Of what is no argument.
    pub(super) async fn balance(ledger: &Ledger) -> Result<Option<u64>, ToolError> {
        Ok(Some(ledger.rows.len() as u64))
    }

    /// By the client's key, and nothing to tell its calls apart.
    #[mcp_runtime::tool(idempotent(reconcile = balance(ledger)))]
    pub(super) async fn close(State(ledger): State<Ledger>) -> u64 {
        ledger.rows.len() as u64
    }
}

/// With every parameter that has a plain name.
#[tool(idempotent(reconcile = rules::sent))]
async fn send(to: String, context: Context) -> Answer<()> {
    drop((to, context));
    Ok(())
}

/// A key of all arguments, for a result that is none.
#[tool(destructive, confirm = "never", idempotent(key(..), in_flight = "wait", ttl = "5m"))]
async fn forget(to: String) {
    drop(to);
}

/// Where the effect is in the same database.
#[tool(idempotent(transaction), audit(retention = "7d"))]
async fn transfer(context: Context, #[arg(audit = "plain", header = "Amount")] amount: u64) -> u64 {
    drop(context);
    amount
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u64,
}

/// All fields are for the log.
#[tool(idempotent(key(..)))]
async fn print(#[arg(flatten, audit = "plain")] page: Page) -> u64 {
    page.number
}

/// A repeat is harmless, whatever the verb.
#[tool(read_only, idempotent(natural), audit(result = "digest"))]
async fn look() {}

fn main() {
    let _ = tools![count_invoices, issue_invoice, pay_invoice, rules::close];
    let _ = tools![send, forget, transfer, print, look];
}
