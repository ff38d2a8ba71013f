use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Invoice, InvoiceNumber};

/// Whose invoices an operation sees. Those of others are as if they weren't there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Customers {
    /// Everyone's.
    All,
    /// Those of the customers with these ids.
    Only(Vec<u32>),
}

impl Customers {
    /// The condition on a row, for a query that binds `:seen` to [`bound`](Self::bound).
    pub(super) const CONDITION: &str =
        "(:seen IS NULL OR customer_id IN (SELECT value FROM json_each(:seen)))";

    /// The ids as a JSON array; nothing for all.
    pub(super) fn bound(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Only(ids) => Some(format!("{ids:?}")),
        }
    }
}

/// Which invoices to look for. What is left out doesn't restrict.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only invoices of the customer with this id.
    pub customer_id: Option<u32>,
    /// Only customers whose name contains this text; upper and lower case are the same.
    #[schemars(length(min = 1, max = 64))]
    pub customer: Option<String>,
    /// Only invoices in this state of payment.
    pub status: Option<StatusFilter>,
    /// The day on which `overdue` is judged; today if left out.
    pub as_of: Option<Date>,
    /// Only invoices issued on this day or later.
    pub issued_from: Option<Date>,
    /// Only invoices issued on this day or earlier.
    pub issued_to: Option<Date>,
    /// Continue a search: the `next` of the page before, with the same filter.
    pub after: Option<InvoiceNumber>,
    /// The most invoices to return at once.
    #[serde(default = "Filter::default_limit")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: u32,
}

impl Filter {
    /// The largest page; a larger `limit` gives this many.
    pub const MAX_LIMIT: u32 = 100;

    const fn default_limit() -> u32 {
        20
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            customer_id: None,
            customer: None,
            status: None,
            as_of: None,
            issued_from: None,
            issued_to: None,
            after: None,
            limit: Self::default_limit(),
        }
    }
}

/// A state of payment to search for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum StatusFilter {
    /// Nothing is paid.
    Open,
    /// A part is paid.
    PartlyPaid,
    /// All is paid.
    Paid,
    /// Something is still to be paid, in time or not.
    Unpaid,
    /// Something is still to be paid and the due date has passed.
    Overdue,
    /// The invoice was voided.
    Void,
}

impl StatusFilter {
    /// The condition on a row, for a query that binds `:as_of`.
    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::Open => "paid_cents = 0 AND voided_at IS NULL",
            Self::PartlyPaid => "paid_cents > 0 AND paid_cents < total_cents",
            Self::Paid => "paid_cents = total_cents",
            Self::Unpaid => "paid_cents < total_cents AND voided_at IS NULL",
            Self::Overdue => "paid_cents < total_cents AND voided_at IS NULL AND due < :as_of",
            Self::Void => "voided_at IS NOT NULL",
        }
    }
}

/// One page of a search, newest invoice first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// The invoices of this page.
    pub invoices: Vec<Invoice>,
    /// How many invoices match on all pages together.
    pub matches: u32,
    /// Pass this as `after` to get the next page; null on the last one.
    pub next: Option<InvoiceNumber>,
}
