use std::collections::{HashMap, HashSet};

use jiff::civil::date;

use super::{AS_OF, Line, ledger, number, sample};
use crate::ledger::{Customers, Filter, Invoice, Ledger, LedgerError, Status, StatusFilter, today};

/// Follows the pages to the last one.
async fn all(ledger: &Ledger, mut filter: Filter) -> Vec<Invoice> {
    let mut found = Vec::new();
    loop {
        let page = ledger.search(Customers::All, filter.clone()).await.unwrap();
        assert!(page.invoices.len() <= filter.limit as usize);
        found.extend(page.invoices);
        if page.next.is_none() {
            assert_eq!(page.matches as usize, found.len());
            return found;
        }
        filter.after = page.next;
    }
}

fn numbers(invoices: &[Invoice]) -> HashSet<String> {
    invoices.iter().map(|invoice| invoice.number.to_string()).collect()
}

fn expected(wanted: impl Fn(&Line) -> bool) -> HashSet<String> {
    let lines = sample().into_iter().filter(wanted);
    let numbers: HashSet<_> = lines.map(|line| line.number).collect();
    assert!(!numbers.is_empty(), "a test on nothing shows nothing");
    numbers
}

#[tokio::test]
async fn finds_an_invoice_by_its_number() {
    let ledger = ledger().await;
    let invoice = ledger.find(Customers::All, number("FV/2026/03/17")).await.unwrap();
    assert_eq!(invoice.customer, "Nordwind Logistik GmbH");
    assert_eq!((invoice.issued, invoice.due), (date(2026, 3, 24), date(2026, 4, 23)));
    assert_eq!((invoice.open_cents, invoice.status), (124_950, Status::Open));

    let missing = number("FV/2026/03/999");
    let error = ledger.find(Customers::All, missing).await.unwrap_err();
    assert!(matches!(error, LedgerError::NoSuchInvoice(number) if number == missing));
    assert_eq!(error.to_string(), "no invoice has the number FV/2026/03/999");
}

#[tokio::test]
async fn pages_hold_every_invoice_once_newest_first() {
    let ledger = ledger().await;
    for limit in [1, 7, 20, 100] {
        let found = all(&ledger, Filter { limit, ..Filter::default() }).await;
        assert_eq!(found.len(), sample().len());
        assert!(found.is_sorted_by(|a, b| a.number > b.number));
    }
}

#[tokio::test]
async fn a_limit_out_of_range_is_brought_into_it() {
    let ledger = ledger().await;
    for (limit, given) in [(0, 1), (101, 100), (u32::MAX, 100)] {
        let page =
            ledger.search(Customers::All, Filter { limit, ..Filter::default() }).await.unwrap();
        assert_eq!(page.invoices.len(), given);
    }
}

#[tokio::test]
async fn searches_by_customer() {
    let ledger = ledger().await;
    let found = all(&ledger, Filter { customer_id: Some(1012), ..Filter::default() }).await;
    assert_eq!(numbers(&found), expected(|line| line.customer_id == 1012));

    // Beyond ASCII, and what would be a wildcard elsewhere.
    for (text, part) in [("łÓDŹ", "Łódź"), ("gmbh", "GmbH"), ("& F", "& F")] {
        let filter = Filter { customer: Some(text.to_owned()), ..Filter::default() };
        let found = all(&ledger, filter).await;
        assert_eq!(numbers(&found), expected(|line| line.customer.contains(part)));
    }
    for text in ["%", "_", "' OR 1=1 --"] {
        let filter = Filter { customer: Some(text.to_owned()), ..Filter::default() };
        assert_eq!(all(&ledger, filter).await, []);
    }
}

#[tokio::test]
async fn searches_by_status() {
    let ledger = ledger().await;
    let wanted = |status| {
        move |line: &Line| match status {
            StatusFilter::Open => line.paid == 0,
            StatusFilter::PartlyPaid => line.paid > 0 && line.open() > 0,
            StatusFilter::Paid => line.open() == 0,
            StatusFilter::Unpaid => line.open() > 0,
            StatusFilter::Overdue => line.overdue(),
            StatusFilter::Void => unreachable!("none of the sample is"),
        }
    };
    for status in [
        StatusFilter::Open,
        StatusFilter::PartlyPaid,
        StatusFilter::Paid,
        StatusFilter::Unpaid,
        StatusFilter::Overdue,
    ] {
        let filter = Filter { status: Some(status), as_of: Some(AS_OF), ..Filter::default() };
        assert_eq!(numbers(&all(&ledger, filter).await), expected(wanted(status)), "{status:?}");
    }
}

