use std::error::Error;

use deadpool_sqlite::{HookError, InteractError, PoolError};
use mcp_runtime::TransactionError;
use rusqlite::ErrorCode;

use super::InvoiceNumber;

/// Why an operation on the [`Ledger`](super::Ledger) failed.
///
/// Every variant promises that nothing was changed, but [`Storage`](Self::Storage) and
/// [`Transaction`](Self::Transaction), which says what was.
#[derive(Debug, thiserror::Error, mcp_runtime::ToolError)]
pub enum LedgerError {
    /// No invoice has this number.
    #[error("no invoice has the number {0}")]
    #[tool_error(
        code = "not_found",
        message = "no invoice has the number {0}; search_invoices finds numbers by customer, date and status",
        effect = "none",
        next = "continue"
    )]
    NoSuchInvoice(InvoiceNumber),

    /// No customer has this id.
    #[error("no customer has the id {0}")]
    #[tool_error(
        code = "not_found",
        message = "no customer has the id {0}; search_invoices finds a customer's id by part of the name",
        effect = "none",
        next = "continue"
    )]
    NoSuchCustomer(u32),

    /// Nothing is open on the invoice.
    #[error("{0} is already paid in full")]
    #[tool_error(code = "already_paid", effect = "none", next = "stop")]
    AlreadyPaid(InvoiceNumber),

    /// The payment is larger than what is open.
    #[error("the payment is larger than the {open_cents} cents that are open")]
    #[tool_error(code = "overpayment", effect = "none", next = "escalate")]
    Overpayment {
        /// What is open on the invoice, in cents.
        open_cents: i64,
    },

    /// The invoice is void, so that nobody owes it.
    #[error("{0} is void: nothing is to be paid on it")]
    #[tool_error(code = "void", effect = "none", next = "stop")]
    Void(InvoiceNumber),

    /// Something was paid on the invoice, so that it can't be voided.
    #[error("{0} has payments on it and can't be voided")]
    #[tool_error(
        code = "has_payments",
        message = "{0} has payments on it and can't be voided; a person has to refund them first",
        effect = "none",
        next = "escalate"
    )]
    HasPayments(InvoiceNumber),

    /// The invoice to be issued breaks a rule.
    #[error("the invoice can't be issued: {0}")]
    #[tool_error(code = "invalid_arguments", effect = "none")]
    InvalidInvoice(&'static str),

    /// The payment breaks a rule.
    #[error("the payment can't be booked: {0}")]
    #[tool_error(code = "invalid_arguments", effect = "none")]
    InvalidPayment(&'static str),

    /// All connections, or the one place for a writer, stayed taken for too long.
    #[error("the ledger is busy")]
    #[tool_error(
        code = "overloaded",
        message = "the ledger is busy and nothing was changed; try again in a moment",
        retryable,
        retry_after = "1s",
        effect = "none",
        next = "retry"
    )]
    Busy,

    /// The database failed, or holds what it should not.
    #[error("the ledger's storage failed")]
    Storage(#[source] Box<dyn Error + Send + Sync>),

    /// A call could not have its effect once.
    #[error(transparent)]
    #[tool_error(transparent)]
    Transaction(TransactionError),
}

impl From<TransactionError> for LedgerError {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Sqlite(error) => error.into(),
            other => Self::Transaction(other),
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Storage(error.into()),
        }
    }
}

impl From<PoolError> for LedgerError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Timeout(_) => Self::Busy,
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                error.into()
            }
            other => Self::Storage(other.into()),
        }
    }
}

impl From<InteractError> for LedgerError {
    fn from(error: InteractError) -> Self {
        // A panic's payload is not `Sync`, so that the error itself can't be the source.
        let what = match error {
            InteractError::Panic(_) => "a database operation panicked",
            InteractError::Cancelled => "the database connection was closed",
        };
        Self::Storage(what.into())
    }
}
