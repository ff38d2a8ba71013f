//! Records whose time is over: their bodies are erased, their digests stay, and a note says so.
//!
//! Where nothing but such stubs and notes is left at the beginning of the log, they go too, and the
//! note holds the head that they came to.
//!
//! Who can write to the file can make stubs as well. What becomes of a stub is therefore decided by
//! the note about it, which nobody can make without the log's key: one that no note covers stays
//! where it is, to be found.

use std::time::SystemTime;

use rusqlite::{Connection, params};
use serde_json::Value;
use tracing::warn;

use super::super::millis;
use super::meta::{Meta, number, signed};
use super::notes::Notes;
use super::presence::WriterId;
use super::records::append;
use super::recovery::time;
use crate::audit::chain::{self, Hash, Head};
use crate::audit::{AuditKeys, Draft, Erased};

/// How many records are looked at in one go: about a fiftieth of a second, for which others wait.
pub(super) const BATCH: usize = 1_000;

/// What came of one go.
pub(super) struct Done {
    /// There may be more to do.
    pub(super) more: bool,
    /// The beginning of the log can't go, because of this record: it is gone, and no note says why.
    pub(super) stolen: Option<u64>,
}

/// Erases what is over, and notes it.
pub(super) fn erase(
    connection: &Connection,
    meta: &mut Meta,
    keys: &AuditKeys,
    writer: &WriterId,
    now: SystemTime,
) -> rusqlite::Result<Done> {
    let seq = meta.head.seq + 1;
    let (bodies, all_seen) = bodies(connection, seq, now)?;
    let Prefix { through, at_end, stolen } = prefix(connection, meta, keys, &bodies)?;
    let done = Done { more: !all_seen || !at_end, stolen };
    if bodies.is_empty() && through.is_none() {
        return Ok(done);
    }
    if let Some(through) = through {
        (meta.start, meta.start_note) = (through, seq);
        let before = [signed(through.seq)];
        connection.prepare_cached("DELETE FROM records WHERE seq <= ?1")?.execute(before)?;
        // One of just this head still has something to be compared with, and the newest says when
        // the log was last signed.
        connection
            .prepare_cached(
                "DELETE FROM checkpoints WHERE seq < ?1 \
                 AND seq < (SELECT max(seq) FROM checkpoints)",
            )?
            .execute(before)?;
    }
    let gone = |seq: &u64| through.is_some_and(|through| *seq <= through.seq);
    let bodies = ranges(bodies.into_iter().filter(|seq| !gone(seq)));
    let note = Erased::new(now, bodies, through, (keys, meta.log, seq));
    append(connection, meta, writer, &Draft::Erased(Box::new(note)))?;
    Ok(done)
}

/// Erases bodies, for the note at this place; whose they were, in order, and whether those were all.
fn bodies(
    connection: &Connection,
    note: u64,
    now: SystemTime,
) -> rusqlite::Result<(Vec<u64>, bool)> {
    let over: Vec<(u64, Option<SystemTime>)> = connection
        .prepare_cached(
            "SELECT seq, digest, body FROM records WHERE body IS NOT NULL AND expires IS NOT NULL \
             AND expires <= ?1 ORDER BY expires LIMIT ?2",
        )?
        .query_map([signed(millis(now)), signed(BATCH as u64)], |row| {
            Ok((number(row, 0)?, keep_until(row.get(1)?, &row.get::<_, Vec<u8>>(2)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let all_seen = over.len() < BATCH;
    let mut erased = Vec::with_capacity(over.len());
    for (seq, end) in over {
        if end.is_some_and(|end| end <= now) {
            connection
                .prepare_cached("UPDATE records SET body = NULL, note = ?2 WHERE seq = ?1")?
                .execute([signed(seq), signed(note)])?;
            erased.push(seq);
        } else {
            // What the record says of itself counts; the column is only there to find it.
            warn!(seq, "the store's word on how long a record is kept isn't the record's own");
            let end = end.map(|end| signed(millis(end)));
            connection
                .prepare_cached("UPDATE records SET expires = ?2 WHERE seq = ?1")?
                .execute(params![signed(seq), end])?;
        }
    }
    erased.sort_unstable();
    Ok((erased, all_seen))
}

/// Until when a record says that it is kept. One that was changed says nothing: it has to be there
/// to be found.
fn keep_until(digest: Hash, body: &[u8]) -> Option<SystemTime> {
    if chain::digest(body) != digest {
        return None;
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    time(&body["keep_until"])
}

/// The beginning of a log.
struct Prefix {
    /// The head up to which nothing but stubs and notes is left, if it is worth a note.
    through: Option<Head>,
    /// It goes no further.
    at_end: bool,
    stolen: Option<u64>,
}

/// Looks at the beginning of the log, where these were erased just now. Notes alone are not worth a
/// note, unless there are many: each note would be followed by one about itself.
fn prefix(
    connection: &Connection,
    meta: &Meta,
    keys: &AuditKeys,
    erased: &[u64],
) -> rusqlite::Result<Prefix> {
    let start = meta.start;
    let mut notes = Notes::new(connection, keys, meta.log);
    let mut query = connection.prepare_cached(
        "SELECT seq, digest, body IS NULL, note FROM records WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let mut rows = query.query([signed(start.seq), signed(BATCH as u64)])?;
    let (mut through, mut stubs, mut seen, mut stolen) = (start, false, 0, None);
    while let Some(row) = rows.next()? {
        let (seq, is_stub, note) = (number(row, 0)?, row.get::<_, bool>(2)?, number(row, 3)?);
        if seq != through.seq + 1 || !is_stub && note == 0 {
            break;
        }
        if is_stub && erased.binary_search(&seq).is_err() && !notes.cover(note, seq)? {
            stolen = Some(seq);
            break;
        }
        // As with its end, a record's own word counts.
        if !is_stub && !notes.has(seq)? {
            break;
        }
        through = through.then(&row.get(1)?);
        stubs |= is_stub;
        seen += 1;
    }
    if seen > 0 && start != Head::empty(meta.log) && !notes.begin_at(meta.start_note, start)? {
        // A note about more would be one about what came before, too.
        return Ok(Prefix { through: None, at_end: true, stolen: Some(start.seq) });
    }
    let goes_on = seen == BATCH;
    Ok(Prefix { through: (stubs || goes_on).then_some(through), at_end: !goes_on, stolen })
}

/// Numbers in order, as ranges: from, to, both included.
pub(super) fn ranges(numbers: impl Iterator<Item = u64>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == number => *to = number,
            _ => ranges.push((number, number)),
        }
    }
    ranges
}
