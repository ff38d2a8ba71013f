//! Keys in their table: read, decided, written, within a group's transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::once::machine::{Change, Row, State, step};
use super::super::once::{OnceAnswer, OnceKey, OnceOp};
use super::meta::{Meta, number, signed};
use super::presence::WriterId;

/// What is kept: about 1 GB with answers of 1 KB.
const MOST: Most = Most { keys: 1_000_000, bytes: 4 << 30 };
/// How many ended ones a new one removes: more than one, so that they go faster than they come.
const SWEPT: u64 = 2;
/// How many are removed at a time where there is no room.
const SWEPT_IF_FULL: u64 = 1_000;

/// How much may be kept. New keys are refused beyond it; what was begun is completed.
#[derive(Clone, Copy)]
pub(super) struct Most {
    pub(super) keys: u64,
    /// Of all answers together.
    pub(super) bytes: u64,
}

/// A key's table while a group is carried out.
pub(super) struct Keys<'a> {
    pub(super) connection: &'a Connection,
    pub(super) writer: &'a WriterId,
    /// [`Keys::MOST`], but for tests.
    pub(super) most: Most,
}

impl Keys<'_> {
    pub(super) const MOST: Most = MOST;

    pub(super) fn step(
        &self,
        meta: &mut Meta,
        key: &OnceKey,
        op: OnceOp,
        now: u64,
    ) -> rusqlite::Result<OnceAnswer> {
        let mut row = self.load(key)?;
        let (is_new, fresh) = (row.is_none(), meta.fence + 1);
        let before = row.as_ref().map_or(0, |row| row.response.len() as u64);
        let (change, answer) = step(row.as_mut(), op, now, fresh);
        let put = match change {
            Change::New(row) => Some(row),
            Change::Changed => row,
            Change::Delete => {
                self.delete(meta, key)?;
                None
            }
            Change::Keep => None,
        };
        if let Some(row) = put {
            if is_new && !self.makes_room(meta, now)? {
                return Ok(OnceAnswer::Full);
            }
            self.put(key, &row)?;
            meta.keys += u64::from(is_new);
            let after = row.response.len() as u64;
            meta.bytes = meta.bytes.saturating_sub(before).saturating_add(after);
        }
        if matches!(answer, OnceAnswer::Claimed { .. }) {
            meta.fence = fresh;
        }
        Ok(answer)
    }

    /// Removes ended records in passing; whether there is room for another one.
    fn makes_room(&self, meta: &mut Meta, now: u64) -> rusqlite::Result<bool> {
        self.sweep(meta, now, if self.has_room(meta) { SWEPT } else { SWEPT_IF_FULL })?;
        Ok(self.has_room(meta))
    }

    fn has_room(&self, meta: &Meta) -> bool {
        meta.keys < self.most.keys && meta.bytes < self.most.bytes
    }

    /// Removes at most so many of the records that have ended.
    pub(super) fn sweep(&self, meta: &mut Meta, now: u64, most: u64) -> rusqlite::Result<()> {
        let mut delete = self.connection.prepare_cached(
            "DELETE FROM keys WHERE rowid IN \
             (SELECT rowid FROM keys WHERE expires <= ?1 ORDER BY expires LIMIT ?2) \
             RETURNING length(response)",
        )?;
        for bytes in delete.query_map([signed(now), signed(most)], |row| number(row, 0))? {
            meta.gone(bytes?);
        }
        Ok(())
    }

    fn load(&self, key: &OnceKey) -> rusqlite::Result<Option<Row>> {
        let mut query = self.connection.prepare_cached(
            "SELECT state, doubted, fence, payload, version, call_id, since, lease_until, expires, \
             response FROM keys WHERE key = ?1",
        )?;
        query.query_row([key], of_columns).optional()
    }

    fn put(&self, key: &OnceKey, row: &Row) -> rusqlite::Result<()> {
        let mut put = self.connection.prepare_cached(
            "INSERT INTO keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
             ON CONFLICT (key) DO UPDATE SET state = ?2, doubted = ?3, fence = ?4, payload = ?5, \
             version = ?6, call_id = ?7, since = ?8, lease_until = ?9, expires = ?10, \
             response = ?11, writer = ?12",
        )?;
        put.execute(params![
            key,
            of_state(row.state),
            row.doubted,
            signed(row.fence),
            row.payload,
            row.version,
            row.call_id,
            signed(row.since),
            signed(row.lease_until),
            signed(row.expires),
            row.response,
            self.writer,
        ])?;
        Ok(())
    }

    fn delete(&self, meta: &mut Meta, key: &OnceKey) -> rusqlite::Result<()> {
        let mut delete = self
            .connection
            .prepare_cached("DELETE FROM keys WHERE key = ?1 RETURNING length(response)")?;
        for bytes in delete.query_map([key], |row| number(row, 0))? {
            meta.gone(bytes?);
        }
        Ok(())
    }

    /// Settles what a writer that is gone left open.
    pub(super) fn orphan(&self, meta: &mut Meta, writer: &WriterId) -> rusqlite::Result<()> {
        let keys: Vec<OnceKey> = self
            .connection
            .prepare_cached("SELECT key FROM keys WHERE writer = ?1 AND state < 2")?
            .query_map([writer], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for key in keys {
            let Some(mut row) = self.load(&key)? else { continue };
            match row.orphan() {
                Change::Changed => self.put(&key, &row)?,
                Change::Delete => self.delete(meta, &key)?,
                Change::Keep | Change::New(_) => {}
            }
        }
        Ok(())
    }
}

fn of_columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        state: to_state(row.get(0)?)?,
        doubted: row.get(1)?,
        fence: number(row, 2)?,
        payload: row.get(3)?,
        version: row.get::<_, String>(4)?.into(),
        call_id: row.get(5)?,
        since: number(row, 6)?,
        lease_until: number(row, 7)?,
        expires: number(row, 8)?,
        response: row.get(9)?,
    })
}

/// As the file has it; an index depends on the first two being those of a claim that runs.
fn of_state(state: State) -> i64 {
    match state {
        State::Claimed => 0,
        State::Started => 1,
        State::Completed => 2,
        State::Indeterminate => 3,
    }
}

fn to_state(number: i64) -> rusqlite::Result<State> {
    match number {
        0 => Ok(State::Claimed),
        1 => Ok(State::Started),
        2 => Ok(State::Completed),
        3 => Ok(State::Indeterminate),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
    }
}
