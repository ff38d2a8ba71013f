//! Sums over invoices.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension};

use super::{Balance, Currency, LedgerError, OverdueCustomer, OverdueReport};

pub(super) fn balance(
    connection: &Connection,
    customer_id: u32,
    as_of: Date,
) -> Result<Balance, LedgerError> {
    connection
        .prepare_cached(
            "SELECT name,
                    coalesce(sum(total_cents), 0),
                    coalesce(sum(paid_cents), 0),
                    coalesce(sum(total_cents - paid_cents) FILTER (WHERE due < ?2), 0),
                    count(*) FILTER (WHERE paid_cents < total_cents)
             FROM customers
             LEFT JOIN invoices ON customer_id = customers.id AND voided_at IS NULL
             WHERE customers.id = ?1
             GROUP BY customers.id",
        )?
        .query_row((customer_id, as_of), |row| {
            let invoiced_cents: i64 = row.get(1)?;
            let paid_cents: i64 = row.get(2)?;
            Ok(Balance {
                customer_id,
                customer: row.get(0)?,
                as_of,
                invoiced_cents,
                paid_cents,
                open_cents: invoiced_cents - paid_cents,
                overdue_cents: row.get(3)?,
                open_invoices: row.get(4)?,
                currency: Currency::Eur,
            })
        })
        .optional()?
        .ok_or(LedgerError::NoSuchCustomer(customer_id))
}

pub(super) fn overdue(connection: &Connection, as_of: Date) -> Result<OverdueReport, LedgerError> {
    let customers = connection
        .prepare_cached(
            "SELECT customer_id, name, count(*), sum(total_cents - paid_cents) AS open, min(due)
             FROM invoices JOIN customers ON customers.id = customer_id
             WHERE paid_cents < total_cents AND voided_at IS NULL AND due < ?1
             GROUP BY customer_id
             ORDER BY open DESC, customer_id",
        )?
        .query_map([as_of], |row| {
            let oldest_due: Date = row.get(4)?;
            Ok(OverdueCustomer {
                customer_id: row.get(0)?,
                customer: row.get(1)?,
                invoices: row.get(2)?,
                overdue_cents: row.get(3)?,
                oldest_due,
                days_overdue: (as_of - oldest_due).get_days(),
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(OverdueReport {
        as_of,
        invoices: customers.iter().map(|customer| customer.invoices).sum(),
        overdue_cents: customers.iter().map(|customer| customer.overdue_cents).sum(),
        customers,
        currency: Currency::Eur,
    })
}
