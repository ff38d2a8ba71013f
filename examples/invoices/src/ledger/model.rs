use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InvoiceNumber, LedgerError};

/// An invoice and what has been paid on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invoice {
    /// Invoice number as printed.
    pub number: InvoiceNumber,
    /// Id of the customer who owes it.
    pub customer_id: u32,
    /// Name of the customer.
    pub customer: String,
    /// Day of issue.
    pub issued: Date,
    /// Last day on which payment is in time.
    pub due: Date,
    /// Amount of the invoice, in cents.
    pub total_cents: i64,
    /// Paid so far, in cents.
    pub paid_cents: i64,
    /// Still to be paid, in cents; nothing if it is void.
    pub open_cents: i64,
    /// Currency of every amount.
    pub currency: Currency,
    /// How far it is paid, or that it is void.
    pub status: Status,
}

impl Invoice {
    /// Whether the invoice can be voided. One that is void already can be, which changes nothing.
    ///
    /// # Errors
    ///
    /// [`LedgerError::HasPayments`].
    pub fn may_be_voided(&self) -> Result<(), LedgerError> {
        match self.paid_cents {
            0 => Ok(()),
            _ => Err(LedgerError::HasPayments(self.number)),
        }
    }
}

/// The currency that the ledger is kept in; there is one only, so that sums mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Currency {
    /// Euro.
    #[serde(rename = "EUR")]
    Eur,
}

/// How far an invoice is paid. Says nothing of the due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Status {
    /// Nothing is paid.
    Open,
    /// A part is paid.
    PartlyPaid,
    /// All is paid.
    Paid,
    /// The invoice was voided before anything was paid: nobody owes it.
    Void,
}

impl Status {
    pub(super) fn of(total_cents: i64, paid_cents: i64, is_void: bool) -> Self {
        match paid_cents {
            _ if is_void => Self::Void,
            0 => Self::Open,
            paid if paid < total_cents => Self::PartlyPaid,
            _ => Self::Paid,
        }
    }
}

/// An invoice to be issued.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvoice {
    /// Id of the customer who is to pay.
    pub customer_id: u32,
    /// Day of issue; its month decides the number.
    pub issued: Date,
    /// Last day on which payment is in time; not before the day of issue.
    pub due: Date,
    /// Amount in euro cents: 124950 is 1249.50 EUR.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub total_cents: i64,
}

/// Proof of one payment, with the invoice's state right after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// Number of the payment; no other payment has it.
    pub payment: i64,
    /// Invoice that was paid on.
    pub number: InvoiceNumber,
    /// Id of the customer who owes the invoice.
    pub customer_id: u32,
    /// Booked by this payment, in cents.
    pub amount_cents: i64,
    /// Paid on the invoice in all, in cents.
    pub paid_cents: i64,
    /// Still to be paid on the invoice, in cents.
    pub open_cents: i64,
    /// Currency of every amount.
    pub currency: Currency,
    /// How far the invoice is paid now.
    pub status: Status,
}

/// What one customer owes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// Id of the customer.
    pub customer_id: u32,
    /// Name of the customer.
    pub customer: String,
    /// Day on which `overdue_cents` is judged.
    pub as_of: Date,
    /// Sum of all invoices that are not void, in cents.
    pub invoiced_cents: i64,
    /// Paid of that, in cents.
    pub paid_cents: i64,
    /// Still to be paid, overdue or not, in cents.
    pub open_cents: i64,
    /// The part of `open_cents` whose due date has passed.
    pub overdue_cents: i64,
    /// How many invoices are not paid in full.
    pub open_invoices: u32,
    /// Currency of every amount.
    pub currency: Currency,
}

/// Who is late, and by how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverdueReport {
    /// Day on which the report is judged: an invoice is overdue from the day after it was due.
    pub as_of: Date,
    /// The customers with overdue invoices, largest sum first.
    pub customers: Vec<OverdueCustomer>,
    /// Overdue invoices of all customers.
    pub invoices: u32,
    /// Overdue sum of all customers, in cents.
    pub overdue_cents: i64,
    /// Currency of every amount.
    pub currency: Currency,
}

/// One customer's line in an [`OverdueReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverdueCustomer {
    /// Id of the customer.
    pub customer_id: u32,
    /// Name of the customer.
    pub customer: String,
    /// How many invoices are overdue.
    pub invoices: u32,
    /// What is still to be paid on them, in cents.
    pub overdue_cents: i64,
    /// Due date of the oldest of them.
    pub oldest_due: Date,
    /// Days from `oldest_due` to the day of the report.
    pub days_overdue: i32,
}
