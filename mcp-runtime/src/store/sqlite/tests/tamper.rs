//! Whatever somebody does to the rows of the log who lacks its key: it is found.

use rusqlite::params;

use super::*;
use crate::audit::Draft;
use crate::audit::checkpoint::{External, beside_log};
use crate::audit::verify::verify;
use crate::store::suite::{intent, outcome, record, seal};

const CALLS: u64 = 6;

/// A log of some calls, whole and signed.
async fn signed() -> Place {
    let place = Place::new();
    let journal = place.open();
    for call in 0..CALLS {
        let name = format!("call {call}");
        let draft: Draft = intent(&name, place.clock.now());
        let seq = record(&journal, draft).await;
        record(&journal, outcome(seq, &name, place.clock.now())).await;
    }
    seal(&journal).await;
    seal(&journal).await;
    drop(journal);
    place
}

fn is_sound(place: &Place) -> bool {
    let Ok(log) = SqliteLog::open(&place.path()) else { return false };
    let kept: Vec<External> = External::read(&beside_log(&place.path())).into_iter().collect();
    verify(&log, Some(&signs()), &kept).is_ok_and(|report| report.is_sound())
}

/// Each byte of a column of each row, changed one at a time.
fn change_each_byte(place: &Place, table: &str, column: &str) {
    let raw = place.raw();
    let rows: Vec<(i64, Vec<u8>)> = raw
        .prepare(&format!("SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"))
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(!rows.is_empty(), "{table}.{column}");
    let set = format!("UPDATE {table} SET {column} = ?2 WHERE rowid = ?1");
    for (row, bytes) in rows {
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            raw.execute(&set, params![row, changed]).unwrap();
            assert!(!is_sound(place), "byte {at} of {table}.{column} in row {row}");
        }
        raw.execute(&set, params![row, bytes]).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn no_byte_of_a_record_or_checkpoint_can_be_changed() {
    let place = signed().await;
    assert!(is_sound(&place));
    for (table, column) in [
        ("records", "body"),
        ("records", "digest"),
        ("checkpoints", "hash"),
        ("checkpoints", "signature"),
        ("meta", "log"),
        ("meta", "hash"),
        ("meta", "start_hash"),
    ] {
        change_each_byte(&place, table, column);
    }
    assert!(is_sound(&place), "all of it was put back");
}

#[tokio::test(start_paused = true)]
async fn no_row_can_be_taken_out_moved_or_put_in() {
    for statement in [
        "DELETE FROM records WHERE seq = 1",
        "DELETE FROM records WHERE seq = 5",
        "DELETE FROM records WHERE seq = 12",
        "DELETE FROM records WHERE seq > 4",
        "DELETE FROM records",
        "UPDATE records SET body = NULL WHERE seq = 3",
        "UPDATE records SET seq = 99 WHERE seq = 12",
        "UPDATE records SET seq = -seq; UPDATE records SET seq = seq + 13",
        "INSERT INTO records SELECT seq + 12, digest, body, expires, note FROM records WHERE seq = 1",
        "UPDATE checkpoints SET seq = seq - 1",
        "UPDATE checkpoints SET time = time + 1",
        "UPDATE meta SET seq = seq + 1",
        "UPDATE meta SET seq = seq - 1",
        "UPDATE meta SET start_seq = 2",
        // The tail, and whatever the store says about it.
        "DELETE FROM records WHERE seq > 10; DELETE FROM checkpoints; UPDATE meta SET seq = 10",
    ] {
        let place = signed().await;
        place.raw().execute_batch(statement).unwrap();
        assert!(!is_sound(&place), "{statement}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tail_that_was_cut_well_is_seen_by_who_kept_a_checkpoint() {
    let place = signed().await;
    let kept = External::read(&beside_log(&place.path())).unwrap();
    {
        let raw = place.raw();
        let head = "SELECT digest FROM records WHERE seq <= 4 ORDER BY seq";
        let log: [u8; 16] = raw.query_row("SELECT log FROM meta", [], |row| row.get(0)).unwrap();
        let digests: Vec<[u8; 32]> = raw
            .prepare(head)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let head = crate::audit::chain::Head::empty(log);
        let head = digests.iter().fold(head, crate::audit::chain::Head::then);
        raw.execute("UPDATE meta SET seq = ?1, hash = ?2", params![4, head.hash]).unwrap();
        raw.execute_batch("DELETE FROM records WHERE seq > 4; DELETE FROM checkpoints").unwrap();
    }
    let log = place.log();
    assert!(verify(&log, Some(&signs()), &[]).unwrap().is_sound(), "by itself it is a log");
    assert!(!verify(&log, Some(&signs()), &[kept]).unwrap().is_sound());
}
