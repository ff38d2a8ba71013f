use std::collections::HashSet;
use std::path::Path;

use jiff::civil::date;
use mcp_testkit::Folder;
use rusqlite::Connection;
use tokio::task::JoinSet;

use super::{ledger, number, sample};
use crate::ledger::{Customers, Filter, Ledger, LedgerError, NewInvoice, Status};

async fn count(ledger: &Ledger) -> usize {
    ledger.search(Customers::All, Filter::default()).await.unwrap().matches as usize
}

fn payments(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    let sum = "SELECT coalesce(sum(amount_cents), 0) FROM payments";
    connection.query_row(sum, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_second_start_keeps_what_was_written() {
    let directory = Folder::new();
    let path = directory.join("ledger.db");
    let first = Ledger::open(&path).await.unwrap();
    assert_eq!(count(&first).await, sample().len());
    first.pay(number("FV/2026/03/17"), 124_950).await.unwrap();
    drop(first);

    let second = Ledger::open(&path).await.unwrap();
    assert_eq!(count(&second).await, sample().len());
    let invoice = second.find(Customers::All, number("FV/2026/03/17")).await.unwrap();
    assert_eq!(invoice.status, Status::Paid);
    assert_eq!(payments(&path), 124_950);
}

/// Each `open` has connections of its own, as another process would.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_first_starts_fill_the_file_once() {
    for _ in 0..5 {
        let directory = Folder::new();
        let path = directory.join("ledger.db");
        let starts: JoinSet<_> = (0..8)
            .map(|_| {
                let path = path.clone();
                async move { Ledger::open(path).await.unwrap() }
            })
            .collect();
        for ledger in starts.join_all().await {
            assert_eq!(count(&ledger).await, sample().len());
        }
    }
}

#[tokio::test]
async fn a_file_of_the_version_before_is_brought_up_to_date() {
    let directory = Folder::new();
    let path = directory.join("ledger.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("../schema.sql")).unwrap();
    connection
        .execute_batch(
            "INSERT INTO customers VALUES (7, 'Anna', 'anna');
             INSERT INTO invoices VALUES (202603, 1, 7, '2026-03-01', '2026-03-31', 500, 0);
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(connection);
    let ledger = Ledger::open(&path).await.unwrap();
    assert_eq!(count(&ledger).await, 1, "the sample is for new files");
    let voided = ledger.void(number("FV/2026/03/1")).await.unwrap();
    assert_eq!((voided.total_cents, voided.status), (500, Status::Void));
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused() {
    let directory = Folder::new();
    let path = directory.join("ledger.db");
    drop(Ledger::open(&path).await.unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let error = Ledger::open(&path).await.err().unwrap();
    assert!(matches!(error, LedgerError::Storage(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_issues_get_numbers_of_their_own() {
    let ledger = ledger().await;
    let issues: JoinSet<_> = (0..16)
        .map(|_| {
            let ledger = ledger.clone();
            let invoice = NewInvoice {
                customer_id: 1020,
                issued: date(2027, 2, 1),
                due: date(2027, 3, 1),
                total_cents: 100,
            };
            async move { ledger.issue(invoice).await.unwrap().number.to_string() }
        })
        .collect();
    let numbers: HashSet<_> = issues.join_all().await.into_iter().collect();
    let expected = (1..=16).map(|sequence| format!("FV/2027/02/{sequence}"));
    assert_eq!(numbers, expected.collect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_simultaneous_payments_of_one_invoice_one_wins() {
    let directory = Folder::new();
    let path = directory.join("ledger.db");
    // Two pools on one file, as two processes have.
    let ledgers = [Ledger::open(&path).await.unwrap(), Ledger::open(&path).await.unwrap()];
    let paid = number("FV/2026/03/17");
    let payments_made: JoinSet<_> = ledgers
        .iter()
        .cloned()
        .map(|ledger| async move { ledger.pay(paid, 124_950).await })
        .collect();
    let results = payments_made.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let lost = results.into_iter().find_map(Result::err).unwrap();
    assert!(matches!(lost, LedgerError::AlreadyPaid(number) if number == paid), "{lost:?}");
    assert_eq!(payments(&path), 124_950);
}

#[tokio::test]
async fn a_writer_that_finds_no_place_gives_up_and_changes_nothing() {
    let directory = Folder::new();
    let path = directory.join("ledger.db");
    let ledger = Ledger::open(&path).await.unwrap();
    let number = number("FV/2026/03/17");

    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = ledger.pay(number, 1).await.unwrap_err();
    assert!(matches!(error, LedgerError::Busy), "{error:?}");
    // Readers don't mind.
    assert_eq!(ledger.find(Customers::All, number).await.unwrap().paid_cents, 0);

    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ledger.pay(number, 1).await.unwrap().paid_cents, 1);
}

#[tokio::test]
async fn a_caller_that_finds_no_connection_gives_up() {
    let ledger = ledger().await;
    let mut taken = Vec::new();
    for _ in 0..Ledger::CONNECTIONS {
        taken.push(ledger.pool.get().await.unwrap());
    }
    let error = ledger.find(Customers::All, number("FV/2026/03/17")).await.unwrap_err();
    assert!(matches!(error, LedgerError::Busy), "{error:?}");
    taken.clear();
    ledger.find(Customers::All, number("FV/2026/03/17")).await.unwrap();
}
