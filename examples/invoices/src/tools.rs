//! The tools: one function on each operation of the [`Ledger`].
//!
//! The `///` above a function is what a model reads to choose it, and the `///` on a parameter
//! is what it reads to fill it in. Each function stays an ordinary one, to be called as it is.
//!
//! Who may call it stands beside each function too, in the words of the catalogue in [`lib.rs`](crate).
//! A customer's grant is constrained to its own id, `read:invoices.where(customer_id=1020)`, and
//! each tool that names the field keeps the constraint: [`customer_balance`] compares it with its
//! argument, [`get_invoice`] and [`search_invoices`] hand it to the query. A tool that doesn't name
//! it, such as [`overdue_report`], is not there for such a caller.
//!
//! [`issue_invoice`] and [`pay_invoice`] do what must not be done twice. Their effect and the record
//! of it are one transaction of the ledger's database, so that a client whose answer was lost sends
//! the same call under the same key, and it is carried out once. The audit log holds invoice numbers
//! and amounts as they are, since an auditor has to read them; everything else as a digest.

#![allow(
    clippy::missing_errors_doc,
    reason = "the docs are written for models; what can go wrong stands at `LedgerError`"
)]

use jiff::civil::Date;
use mcp_runtime::{Context, Granted, State, Tools, dependency, tool, tools};
use serde::Deserialize;

use crate::checks;
use crate::ledger::{
    self, Balance, Customers, Filter, Invoice, InvoiceNumber, Ledger, LedgerError, NewInvoice,
    OverdueReport, Page, Receipt, today,
};

/// What every tool depends on: the ledger's database.
///
/// No more calls run at a time than it has connections, [`Ledger::CONNECTIONS`]; the server checks
/// that at its start. The others wait here for their turn, and not for a connection.
#[dependency(concurrency = 8, queue(depth = 64, wait = "1s"))]
pub struct Books;

/// A grant of one customer's invoices.
#[derive(Debug, Deserialize)]
pub struct Mine {
    customer_id: u32,
}

impl From<Granted<Mine>> for Customers {
    fn from(granted: Granted<Mine>) -> Self {
        match granted.rows() {
            None => Self::All,
            Some(mine) => Self::Only(mine.iter().map(|mine| mine.customer_id).collect()),
        }
    }
}

/// All of them, as the server and its tests take them.
pub fn all() -> Tools {
    tools![
        search_invoices,
        get_invoice,
        customer_balance,
        overdue_report,
        issue_invoice,
        pay_invoice,
        void_invoice,
    ]
}

/// Search invoices by customer, status of payment and date of issue, newest first.
///
/// Use it to list invoices, to look up an invoice number, or to find a customer's id by part of
/// the name. All conditions must hold; without any, every invoice matches. The answer says how
/// many match in all; when `next` is not null there are more, and the same call with `after` set
/// to it gives the next page. Amounts are in euro cents.
#[tool(scope = "read:invoices.where(customer_id)", dependency = Books, timeout = "5s")]
pub async fn search_invoices(
    #[arg(flatten)] filter: Filter,
    granted: Granted<Mine>,
    State(ledger): State<Ledger>,
) -> Result<Page, LedgerError> {
    ledger.search(granted.into(), filter).await
}

/// Fetch one invoice by its number.
///
/// Gives the customer, the dates, what is paid and what is still open, in euro cents. Without
/// the number, use `search_invoices`.
#[tool(scope = "read:invoices.where(customer_id)", dependency = Books, timeout = "5s")]
pub async fn get_invoice(
    /// Invoice number as printed, such as `FV/2026/03/17`.
    #[arg(example = "FV/2026/03/17", audit = "plain")]
    number: InvoiceNumber,
    granted: Granted<Mine>,
    State(ledger): State<Ledger>,
) -> Result<Invoice, LedgerError> {
    ledger.find(granted.into(), number).await
}

/// Sum up what one customer was invoiced, has paid, and still owes.
///
/// Use it for questions about one customer's account; for who is late among all customers, use
/// `overdue_report`. Amounts are in euro cents.
#[tool(
    scope = "read:invoices.where(customer_id = customer_id)",
    dependency = Books,
    timeout = "5s"
)]
pub async fn customer_balance(
    /// Id of the customer, as `search_invoices` gives it.
    #[arg(example = 1020, audit = "plain")]
    customer_id: u32,
    /// The day on which overdue is judged; today if left out.
    #[arg(example = "2026-10-31")]
    as_of: Option<Date>,
    State(ledger): State<Ledger>,
) -> Result<Balance, LedgerError> {
    ledger.customer_balance(customer_id, as_of.unwrap_or_else(today)).await
}

