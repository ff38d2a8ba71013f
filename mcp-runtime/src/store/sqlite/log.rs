//! The log of a file, to read.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::{Connection, params};

use super::meta::{Meta, number, signed};
use super::{checkpoints, file};
use crate::audit::chain::{Head, LogId};
use crate::audit::{Checkpoint, Kept, Log};

/// The log as it is when it is opened. Servers may go on writing: what they write, and what they
/// erase, is not in it.
pub(crate) struct SqliteLog {
    connection: Connection,
    meta: Meta,
}

impl SqliteLog {
    /// # Errors
    ///
    /// There is no such file, or it isn't a store of this version.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let connection = file::read(path)?;
        // Never ended: every query sees what the first one sees.
        let begun = connection.execute_batch("BEGIN").and_then(|()| Meta::load(&connection));
        let meta = begun.map_err(|error| format!("the store {}: {error}", path.display()))?;
        Ok(Self { connection, meta })
    }

    /// The bodies of the newest records that have one, in order.
    pub(super) fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, String> {
        let newest = || {
            let mut bodies = self
                .connection
                .prepare_cached(
                    "SELECT body FROM records WHERE body IS NOT NULL ORDER BY seq DESC LIMIT ?1",
                )?
                .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<Vec<u8>>>>()?;
            bodies.reverse();
            Ok(bodies)
        };
        newest().map_err(|error: rusqlite::Error| unreadable(&error))
    }

    fn each(
        &self,
        from: u64,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> rusqlite::Result<()> {
        let mut query = self
            .connection
            .prepare_cached("SELECT seq, digest, body FROM records WHERE seq >= ?1 ORDER BY seq")?;
        let mut rows = query.query(params![signed(from)])?;
        while let Some(row) = rows.next()? {
            let kept = Kept { seq: number(row, 0)?, digest: row.get(1)?, body: row.get(2)? };
            if each(kept).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Log for SqliteLog {
    fn id(&self) -> Result<LogId, String> {
        Ok(self.meta.log)
    }

    fn head(&self) -> Result<Head, String> {
        Ok(self.meta.head)
    }

    fn start(&self) -> Result<Head, String> {
        Ok(self.meta.start)
    }

    fn records(
        &self,
        from: u64,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> Result<(), String> {
        self.each(from, each).map_err(|error| unreadable(&error))
    }

    fn checkpoints(&self) -> Result<Vec<Checkpoint>, String> {
        checkpoints::all(&self.connection).map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &rusqlite::Error) -> String {
    format!("the store can't be read: {error}")
}
