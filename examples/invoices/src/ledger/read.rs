//! Invoices, one by one and in pages.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, Transaction, named_params};

use super::{
    Currency, Customers, Filter, Invoice, InvoiceNumber, LedgerError, Page, Status, today,
};

const SELECT: &str = "SELECT period, sequence, customer_id, name, issued, due, total_cents,
    paid_cents, voided_at IS NOT NULL AS is_void FROM invoices JOIN customers ON customers.id = customer_id";

/// An invoice that isn't seen is answered as one that doesn't exist, by the same query.
pub(super) fn find(
    connection: &Connection,
    seen: &Customers,
    number: InvoiceNumber,
) -> Result<Invoice, LedgerError> {
    let query = format!(
        "{SELECT} WHERE (period, sequence) = (:period, :sequence) AND {}",
        Customers::CONDITION
    );
    let wanted = named_params! {
        ":period": number.period(),
        ":sequence": number.sequence(),
        ":seen": seen.bound(),
    };
    connection
        .prepare_cached(&query)?
        .query_row(wanted, invoice)
        .optional()?
        .ok_or(LedgerError::NoSuchInvoice(number))
}

pub(super) fn require_customer(connection: &Connection, id: u32) -> Result<(), LedgerError> {
    connection
        .prepare_cached("SELECT 1 FROM customers WHERE id = ?1")?
        .query_row([id], |_| Ok(()))
        .optional()?
        .ok_or(LedgerError::NoSuchCustomer(id))
}

/// The page and the count come from one transaction, so that they are of one moment.
pub(super) fn search(
    transaction: &Transaction<'_>,
    seen: &Customers,
    filter: &Filter,
) -> Result<Page, LedgerError> {
    // `:as_of` stands in every query, because a parameter may only be bound where it is used.
    let limit = filter.limit.clamp(1, Filter::MAX_LIMIT);
    let matching = format!(
        "(:customer_id IS NULL OR customer_id = :customer_id)
         AND (:customer IS NULL OR instr(folded, :customer))
         AND (:issued_from IS NULL OR issued >= :issued_from)
         AND (:issued_to IS NULL OR issued <= :issued_to)
         AND (:as_of IS NOT NULL AND {}) AND {}",
        filter.status.map_or("TRUE", super::StatusFilter::condition),
        Customers::CONDITION,
    );
    let customer = filter.customer.as_deref().map(str::to_lowercase);
    let as_of = filter.as_of.unwrap_or_else(today);
    let wanted: &[(&str, &dyn ToSql)] = named_params! {
        ":customer_id": filter.customer_id,
        ":customer": customer,
        ":issued_from": filter.issued_from,
        ":issued_to": filter.issued_to,
        ":as_of": as_of,
        ":seen": seen.bound(),
    };

    let matches = transaction
        .prepare_cached(&format!(
            "SELECT count(*) FROM invoices JOIN customers ON customers.id = customer_id
             WHERE {matching}"
        ))?
        .query_row(wanted, |row| row.get(0))?;

    let after = filter.after;
    let page: &[(&str, &dyn ToSql)] = named_params! {
        ":period": after.map(InvoiceNumber::period),
        ":sequence": after.map(InvoiceNumber::sequence),
        // One more than asked for tells whether there is a next page.
        ":rows": limit + 1,
    };
    let mut invoices = transaction
        .prepare_cached(&format!(
            "{SELECT} WHERE {matching}
             AND (:period IS NULL OR (period, sequence) < (:period, :sequence))
             ORDER BY period DESC, sequence DESC LIMIT :rows"
        ))?
        .query_map([wanted, page].concat().as_slice(), invoice)?
        .collect::<Result<Vec<_>, _>>()?;

    let limit = limit as usize;
    let more = invoices.len() > limit;
    invoices.truncate(limit);
    let next = invoices.last().filter(|_| more).map(|last| last.number);
    Ok(Page { invoices, matches, next })
}

fn invoice(row: &Row<'_>) -> rusqlite::Result<Invoice> {
    let total_cents = row.get("total_cents")?;
    let paid_cents = row.get("paid_cents")?;
    let is_void = row.get("is_void")?;
    Ok(Invoice {
        number: number(row)?,
        customer_id: row.get("customer_id")?,
        customer: row.get("name")?,
        issued: row.get("issued")?,
        due: row.get("due")?,
        total_cents,
        paid_cents,
        open_cents: if is_void { 0 } else { total_cents - paid_cents },
        currency: Currency::Eur,
        status: Status::of(total_cents, paid_cents, is_void),
    })
}

fn number(row: &Row<'_>) -> rusqlite::Result<InvoiceNumber> {
    InvoiceNumber::new(row.get("period")?, row.get("sequence")?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Integer, error.into())
    })
}
