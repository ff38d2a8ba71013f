//! Checkpoints: what the log comes to, signed, and told to others.
//!
//! Each is kept in three places: in the file itself, in the process's log (which a collector takes
//! elsewhere), and the newest of them in a file beside the store. Who can write to the store can cut
//! the log's tail along with its checkpoints; not those which are elsewhere.

use std::io;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use tracing::info;

use super::meta::{Meta, number, signed};
use crate::audit::chain::{Head, LogId};
use crate::audit::checkpoint::{self, External, beside_log};
use crate::audit::{Checkpoint, hex};

/// Whether it is time to sign what the log comes to.
pub(super) fn is_due(
    connection: &Connection,
    meta: &Meta,
    now: u64,
    seal: bool,
) -> rusqlite::Result<bool> {
    let last = newest(connection)?;
    let (seq, time) = last.map_or((meta.start.seq, None), |last| (last.head.seq, Some(last.time)));
    let unsigned = meta.head.seq.saturating_sub(seq.max(meta.start.seq));
    Ok(seal && unsigned > 0 || checkpoint::is_due(unsigned, time, now))
}

pub(super) fn insert(connection: &Connection, checkpoint: &Checkpoint) -> rusqlite::Result<()> {
    let Checkpoint { head, time, signature } = checkpoint;
    connection
        .prepare_cached("INSERT INTO checkpoints VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![signed(head.seq), head.hash, signed(*time), signature])?;
    Ok(())
}

pub(super) fn newest(connection: &Connection) -> rusqlite::Result<Option<Checkpoint>> {
    connection
        .prepare_cached(
            "SELECT seq, hash, time, signature FROM checkpoints ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([], of_columns)
        .optional()
}

/// All of them, in order.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Checkpoint>> {
    connection
        .prepare_cached("SELECT seq, hash, time, signature FROM checkpoints ORDER BY seq")?
        .query_map([], of_columns)?
        .collect()
}

fn of_columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Checkpoint> {
    let head = Head { seq: number(row, 0)?, hash: row.get(1)? };
    Ok(Checkpoint { head, time: number(row, 2)?, signature: row.get(3)? })
}

/// Tells the process's log.
pub(super) fn announce(log: LogId, checkpoint: &Checkpoint) {
    let Checkpoint { head, time, signature } = checkpoint;
    info!(
        log = hex(&log),
        seq = head.seq,
        hash = hex(&head.hash),
        time,
        signature = hex(signature),
        "a checkpoint of the audit log"
    );
}

/// Writes a checkpoint to the file beside the store. A newer one stays, and so does one of another
/// log or of other records: it is what is left to show that the store isn't what it was. The caller
/// sees to it that nobody else does so at the same time.
pub(super) fn publish(
    connection: &Connection,
    store: &Path,
    meta: &Meta,
    checkpoint: &Checkpoint,
) -> io::Result<()> {
    let (log, path) = (meta.log, beside_log(store));
    if let Ok(there) = External::read(&path) {
        let head = there.checkpoint.head;
        if there.log != log {
            return Err(io::Error::other("it belongs to another log than the store's"));
        }
        if head.seq > checkpoint.head.seq {
            return Err(io::Error::other("it is ahead of the store: the log has lost its tail"));
        }
        // Each that was published is in the store too, until the records that it covers are gone.
        if head.seq > meta.start.seq && !holds(connection, head).map_err(io::Error::other)? {
            return Err(io::Error::other(
                "it isn't one of the store's: the log was cut or changed since",
            ));
        }
    }
    External { log, checkpoint: checkpoint.clone() }.write(&path)
}

fn holds(connection: &Connection, head: Head) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM checkpoints WHERE seq = ?1 AND hash = ?2")?
        .exists(params![signed(head.seq), head.hash])
}
