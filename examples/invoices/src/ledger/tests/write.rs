use jiff::civil::{Date, date};

use super::{AS_OF, ledger, number};
use crate::ledger::{
    Customers, Filter, InvoiceNumber, LedgerError, NewInvoice, Status, StatusFilter,
};

fn invoice(issued: Date, due: Date) -> NewInvoice {
    NewInvoice { customer_id: 1020, issued, due, total_cents: 5_000 }
}

#[tokio::test]
async fn issues_under_the_next_number_of_the_month() {
    let ledger = ledger().await;
    let issued = ledger.issue(invoice(date(2026, 3, 31), date(2026, 4, 30))).await.unwrap();
    assert_eq!(issued.number, number("FV/2026/03/21"));
    assert_eq!(ledger.find(Customers::All, issued.number).await.unwrap(), issued);

    let first = ledger.issue(invoice(date(2027, 1, 2), date(2027, 1, 2))).await.unwrap();
    assert_eq!(first.number, number("FV/2027/01/1"));
    assert_eq!((first.open_cents, first.status), (5_000, Status::Open));
}

#[tokio::test]
async fn refuses_an_invoice_that_breaks_a_rule() {
    let ledger = ledger().await;
    let good = invoice(date(2026, 3, 31), date(2026, 4, 30));
    let cases = [
        (NewInvoice { total_cents: 0, ..good.clone() }, "total"),
        (NewInvoice { total_cents: i64::MAX, ..good.clone() }, "total"),
        (NewInvoice { due: date(2026, 3, 30), ..good.clone() }, "due date"),
        (NewInvoice { issued: Date::MIN, ..good.clone() }, "date of issue"),
        (NewInvoice { issued: Date::MAX, due: Date::MAX, ..good.clone() }, "date of issue"),
    ];
    for (refused, reason) in cases {
        let error = ledger.issue(refused).await.unwrap_err();
        assert!(matches!(error, LedgerError::InvalidInvoice(_)), "{error:?}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    let stranger = NewInvoice { customer_id: 4, ..good.clone() };
    let error = ledger.issue(stranger).await.unwrap_err();
    assert!(matches!(error, LedgerError::NoSuchCustomer(4)));
    // None of them used up a number.
    assert_eq!(ledger.issue(good).await.unwrap().number, number("FV/2026/03/21"));
}

#[tokio::test]
async fn pays_in_parts_until_nothing_is_open() {
    let ledger = ledger().await;
    let number = number("FV/2026/03/17");
    let before = ledger.customer_balance(1020, AS_OF).await.unwrap();

    let first = ledger.pay(number, 100_000).await.unwrap();
    assert_eq!((first.paid_cents, first.open_cents), (100_000, 24_950));
    assert_eq!((first.customer_id, first.status), (1020, Status::PartlyPaid));

    let error = ledger.pay(number, 24_951).await.unwrap_err();
    assert!(matches!(error, LedgerError::Overpayment { open_cents: 24_950 }));

    let last = ledger.pay(number, 24_950).await.unwrap();
    assert_eq!((last.amount_cents, last.open_cents, last.status), (24_950, 0, Status::Paid));
    assert_ne!(first.payment, last.payment);

    let error = ledger.pay(number, 1).await.unwrap_err();
    assert!(matches!(error, LedgerError::AlreadyPaid(paid) if paid == number));

    let after = ledger.customer_balance(1020, AS_OF).await.unwrap();
    assert_eq!(after.paid_cents - before.paid_cents, 124_950);
    assert_eq!(after.invoiced_cents, before.invoiced_cents);
}

#[tokio::test]
async fn refuses_a_payment_of_nothing_or_of_an_unknown_invoice() {
    let ledger = ledger().await;
    let known = number("FV/2026/03/17");
    let before = ledger.find(Customers::All, known).await.unwrap();
    for amount in [0, -1, i64::MIN] {
        let error = ledger.pay(known, amount).await.unwrap_err();
        assert!(matches!(error, LedgerError::InvalidPayment(_)), "{error:?}");
    }
    let error = ledger.pay(known, i64::MAX).await.unwrap_err();
    assert!(matches!(error, LedgerError::Overpayment { open_cents: 124_950 }));
    assert_eq!(ledger.find(Customers::All, known).await.unwrap(), before);

    let unknown: InvoiceNumber = number("FV/2031/01/1");
    let error = ledger.pay(unknown, 1).await.unwrap_err();
    assert!(matches!(error, LedgerError::NoSuchInvoice(number) if number == unknown));
}

#[tokio::test]
async fn a_void_invoice_is_owed_by_nobody() {
    let ledger = ledger().await;
    let number = number("FV/2026/03/17");
    let before = ledger.customer_balance(1020, AS_OF).await.unwrap();
    let report_before = ledger.overdue_report(AS_OF).await.unwrap();

    let voided = ledger.void(number).await.unwrap();
    assert_eq!((voided.status, voided.open_cents), (Status::Void, 0));
    assert_eq!(ledger.find(Customers::All, number).await.unwrap(), voided);

    let after = ledger.customer_balance(1020, AS_OF).await.unwrap();
    assert_eq!(before.invoiced_cents - after.invoiced_cents, 124_950);
    assert_eq!(before.open_cents - after.open_cents, 124_950);
    assert_eq!(before.overdue_cents - after.overdue_cents, 124_950);
    assert_eq!(before.open_invoices - after.open_invoices, 1);
    let report = ledger.overdue_report(AS_OF).await.unwrap();
    assert_eq!(report_before.overdue_cents - report.overdue_cents, 124_950);

    for (status, found) in [
        (StatusFilter::Void, true),
        (StatusFilter::Open, false),
        (StatusFilter::PartlyPaid, false),
        (StatusFilter::Paid, false),
        (StatusFilter::Unpaid, false),
        (StatusFilter::Overdue, false),
    ] {
        let filter =
            Filter { status: Some(status), as_of: Some(AS_OF), limit: 100, ..<_>::default() };
        let page = ledger.search(Customers::All, filter).await.unwrap();
        let is_there = page.invoices.iter().any(|invoice| invoice.number == number);
        assert_eq!(is_there, found, "{status:?}");
    }

    let error = ledger.pay(number, 1).await.unwrap_err();
    assert!(matches!(error, LedgerError::Void(void) if void == number));
    assert_eq!(ledger.void(number).await.unwrap(), voided, "a repeat changes nothing");

    // Its number stays taken.
    let next = ledger.issue(invoice(date(2026, 3, 31), date(2026, 4, 30))).await.unwrap();
    assert_eq!(next.number.to_string(), "FV/2026/03/21");
}

#[tokio::test]
async fn what_something_was_paid_on_is_not_voided() {
    let ledger = ledger().await;
    let part = number("FV/2026/03/17");
    ledger.pay(part, 1).await.unwrap();
    for paid in [part, number("FV/2026/05/19")] {
        let before = ledger.find(Customers::All, paid).await.unwrap();
        let error = ledger.void(paid).await.unwrap_err();
        assert!(matches!(error, LedgerError::HasPayments(number) if number == paid), "{error:?}");
        assert_eq!(ledger.find(Customers::All, paid).await.unwrap(), before);
    }
    let error = ledger.void(number("FV/2031/01/1")).await.unwrap_err();
    assert!(matches!(error, LedgerError::NoSuchInvoice(_)));
}
