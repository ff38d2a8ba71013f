//! The journal in a file.

mod chain;
mod crash;
mod faults;
mod keys;
mod open;
mod promises;
mod retention;
mod tamper;
mod theft;

use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::store::suite::{clock, signs};

/// A folder for a store, and a clock for those who open it.
struct Place {
    folder: TempDir,
    clock: Clock,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), clock: clock() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn open(&self) -> SqliteJournal {
        SqliteJournal::open(&self.path(), self.clock.clone(), signs()).unwrap()
    }

    /// One that is changed before it starts.
    fn open_with(&self, change: impl FnOnce(&mut Writer)) -> SqliteJournal {
        let mut engine = Writer::open(&self.path(), self.clock.clone(), signs()).unwrap();
        change(&mut engine);
        SqliteJournal::start(engine, self.clock.clone()).unwrap()
    }

    fn log(&self) -> SqliteLog {
        SqliteLog::open(&self.path()).unwrap()
    }

    /// The file, past the journal.
    fn raw(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    /// What a query counts.
    fn count(&self, what: &str) -> i64 {
        self.raw().query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).unwrap()
    }
}
