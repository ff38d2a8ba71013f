mod kept;

use std::cell::Cell;
use std::sync::Barrier;
use std::time::Duration;

use rusqlite::{Connection, Transaction};
use tempfile::TempDir;

use super::TransactionError;
use crate::call::ToolCall;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::context::{Context, EffectKey, InProcess, Origin};
use crate::ending::Ending;
use crate::error::{Code, Effect, ToolError};
use crate::extract::FromCall;

const HOUR: Duration = Duration::from_hours(1);

fn open(place: &TempDir) -> Connection {
    let connection = Connection::open(place.path().join("books.db")).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

fn books(place: &TempDir) -> Connection {
    let connection = open(place);
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE accounts (id INTEGER PRIMARY KEY);
             CREATE TABLE payments (
                 cents INTEGER NOT NULL,
                 account INTEGER REFERENCES accounts DEFERRABLE INITIALLY DEFERRED);",
        )
        .unwrap();
    connection
}

fn unkeyed() -> Context {
    let origin = Origin {
        request: Box::new(InProcess::default()),
        caller: Caller::anonymous(),
        ending: Ending::default(),
    };
    Context::new("pay", Duration::from_secs(10), origin)
}

/// A new call under this key, as its function sees it.
fn keyed_at(key: u8, in_doubt: bool, clock: &Clock) -> Context {
    let context = unkeyed();
    let clock = clock.clone();
    context.set_effect_key(EffectKey { digest: [key; 32], ttl: HOUR, clock });
    if in_doubt {
        context.doubt();
    }
    context
}

fn keyed(key: u8) -> Context {
    keyed_at(key, false, &Clock::system())
}

fn pay(transaction: &Transaction<'_>, cents: i64) -> Result<i64, TransactionError> {
    transaction
        .execute("INSERT INTO payments (cents) VALUES (?1)", [cents])
        .map_err(TransactionError::Sqlite)?;
    Ok(transaction.last_insert_rowid())
}

fn paid(connection: &Connection) -> i64 {
    let sum = "SELECT coalesce(sum(cents), 0) FROM payments";
    connection.query_row(sum, [], |row| row.get(0)).unwrap()
}

fn kept(connection: &Connection) -> i64 {
    let count = "SELECT count(*) FROM mcp_runtime_effects";
    connection.query_row(count, [], |row| row.get(0)).unwrap()
}

#[test]
fn each_key_has_its_effect_once() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    let runs = Cell::new(0);
    for (key, cents, payment) in [(1, 500, 1), (1, 999, 1), (2, 70, 2), (1, 999, 1)] {
        let result = keyed(key).transaction(&mut connection, |transaction| {
            runs.set(runs.get() + 1);
            pay(transaction, cents)
        });
        assert_eq!(result.unwrap(), payment, "{key} {cents}");
    }
    assert_eq!((runs.get(), paid(&connection), kept(&connection)), (2, 570, 2));
}

#[test]
fn a_later_process_finds_what_an_earlier_one_committed() {
    let place = TempDir::new().unwrap();
    // It dies right after the commit: nobody was told.
    let lost = keyed(1).transaction(&mut books(&place), |transaction| pay(transaction, 500));
    drop(lost);
    let mut connection = open(&place);
    let result = keyed(1).transaction(&mut connection, |_| -> Result<i64, TransactionError> {
        panic!("the effect took place")
    });
    assert_eq!((result.unwrap(), paid(&connection)), (1, 500));
}

#[test]
fn of_calls_at_the_same_time_one_has_the_effect() {
    let place = TempDir::new().unwrap();
    drop(books(&place));
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = open(&place);
                    start.wait();
                    keyed(1).transaction(&mut connection, |transaction| pay(transaction, 500))
                })
            })
            .collect();
        for call in calls {
            assert_eq!(call.join().unwrap().unwrap(), 1);
        }
    });
    assert_eq!(paid(&open(&place)), 500);
}

#[test]
fn an_error_takes_everything_back_and_is_not_remembered() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    for context in [keyed(1), unkeyed()] {
        let refused =
            context.transaction(&mut connection, |transaction| -> Result<i64, ToolError> {
                pay(transaction, 500)?;
                Err(ToolError::new("overpayment", "too much"))
            });
        assert_eq!(refused.unwrap_err().code().as_str(), "overpayment");
        assert_eq!(paid(&connection), 0);
        // The same run of the function may try again.
        let paid_then = context.transaction(&mut connection, |transaction| pay(transaction, 5));
        paid_then.unwrap();
        connection.execute("DELETE FROM payments", []).unwrap();
    }
}