/// Report which customers are late with payment, and by how much.
///
/// One line per customer: number of overdue invoices, their open sum in euro cents, the oldest
/// due date and the days since; the largest sum first, then the totals. For the invoices behind
/// a line, use `search_invoices` with the customer's id and the status `overdue`.
#[tool(scope = "read:invoices", dependency = Books, timeout = "5s")]
pub async fn overdue_report(
    /// The day on which overdue is judged; today if left out. Payments count as they stand now.
    #[arg(example = "2026-10-31")]
    as_of: Option<Date>,
    State(ledger): State<Ledger>,
) -> Result<OverdueReport, LedgerError> {
    ledger.overdue_report(as_of.unwrap_or_else(today)).await
}

/// Issue a new invoice to an existing customer.
///
/// The number is the next one of the month of issue and comes back with the invoice. An issued
/// invoice can't be changed, only voided while nothing is paid on it (`void_invoice`). Each call
/// issues another one, unless it repeats an earlier call under the same idempotency key.
#[tool(
    scope = "write:invoices",
    idempotent(transaction),
    audit(result = "redacted", retention = "3650d"),
    dependency = Books,
    timeout = "10s",
    check = [
        checks::due_not_before_issue(issued, due),
        checks::customer_exists(customer_id, ledger),
    ]
)]
pub async fn issue_invoice(
    /// Id of the customer who is to pay, as `search_invoices` gives it.
    #[arg(example = 1020, audit = "plain")]
    customer_id: u32,
    /// Amount in euro cents: 124950 is 1249.50 EUR.
    #[arg(range(1..=1_000_000_000), example = 124_950, audit = "plain")]
    total_cents: i64,
    /// Last day on which payment is in time; not before the day of issue.
    #[arg(example = "2026-12-31")]
    due: Date,
    /// Day of issue; today if left out.
    #[arg(example = "2026-12-01")]
    issued: Option<Date>,
    State(ledger): State<Ledger>,
    ctx: Context,
) -> Result<Invoice, LedgerError> {
    let invoice =
        NewInvoice { customer_id, issued: issued.unwrap_or_else(today), due, total_cents };
    ledger.write(move |db| ctx.transaction(db, |tx| ledger::issue(tx, &invoice))).await
}

/// Book a payment that a customer made on an invoice, in part or in full.
///
/// Use `get_invoice` first to see what is open: a payment of more than that is refused, and so
/// is one on an invoice that is already paid. Each call books another payment, unless it repeats an
/// earlier call under the same idempotency key; one that was booked by mistake is refunded by a
/// person.
// Not `destructive`, so nobody is asked to confirm it: a payment adds a line to the books and
// overwrites none, it is never more than what is open, and it can be refunded.
//
// The key is the client's alone, and not made of the arguments: a customer may well pay the same
// amount twice. The log is kept for ten years, as § 147 of the German fiscal code has books kept.
#[tool(
    scope = "write:payments",
    idempotent(transaction),
    audit(result = "redacted", retention = "3650d"),
    dependency = Books,
    timeout = "10s"
)]
pub async fn pay_invoice(
    /// Invoice number as printed, such as `FV/2026/03/17`.
    #[arg(example = "FV/2026/03/17", audit = "plain")]
    number: InvoiceNumber,
    /// Amount of the payment in euro cents: 124950 is 1249.50 EUR.
    #[arg(range(1..=1_000_000_000), example = 124_950, audit = "plain")]
    amount_cents: i64,
    State(ledger): State<Ledger>,
    ctx: Context,
) -> Result<Receipt, LedgerError> {
    ledger.write(move |db| ctx.transaction(db, |tx| ledger::pay(tx, number, amount_cents))).await
}

/// Void an invoice on which nothing was paid: the customer doesn't owe it any more.
///
/// The invoice stays in the books under its number, with the status `void`; it can't be brought
/// back, only issued anew under another number. A person is asked to confirm each call. An invoice
/// with a payment on it is refused. Voiding one that is void already changes nothing.
// `natural`: what is void stays void, and the answer is the same, so that no key has to be kept.
#[tool(
    title = "Void an invoice",
    scope = "write:invoices",
    destructive,
    idempotent(natural),
    audit(result = "redacted", retention = "3650d"),
    dependency = Books,
    timeout = "10s",
    check = checks::may_be_voided(number, ledger)
)]
pub async fn void_invoice(
    /// Invoice number as printed, such as `FV/2026/03/17`.
    #[arg(example = "FV/2026/03/17", audit = "plain")]
    number: InvoiceNumber,
    State(ledger): State<Ledger>,
) -> Result<Invoice, LedgerError> {
    ledger.void(number).await
}