#[tokio::test]
async fn who_is_not_seen_is_not_there() {
    let ledger = ledger().await;
    let only = |ids: &[u32]| Customers::Only(ids.to_vec());
    let (own, foreign) = (number("FV/2026/03/17"), number("FV/2026/03/14"));
    for (seen, found) in [
        (Customers::All, true),
        (only(&[1020]), true),
        (only(&[1016, 1020]), true),
        (only(&[1016]), false),
        (only(&[]), false),
    ] {
        let answer = ledger.find(seen.clone(), own).await;
        assert_eq!(answer.is_ok(), found, "{seen:?}");
        // Nor does the filter reach around it, and the count doesn't tell either.
        let filter = Filter { customer_id: Some(1020), ..Filter::default() };
        let page = ledger.search(seen.clone(), filter).await.unwrap();
        assert_eq!((page.matches > 0, page.invoices.is_empty()), (found, !found), "{seen:?}");
    }
    let error = ledger.find(only(&[1020]), foreign).await.unwrap_err();
    assert!(matches!(error, LedgerError::NoSuchInvoice(number) if number == foreign));

    let page = ledger.search(only(&[1020]), Filter { limit: 100, ..Filter::default() }).await;
    let expected = expected(|line| line.customer_id == 1020);
    assert_eq!(numbers(&page.unwrap().invoices), expected);
}

#[tokio::test]
async fn overdue_is_judged_today_unless_a_day_is_given() {
    let ledger = ledger().await;
    let overdue =
        |as_of| Filter { status: Some(StatusFilter::Overdue), as_of, ..Filter::default() };
    assert_eq!(
        ledger.search(Customers::All, overdue(None)).await.unwrap(),
        ledger.search(Customers::All, overdue(Some(today()))).await.unwrap(),
    );
    assert_eq!(all(&ledger, overdue(Some(date(2025, 6, 1)))).await, []);
}

#[tokio::test]
async fn searches_by_date_with_both_ends_included() {
    let ledger = ledger().await;
    let filter = Filter {
        issued_from: Some(date(2026, 3, 24)),
        issued_to: Some(date(2026, 4, 10)),
        status: Some(StatusFilter::Paid),
        limit: 3,
        ..Filter::default()
    };
    let wanted = |line: &Line| {
        line.open() == 0 && ("2026-03-24"..="2026-04-10").contains(&line.issued.as_str())
    };
    assert_eq!(numbers(&all(&ledger, filter).await), expected(wanted));
}

#[tokio::test]
async fn balances_add_up_to_the_sample() {
    let ledger = ledger().await;
    let lines = sample();
    let customers: HashSet<_> = lines.iter().map(|line| line.customer_id).collect();
    for id in customers {
        let own = || lines.iter().filter(move |line| line.customer_id == id);
        let balance = ledger.customer_balance(id, AS_OF).await.unwrap();
        assert_eq!(balance.invoiced_cents, own().map(|line| line.total).sum::<i64>());
        assert_eq!(balance.paid_cents, own().map(|line| line.paid).sum::<i64>());
        assert_eq!(balance.open_cents, own().map(Line::open).sum::<i64>());
        let overdue = own().filter(|line| line.overdue());
        assert_eq!(balance.overdue_cents, overdue.map(Line::open).sum::<i64>());
        let open = own().filter(|line| line.open() > 0).count();
        assert_eq!(balance.open_invoices as usize, open);
    }
    let error = ledger.customer_balance(1, AS_OF).await.unwrap_err();
    assert!(matches!(error, LedgerError::NoSuchCustomer(1)));
}

#[tokio::test]
async fn the_overdue_report_adds_up_to_the_sample() {
    let report = ledger().await.overdue_report(AS_OF).await.unwrap();
    let mut overdue: HashMap<u32, Vec<Line>> = HashMap::new();
    for line in sample().into_iter().filter(Line::overdue) {
        overdue.entry(line.customer_id).or_default().push(line);
    }
    assert!(overdue.len() > 5);
    assert_eq!(report.customers.len(), overdue.len());
    assert!(report.customers.is_sorted_by(|a, b| a.overdue_cents >= b.overdue_cents));
    for customer in &report.customers {
        let lines = &overdue[&customer.customer_id];
        assert_eq!(customer.invoices as usize, lines.len());
        assert_eq!(customer.overdue_cents, lines.iter().map(Line::open).sum::<i64>());
        let oldest = lines.iter().map(|line| &line.due).min().unwrap();
        assert_eq!(&customer.oldest_due.to_string(), oldest);
        assert_eq!((AS_OF - customer.oldest_due).get_days(), customer.days_overdue);
    }
    let lines = || overdue.values().flatten();
    assert_eq!(report.invoices as usize, lines().count());
    assert_eq!(report.overdue_cents, lines().map(Line::open).sum::<i64>());
}

#[tokio::test]
async fn an_invoice_is_overdue_from_the_day_after_it_was_due() {
    let ledger = ledger().await;
    let due = ledger.find(Customers::All, number("FV/2026/03/17")).await.unwrap().due;
    let overdue = async |as_of| {
        let report = ledger.overdue_report(as_of).await.unwrap();
        let mut customers = report.customers.into_iter();
        customers.find(|customer| customer.customer_id == 1020).unwrap()
    };
    let (in_time, late) = (overdue(due).await, overdue(due.tomorrow().unwrap()).await);
    assert_eq!(late.invoices - in_time.invoices, 1);
    assert_eq!(late.overdue_cents - in_time.overdue_cents, 124_950);
    assert_eq!(late.days_overdue - in_time.days_overdue, 1);
}
