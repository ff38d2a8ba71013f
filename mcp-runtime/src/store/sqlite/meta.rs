//! The one row about the store as a whole.

use rusqlite::{Connection, Row, params};

use crate::audit::chain::{Head, LogId};

/// Read as a group begins, written as it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) log: LogId,
    /// The last one that was given away.
    pub(super) fence: u64,
    /// How many keys there are.
    pub(super) keys: u64,
    /// What their answers take together.
    pub(super) bytes: u64,
    pub(super) head: Head,
    /// Of what is gone from the log without a trace.
    pub(super) start: Head,
    /// The place of the note that says so; 0 where nothing is gone.
    pub(super) start_note: u64,
}

impl Meta {
    pub(super) fn new(log: LogId) -> Self {
        let empty = Head::empty(log);
        Self { log, fence: 0, keys: 0, bytes: 0, head: empty, start: empty, start_note: 0 }
    }

    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<()> {
        let (log, head, start) = (self.log, self.head, self.start);
        connection.execute(
            "INSERT INTO meta VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                log,
                signed(self.fence),
                signed(self.keys),
                signed(self.bytes),
                signed(head.seq),
                head.hash,
                signed(start.seq),
                start.hash,
                signed(self.start_note)
            ],
        )?;
        Ok(())
    }

    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut query = connection.prepare_cached(
            "SELECT log, fence, keys, bytes, seq, hash, start_seq, start_hash, start_note FROM meta \
             WHERE id = 1",
        )?;
        query.query_row([], |row| {
            Ok(Self {
                log: row.get(0)?,
                fence: number(row, 1)?,
                keys: number(row, 2)?,
                bytes: number(row, 3)?,
                head: Head { seq: number(row, 4)?, hash: row.get(5)? },
                start: Head { seq: number(row, 6)?, hash: row.get(7)? },
                start_note: number(row, 8)?,
            })
        })
    }

    /// A key is gone, and its answer of so many bytes.
    pub(super) fn gone(&mut self, bytes: u64) {
        self.keys = self.keys.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    pub(super) fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut update = connection.prepare_cached(
            "UPDATE meta SET fence = ?1, keys = ?2, bytes = ?3, seq = ?4, hash = ?5, \
             start_seq = ?6, start_hash = ?7, start_note = ?8 WHERE id = 1",
        )?;
        let (head, start) = (self.head, self.start);
        update.execute(params![
            signed(self.fence),
            signed(self.keys),
            signed(self.bytes),
            signed(head.seq),
            head.hash,
            signed(start.seq),
            start.hash,
            signed(self.start_note)
        ])?;
        Ok(())
    }
}

/// As `SQLite`'s integers are: what is beyond them is the last one.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Of a column that is never negative.
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}
