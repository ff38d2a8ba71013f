//! Disks that are full, locked or broken.

use std::fs::{self, OpenOptions};

use super::*;
use crate::store::suite::{self, intent, record, seal};

fn entry(place: &Place) -> Entry {
    Entry { record: Some(intent("a", place.clock.now())), ..Entry::default() }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    let place = Place::new();
    let small = place.open_with(|engine| engine.limit_pages(4));
    let mut written = 0_u64;
    let refused = loop {
        assert!(written < 1_000, "the disk never got full");
        match small.write(entry(&place)).await {
            Ok(_) => written += 1,
            Err(refused) => break refused.0,
        }
    };
    assert_eq!(refused, "the store refused a write: database or disk is full");
    assert!(small.write(entry(&place)).await.is_err());
    assert_eq!(small.closed(), None);
    // What was acknowledged is there, and nothing else.
    suite::verify(&place.log());
    assert_eq!(suite::records(&place.log()).len() as u64, written);
    place
        .raw()
        .execute_batch("DELETE FROM records; UPDATE meta SET start_seq = seq, start_hash = hash")
        .unwrap();
    assert_eq!(record(&small, intent("a", place.clock.now())).await, written + 1);
}

#[tokio::test]
async fn a_lock_that_is_held_for_too_long_refuses_the_writes_that_met_it() {
    let place = Place::new();
    let journal = place.open_with(Writer::dont_wait);
    record(&journal, intent("a", place.clock.now())).await;
    let raw = place.raw();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = journal.write(entry(&place)).await.unwrap_err().0;
    assert_eq!(refused, "the store refused a write: database is locked");
    raw.execute_batch("ROLLBACK").unwrap();
    assert_eq!(record(&journal, intent("a", place.clock.now())).await, 2);
    assert_eq!(journal.closed(), None);
}

/// The write-ahead log is cut off under the journal, after another connection has seen to it that
/// the journal has to read from it.
#[tokio::test]
async fn an_io_error_closes_the_journal_for_good() {
    let place = Place::new();
    let journal = place.open();
    record(&journal, intent("a", place.clock.now())).await;
    // What came after the record was done before this is.
    seal(&journal).await;
    let raw = place.raw();
    raw.execute_batch("INSERT INTO writers VALUES (x'00')").unwrap();
    let wal = file::beside(&place.path(), "-wal");
    let kept = fs::read(&wal).unwrap();
    OpenOptions::new().write(true).open(&wal).unwrap().set_len(0).unwrap();

    let refused = journal.write(entry(&place)).await.unwrap_err().0;
    assert!(refused.ends_with("disk I/O error"), "{refused}");
    assert_eq!(journal.closed(), Some(refused.clone()));
    // Also when it would work again.
    fs::write(&wal, kept).unwrap();
    assert_eq!(raw.query_row("SELECT seq FROM meta", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    let again = journal.write(entry(&place));
    assert!(matches!(again, Step::Done(_)), "it is not even tried");
    assert_eq!(again.await.unwrap_err().0, refused);
}

#[tokio::test]
async fn a_damaged_row_closes_the_journal() {
    let place = Place::new();
    let journal = place.open();
    record(&journal, intent("a", place.clock.now())).await;
    place.raw().execute("UPDATE meta SET hash = x'00'", []).unwrap();
    assert!(journal.write(entry(&place)).await.is_err());
    assert!(journal.closed().is_some());
}

#[tokio::test]
async fn a_closed_journal_carries_nothing_over_as_it_goes() {
    let place = Place::new();
    let journal = place.open();
    record(&journal, intent("a", place.clock.now())).await;
    place.raw().execute("UPDATE meta SET hash = x'00'", []).unwrap();
    let before = fs::read(place.path()).unwrap();
    assert!(journal.write(entry(&place)).await.is_err());
    drop(journal);
    assert_eq!(fs::read(place.path()).unwrap(), before);
    assert!(file::beside(&place.path(), "-wal").exists());
}

#[test]
fn what_is_about_others_passes_and_what_is_about_the_disk_does_not() {
    use rusqlite::ffi;
    for (code, expected) in [
        (ffi::SQLITE_BUSY, true),
        (ffi::SQLITE_BUSY_SNAPSHOT, true),
        (ffi::SQLITE_LOCKED, true),
        (ffi::SQLITE_PROTOCOL, true),
        (ffi::SQLITE_FULL, true),
        (ffi::SQLITE_NOMEM, true),
        (ffi::SQLITE_IOERR, false),
        (ffi::SQLITE_CORRUPT, false),
        (ffi::SQLITE_READONLY, false),
    ] {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        assert_eq!(engine::passes(&error), expected, "{error}");
    }
}
