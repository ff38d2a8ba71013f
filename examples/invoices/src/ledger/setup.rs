//! The tables, and the invoices of the first start.

use std::thread;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde::Deserialize;

use super::{InvoiceNumber, LedgerError};

/// The version of the tables that this program knows; `user_version` keeps the file's.
const VERSION: u32 = 2;

/// The steps from each version to the next, from an empty file on.
const MIGRATIONS: [Step; VERSION as usize] = [first, voiding];

type Step = fn(&Transaction<'_>) -> Result<(), LedgerError>;

/// The invoices that a new ledger starts with.
const INVOICES: &str = include_str!("../../data/invoices.csv");

/// How long to wait for another process that is setting up the same file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Brings the file to the current version, whatever it is now.
///
/// Safe against another process that does the same: all steps are one transaction, which looks
/// at the version only once it holds the write lock.
pub(super) fn set_up(connection: &mut Connection) -> Result<(), LedgerError> {
    write_ahead_log(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(steps) = MIGRATIONS.get(found as usize..) else {
        let what = "the ledger was written by a newer version of this program";
        return Err(LedgerError::Storage(what.into()));
    };
    for step in steps {
        step(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

/// Readers and the writer don't wait for each other; the file remembers it.
fn write_ahead_log(connection: &Connection) -> Result<(), LedgerError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let switched = connection
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
        match switched.map_err(LedgerError::from) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let what = format!("the database can't use a write-ahead log, but only {mode}");
                return Err(LedgerError::Storage(what.into()));
            }
            // The switch does not honour `busy_timeout` while another process switches too.
            Err(LedgerError::Busy) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(error),
        }
    }
}

fn first(transaction: &Transaction<'_>) -> Result<(), LedgerError> {
    transaction.execute_batch(include_str!("schema.sql"))?;
    fill(transaction)
}

fn voiding(transaction: &Transaction<'_>) -> Result<(), LedgerError> {
    Ok(transaction.execute_batch(include_str!("voiding.sql"))?)
}

#[derive(Deserialize)]
struct Row {
    number: InvoiceNumber,
    customer_id: u32,
    customer: String,
    issued: Date,
    due: Date,
    total_cents: i64,
    currency: String,
    paid_cents: i64,
}

fn fill(transaction: &Transaction<'_>) -> Result<(), LedgerError> {
    let mut customer = transaction.prepare(
        "INSERT INTO customers (id, name, folded) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
    )?;
    let mut invoice = transaction.prepare(
        "INSERT INTO invoices (period, sequence, customer_id, issued, due, total_cents, paid_cents)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for row in csv::Reader::from_reader(INVOICES.as_bytes()).deserialize() {
        let row: Row = row.map_err(|error| LedgerError::Storage(error.into()))?;
        if row.currency != "EUR" {
            let what = format!("{} is not in EUR", row.number);
            return Err(LedgerError::Storage(what.into()));
        }
        customer.execute(params![row.customer_id, row.customer, row.customer.to_lowercase()])?;
        invoice.execute(params![
            row.number.period(),
            row.number.sequence(),
            row.customer_id,
            row.issued,
            row.due,
            row.total_cents,
            row.paid_cents,
        ])?;
    }
    Ok(())
}
