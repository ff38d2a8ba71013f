//! Rules of the business that a schema can't say, told before anything is done.
//!
//! The [ledger](crate::ledger) keeps them all by itself: what is true when a check looks may not be
//! when the tool runs. A check tells a model sooner, together with whatever else is wrong, and
//! keeps a person from being asked to confirm what would be refused.

#![expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "a check is called with references to the tool's parameters"
)]

use jiff::civil::Date;

use crate::ledger::{Customers, InvoiceNumber, Ledger, LedgerError, today};

/// An invoice isn't due before it is issued.
pub(crate) fn due_not_before_issue(issued: &Option<Date>, due: &Date) -> Result<(), &'static str> {
    if *due < issued.unwrap_or_else(today) {
        return Err(
            "must be in order: no invoice is due before its day of issue, which is today if left out",
        );
    }
    Ok(())
}

/// There is a customer to send the invoice to.
pub(crate) async fn customer_exists(customer_id: &u32, ledger: &Ledger) -> Result<(), LedgerError> {
    ledger.require_customer(*customer_id).await
}

/// The invoice exists, and nothing was paid on it.
pub(crate) async fn may_be_voided(
    number: &InvoiceNumber,
    ledger: &Ledger,
) -> Result<(), LedgerError> {
    ledger.find(Customers::All, *number).await?.may_be_voided()
}
