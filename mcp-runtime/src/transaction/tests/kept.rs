//! What is kept of an effect, and for how long.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{HOUR, books, kept, keyed, keyed_at, paid, pay};
use crate::clock::Clock;
use crate::context::EffectKey;
use crate::error::{Code, Effect, ToolError};
use crate::transaction::{MAX_RESULT, TransactionError, effects};

#[test]
fn a_result_of_another_type_is_a_conflict_that_says_what_happened() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    keyed(1).transaction(&mut connection, |transaction| pay(transaction, 500)).unwrap();
    let changed = keyed(1).transaction(&mut connection, |_| Ok::<_, ToolError>([0_u8; 2]));
    let error = changed.unwrap_err();
    assert_eq!((error.code(), error.stated_effect()), (&Code::Conflict, Some(Effect::Applied)));
    assert!(!error.is_retryable() && error.message().contains("took effect"), "{error:?}");
    assert_eq!(paid(&connection), 500);
}

#[test]
fn what_is_too_large_to_be_kept_is_refused_before_anything_changed() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    for (bytes, kept) in [(MAX_RESULT - 2, true), (MAX_RESULT - 1, false)] {
        let result = keyed(1).transaction(&mut connection, |transaction| {
            pay(transaction, 500)?;
            Ok::<_, TransactionError>("x".repeat(bytes))
        });
        assert_eq!(result.is_ok(), kept, "{bytes}");
        assert_eq!(paid(&connection), if kept { 500 } else { 0 });
        connection.execute_batch("DELETE FROM payments; DROP TABLE mcp_runtime_effects").ok();
    }
}

#[tokio::test]
async fn a_key_is_remembered_for_its_time_and_forgotten_after_it() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    let clock = Clock::starting_at(UNIX_EPOCH + HOUR);
    let mut call = |cents, in_doubt| {
        let context = keyed_at(1, in_doubt, &clock);
        context.transaction(&mut connection, |transaction| pay(transaction, cents)).unwrap()
    };
    assert_eq!(call(1, false), 1);
    clock.forward(Duration::from_secs(59 * 60 + 59));
    assert_eq!(call(1, false), 1);
    clock.forward(Duration::from_secs(1));
    assert_eq!(call(1, true), 1, "an earlier call is in doubt");
    assert_eq!(call(1, false), 2, "its time is over");
    clock.forward(Duration::from_secs(59 * 60 + 59));
    assert_eq!(call(1, false), 2, "it lives as long as the first");
}

#[tokio::test]
async fn each_use_sweeps_a_bounded_number_of_rows_whose_time_is_over() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    let now = UNIX_EPOCH + 100 * HOUR;
    effects::set_up(&connection).unwrap();
    let row = |connection: &Connection, number: u32, time: SystemTime| {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&number.to_be_bytes());
        let key = EffectKey { digest, ttl: HOUR, clock: Clock::system() };
        effects::keep(connection, &key, "1", time).unwrap();
    };
    let old = connection.unchecked_transaction().unwrap();
    for number in 0..effects::SWEPT + 500 {
        row(&old, number, now - 25 * HOUR);
    }
    row(&old, u32::MAX, now - 25 * HOUR + Duration::from_secs(1));
    old.commit().unwrap();
    let clock = Clock::starting_at(now);
    for (key, left) in [(254, 500 + 1 + 1), (253, 1 + 1 + 1)] {
        let context = keyed_at(key, false, &clock);
        context.transaction(&mut connection, |transaction| pay(transaction, 1)).unwrap();
        assert_eq!(kept(&connection), left);
    }
}

#[test]
fn the_table_lies_beside_the_effect() {
    let place = TempDir::new().unwrap();
    let mut connection = books(&place);
    connection.execute_batch("CREATE TEMP TABLE mcp_runtime_effects (a)").unwrap();
    keyed(1).transaction(&mut connection, |transaction| pay(transaction, 500)).unwrap();
    let file: &Path = place.path();
    assert_eq!(kept(&Connection::open(file.join("books.db")).unwrap()), 1);
}
