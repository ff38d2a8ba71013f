//! The accounting service: invoices and payments in one `SQLite` file.
//!
//! ```
//! # use invoices::ledger::{Customers, Ledger, LedgerError};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), LedgerError> {
//! let ledger = Ledger::temporary().await?;
//! let invoice = ledger.find(Customers::All, "FV/2026/03/17".parse().unwrap()).await?;
//! assert_eq!(invoice.open_cents, 124_950);
//!
//! let receipt = ledger.pay(invoice.number, invoice.open_cents).await?;
//! assert_eq!(receipt.open_cents, 0);
//! # Ok(())
//! # }
//! ```

mod error;
mod filter;
mod model;
mod number;
mod read;
mod report;
mod setup;
mod write;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deadpool_sqlite::{Config, Hook, Pool, Runtime};
use jiff::civil::Date;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tempfile::TempDir;

pub use error::LedgerError;
pub use filter::{Customers, Filter, Page, StatusFilter};
pub use model::{
    Balance, Currency, Invoice, NewInvoice, OverdueCustomer, OverdueReport, Receipt, Status,
};
pub use number::{InvalidNumber, InvoiceNumber};
pub use write::{issue, pay};

/// How long an operation waits for a free connection.
const WAIT: Duration = Duration::from_secs(1);
/// How long opening a connection may take.
const CREATE: Duration = Duration::from_secs(1);
/// How long to wait for a connection whose last caller left in the middle of an operation.
const RECYCLE: Duration = Duration::from_millis(500);
/// How long a writer waits for another one, of this process or not.
const BUSY: Duration = Duration::from_secs(2);

/// The ledger: a handle to share, cheap to clone.
///
/// No operation waits without limit. One that finds no connection, or no place for a writer,
/// gives up with [`LedgerError::Busy`] after a few seconds, and has changed nothing.
///
/// An operation whose future is dropped half-way is not undone: what has reached the database
/// runs to its end there, in full or not at all. Whether a payment went through is then to be
/// asked for, with [`find`](Self::find).
///
/// The last clone is to be dropped inside the Tokio runtime, which closes the connections.
#[derive(Clone)]
pub struct Ledger {
    pool: Pool,
    /// Removed with the last clone; stands after the pool, so that the connections go first.
    _directory: Option<Arc<TempDir>>,
}

impl Ledger {
    /// The most connections that are open at once, and so the most operations that run at once.
    /// Readers run side by side; of writers there is one at a time.
    pub const CONNECTIONS: usize = 8;

