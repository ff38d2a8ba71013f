//! The operations that change the ledger, each within a transaction.
//!
//! The transaction is to hold the write lock before they read: what they have checked is still so
//! when they write.

use rusqlite::{Transaction, params};

use super::{Customers, Invoice, InvoiceNumber, LedgerError, NewInvoice, Receipt, Status, read};

const MAX_TOTAL_CENTS: i64 = 1_000_000_000;

/// Issues an invoice under the next number of its month, as [`Ledger::issue`](super::Ledger::issue)
/// does, within a transaction that is begun with `IMMEDIATE`.
///
/// # Errors
///
/// Those of [`Ledger::issue`](super::Ledger::issue); the transaction is then to be rolled back.
pub fn issue(transaction: &Transaction<'_>, invoice: &NewInvoice) -> Result<Invoice, LedgerError> {
    let period = checked_period(invoice)?;
    read::require_customer(transaction, invoice.customer_id)?;
    let number = next_number(transaction, period)?;
    transaction
        .prepare_cached(
            "INSERT INTO invoices (period, sequence, customer_id, issued, due, total_cents)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            number.period(),
            number.sequence(),
            invoice.customer_id,
            invoice.issued,
            invoice.due,
            invoice.total_cents,
        ])?;
    read::find(transaction, &Customers::All, number)
}

/// Books a payment as [`Ledger::pay`](super::Ledger::pay) does, within a transaction that is begun
/// with `IMMEDIATE`.
///
/// # Errors
///
/// Those of [`Ledger::pay`](super::Ledger::pay); the transaction is then to be rolled back.
pub fn pay(
    transaction: &Transaction<'_>,
    number: InvoiceNumber,
    amount_cents: i64,
) -> Result<Receipt, LedgerError> {
    if amount_cents <= 0 {
        return Err(LedgerError::InvalidPayment("the amount must be more than 0 cents"));
    }
    let booked = transaction
        .prepare_cached(
            "UPDATE invoices SET paid_cents = paid_cents + ?3
             WHERE (period, sequence) = (?1, ?2) AND total_cents - paid_cents >= ?3
             AND voided_at IS NULL",
        )?
        .execute((number.period(), number.sequence(), amount_cents))?;
    let invoice = read::find(transaction, &Customers::All, number)?;
    if booked == 0 {
        return Err(match (invoice.status, invoice.open_cents) {
            (Status::Void, _) => LedgerError::Void(number),
            (_, 0) => LedgerError::AlreadyPaid(number),
            (_, open_cents) => LedgerError::Overpayment { open_cents },
        });
    }
    let payment = transaction
        .prepare_cached(
            "INSERT INTO payments (period, sequence, amount_cents) VALUES (?1, ?2, ?3)",
        )?
        .insert((number.period(), number.sequence(), amount_cents))?;
    Ok(Receipt {
        payment,
        number,
        customer_id: invoice.customer_id,
        amount_cents,
        paid_cents: invoice.paid_cents,
        open_cents: invoice.open_cents,
        currency: invoice.currency,
        status: invoice.status,
    })
}

/// The number stays taken, and the row stays: what was issued has to be accounted for.
pub(super) fn void(
    transaction: &Transaction<'_>,
    number: InvoiceNumber,
) -> Result<Invoice, LedgerError> {
    read::find(transaction, &Customers::All, number)?.may_be_voided()?;
    transaction
        .prepare_cached(
            "UPDATE invoices SET voided_at = coalesce(voided_at, strftime('%FT%TZ', 'now'))
             WHERE (period, sequence) = (?1, ?2)",
        )?
        .execute((number.period(), number.sequence()))?;
    read::find(transaction, &Customers::All, number)
}

fn checked_period(invoice: &NewInvoice) -> Result<u32, LedgerError> {
    let refuse = |rule| Err(LedgerError::InvalidInvoice(rule));
    if !(1..=MAX_TOTAL_CENTS).contains(&invoice.total_cents) {
        return refuse("the total must be more than 0 and at most 1000000000 cents");
    }
    if invoice.due < invoice.issued {
        return refuse("the due date is before the date of issue");
    }
    InvoiceNumber::period_of(invoice.issued)
        .map_or_else(|| refuse("the date of issue must be within the years 2000 to 2099"), Ok)
}

fn next_number(transaction: &Transaction<'_>, period: u32) -> Result<InvoiceNumber, LedgerError> {
    let sequence = transaction
        .prepare_cached("SELECT coalesce(max(sequence), 0) + 1 FROM invoices WHERE period = ?1")?
        .query_row([period], |row| row.get(0))?;
    InvoiceNumber::new(period, sequence)
        .map_err(|_| LedgerError::InvalidInvoice("the month's invoice numbers are used up"))
}