#[test]
fn without_a_key_it_is_a_plain_transaction() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    let context = unkeyed();
    for _ in 0..2 {
        context.transaction(&mut connection, |transaction| pay(transaction, 500)).unwrap();
    }
    assert_eq!(paid(&connection), 1_000);
    let table = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'mcp%'";
    assert_eq!(connection.query_row(table, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[test]
fn what_the_effect_reads_first_is_still_so_when_it_writes() {
    let place = TempDir::new().unwrap();
    let (mut connection, other) = (books(&place), open(&place));
    other.busy_timeout(Duration::ZERO).unwrap();
    let result = unkeyed().transaction(&mut connection, |transaction| {
        assert_eq!(paid(transaction), 0);
        assert!(other.execute("INSERT INTO payments (cents) VALUES (1)", []).is_err());
        pay(transaction, 500)
    });
    result.unwrap();
}

#[test]
fn a_run_of_the_function_has_one_transaction_and_a_further_attempt_has_its_own() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    let call =
        ToolCall { context: keyed(1), ..crate::policy::testing::call(serde_json::json!({})) };
    let attempt = Context::from_call(&call).unwrap();
    attempt.transaction(&mut connection, |transaction| pay(transaction, 500)).unwrap();
    let second = attempt.transaction(&mut connection, |transaction| pay(transaction, 20));
    assert!(matches!(second, Err(TransactionError::Second)), "{second:?}");
    let again = Context::from_call(&call).unwrap();
    assert_eq!(again.transaction(&mut connection, |tx| pay(tx, 500)).unwrap(), 1);
    assert_eq!(paid(&connection), 500);
}

#[test]
fn a_fallback_has_an_effect_of_its_own() {
    let other = keyed(1).for_fallback("other", HOUR);
    assert!(other.effect_key().is_none());
    let context = keyed(1);
    assert!(context.detached(HOUR).effect_key().is_some());
    assert!(context.until(context.deadline()).effect_key().is_some());
}

#[test]
fn what_is_no_transaction_of_its_own_is_refused() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    connection.execute_batch("BEGIN").unwrap();
    let nested = keyed(1).transaction(&mut connection, |transaction| pay(transaction, 1));
    assert!(matches!(nested, Err(TransactionError::Nested)), "{nested:?}");
    connection.execute_batch("ROLLBACK").unwrap();

    for (end, stays) in [("COMMIT", 1), ("ROLLBACK", 0)] {
        for context in [keyed(1), unkeyed()] {
            let ended = context.transaction(&mut connection, |transaction| {
                pay(transaction, 1)?;
                transaction.execute_batch(end).map_err(TransactionError::Sqlite)
            });
            assert!(matches!(ended, Err(TransactionError::Ended)), "{ended:?}");
            assert_eq!(paid(&connection), stays, "{end}");
            connection.execute("DELETE FROM payments", []).unwrap();
        }
    }

    let within = keyed(1).transaction(&mut connection, |transaction| {
        let back = "SAVEPOINT a; INSERT INTO payments (cents) VALUES (9); ROLLBACK TO a; RELEASE a";
        transaction.execute_batch(back).map_err(TransactionError::Sqlite)?;
        pay(transaction, 1)
    });
    within.unwrap();
    assert_eq!(paid(&connection), 1);
}

#[test]
fn a_commit_that_is_refused_changes_nothing() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    let refused = keyed(1).transaction(&mut connection, |transaction| {
        let orphan = "INSERT INTO payments (cents, account) VALUES (500, 17)";
        transaction.execute(orphan, []).map_err(TransactionError::Sqlite)
    });
    let error = refused.unwrap_err();
    assert!(matches!(error, TransactionError::Sqlite(_)), "{error:?}");
    assert!(connection.is_autocommit());
    assert_eq!((error.effect(), paid(&connection)), (Effect::None, 0));
}

#[test]
fn a_call_that_is_over_has_no_effect_any_more() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    for context in [keyed(1), unkeyed()] {
        context.cancellation().cancel();
        let late = context.transaction(&mut connection, |transaction| pay(transaction, 500));
        assert!(matches!(late, Err(TransactionError::Over)), "{late:?}");
    }
    assert_eq!(paid(&connection), 0);
}

#[test]
fn a_busy_database_is_told_from_a_broken_one() {
    let place = TempDir::new().unwrap();
    let (mut connection, other) = (books(&place), open(&place));
    connection.busy_timeout(Duration::ZERO).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let busy = keyed(1).transaction(&mut connection, |transaction| pay(transaction, 500));
    let busy = ToolError::from(busy.unwrap_err());
    assert_eq!((busy.code(), busy.stated_effect()), (&Code::Overloaded, Some(Effect::None)));
    assert!(busy.stated_retry_after().is_some());
    other.execute_batch("ROLLBACK").unwrap();

    connection.pragma_update(None, "query_only", true).unwrap();
    let broken = keyed(1).transaction(&mut connection, |transaction| pay(transaction, 500));
    let broken = ToolError::from(broken.unwrap_err());
    assert_eq!((broken.code(), broken.stated_effect()), (&Code::Internal, Some(Effect::None)));
    assert!(broken.developer_message().unwrap().contains("readonly"), "{broken:?}");
}