    /// Opens the ledger in this file.
    ///
    /// A new file is filled with the sample invoices; one that another process is just
    /// filling is waited for.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Storage`] when the file can't be opened, is no database, or was written
    /// by a newer version; [`LedgerError::Busy`] when another process holds it.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::over(path.as_ref(), None).await
    }

    /// A ledger of its own, with the sample invoices, in a temporary file that is removed with
    /// the last clone: for tests and trials.
    ///
    /// It is a file, not memory, so that it behaves as [`open`](Self::open) does when several
    /// connections meet.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Storage`] when there is no place for temporary files.
    pub async fn temporary() -> Result<Self, LedgerError> {
        let directory = TempDir::new().map_err(|error| LedgerError::Storage(error.into()))?;
        let path = directory.path().join("ledger.db");
        Self::over(&path, Some(Arc::new(directory))).await
    }

    /// The connections, to watch over them; operations take theirs by themselves.
    pub fn pool(&self) -> Pool {
        self.pool.clone()
    }

    async fn over(path: &Path, directory: Option<Arc<TempDir>>) -> Result<Self, LedgerError> {
        let ledger = Self { pool: pool(path)?, _directory: directory };
        ledger.run(setup::set_up).await?;
        Ok(ledger)
    }

    /// The invoices of the customers that are `seen` and that match, newest number first, one page
    /// at a time.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Busy`] and [`LedgerError::Storage`], as every operation.
    pub async fn search(&self, seen: Customers, filter: Filter) -> Result<Page, LedgerError> {
        self.run(move |connection| read::search(&connection.transaction()?, &seen, &filter)).await
    }

    /// The invoice with this number, if it is one of a customer that is `seen`.
    ///
    /// # Errors
    ///
    /// [`LedgerError::NoSuchInvoice`].
    pub async fn find(
        &self,
        seen: Customers,
        number: InvoiceNumber,
    ) -> Result<Invoice, LedgerError> {
        self.run(move |connection| read::find(connection, &seen, number)).await
    }

    /// Whether there is a customer with this id.
    ///
    /// # Errors
    ///
    /// [`LedgerError::NoSuchCustomer`].
    pub async fn require_customer(&self, id: u32) -> Result<(), LedgerError> {
        self.run(move |connection| read::require_customer(connection, id)).await
    }

    /// What a customer owes; `as_of` is the day on which overdue is judged.
    ///
    /// # Errors
    ///
    /// [`LedgerError::NoSuchCustomer`].
    pub async fn customer_balance(
        &self,
        customer_id: u32,
        as_of: Date,
    ) -> Result<Balance, LedgerError> {
        self.run(move |connection| report::balance(connection, customer_id, as_of)).await
    }

    /// Who is late on that day.
    ///
    /// It looks at what is paid now: a payment counts for every `as_of`.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Busy`] and [`LedgerError::Storage`], as every operation.
    pub async fn overdue_report(&self, as_of: Date) -> Result<OverdueReport, LedgerError> {
        self.run(move |connection| report::overdue(connection, as_of)).await
    }

    /// Issues an invoice under the next number of its month.
    ///
    /// # Errors
    ///
    /// [`LedgerError::InvalidInvoice`] when a rule is broken, [`LedgerError::NoSuchCustomer`].
    pub async fn issue(&self, invoice: NewInvoice) -> Result<Invoice, LedgerError> {
        self.change(move |transaction| issue(transaction, &invoice)).await
    }

    /// Books a payment, in part or in full.
    ///
    /// # Errors
    ///
    /// [`LedgerError::NoSuchInvoice`], [`LedgerError::Void`], [`LedgerError::AlreadyPaid`],
    /// [`LedgerError::Overpayment`], or [`LedgerError::InvalidPayment`] when the amount is not
    /// positive.
    pub async fn pay(
        &self,
        number: InvoiceNumber,
        amount_cents: i64,
    ) -> Result<Receipt, LedgerError> {
        self.change(move |transaction| pay(transaction, number, amount_cents)).await
    }

    /// Voids an invoice on which nothing was paid: nobody owes it any more, and its number stays
    /// taken. One that is void already stays as it is.
    ///
    /// # Errors
    ///
    /// [`LedgerError::NoSuchInvoice`], [`LedgerError::HasPayments`].
    pub async fn void(&self, number: InvoiceNumber) -> Result<Invoice, LedgerError> {
        self.change(move |transaction| write::void(transaction, number)).await
    }

    /// Runs a change of the caller's own making on a connection, on a thread that may wait. The
    /// connection is in no transaction: the work begins one, with `IMMEDIATE`, and ends it.
    ///
    /// [`issue`](fn@issue) and [`pay`](fn@pay) are what it is made of.
    ///
    /// # Errors
    ///
    /// Those of `work`; [`LedgerError::Busy`] and [`LedgerError::Storage`], as every operation.
    pub async fn write<T, F>(&self, work: F) -> Result<T, LedgerError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, LedgerError> + Send + 'static,
    {
        self.run(work).await
    }

    /// One operation, as one transaction.
    async fn change<T, F>(&self, work: F) -> Result<T, LedgerError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, LedgerError> + Send + 'static,
    {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
        .await
    }

    async fn run<T, F>(&self, work: F) -> Result<T, LedgerError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, LedgerError> + Send + 'static,
    {
        let connection = self.pool.get().await?;
        connection.interact(work).await?
    }
}

/// The day it is, where this program runs.
pub fn today() -> Date {
    jiff::Zoned::now().date()
}

fn pool(path: &Path) -> Result<Pool, LedgerError> {
    let Ok(builder) = Config::new(path).builder(Runtime::Tokio1);
    builder
        .max_size(Ledger::CONNECTIONS)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(CREATE))
        .recycle_timeout(Some(RECYCLE))
        .post_create(Hook::sync_fn(|connection, _| {
            let connection = connection.lock().map_err(|_| {
                deadpool_sqlite::HookError::message("the connection's last user panicked")
            })?;
            configure(&connection).map_err(deadpool_sqlite::HookError::Backend)
        }))
        .build()
        .map_err(|error| LedgerError::Storage(error.into()))
}

/// What `SQLite` forgets with each connection. Neither touches the file.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "foreign_keys", true)
}
