//! Records whose time is over: their bodies are erased, their digests stay, and a note says so.
//!
//! Where nothing but such stubs and notes is left at the beginning of the log, they go too, and the
//! note holds the head that they came to.

use std::time::SystemTime;

use rusqlite::{Connection, params};
use serde_json::Value;
use tracing::warn;

use super::super::millis;
use super::meta::{Meta, number, signed};
use super::presence::WriterId;
use super::records::append;
use super::recovery::time;
use crate::audit::chain::Head;
use crate::audit::{Draft, Erased};

/// How many records are looked at in one go: about a fiftieth of a second, for which others wait.
pub(super) const BATCH: usize = 1_000;

/// Erases what is over, and notes it. Whether there may be more to do.
pub(super) fn erase(
    connection: &Connection,
    meta: &mut Meta,
    writer: &WriterId,
    now: SystemTime,
) -> rusqlite::Result<bool> {
    let (bodies, all_seen) = bodies(connection, now)?;
    let (through, reached_end) = prefix(connection, meta.start)?;
    if bodies.is_empty() && through.is_none() {
        return Ok(!all_seen || !reached_end);
    }
    if let Some(through) = through {
        meta.start = through;
        let before = [signed(through.seq)];
        connection.prepare_cached("DELETE FROM records WHERE seq <= ?1")?.execute(before)?;
        // One of just this head still has something to be compared with.
        connection.prepare_cached("DELETE FROM checkpoints WHERE seq < ?1")?.execute(before)?;
    }
    let gone = |seq: &u64| through.is_some_and(|through| *seq <= through.seq);
    let bodies = ranges(bodies.into_iter().filter(|seq| !gone(seq)));
    append(
        connection,
        meta,
        writer,
        &Draft::Erased(Box::new(Erased { time: now, bodies, through })),
    )?;
    Ok(!all_seen || !reached_end)
}

/// Erases bodies; whose they were, in order, and whether those were all.
fn bodies(connection: &Connection, now: SystemTime) -> rusqlite::Result<(Vec<u64>, bool)> {
    let over: Vec<(u64, Option<SystemTime>)> = connection
        .prepare_cached(
            "SELECT seq, body FROM records WHERE body IS NOT NULL AND expires IS NOT NULL \
             AND expires <= ?1 ORDER BY expires LIMIT ?2",
        )?
        .query_map([signed(millis(now)), signed(BATCH as u64)], |row| {
            Ok((number(row, 0)?, keep_until(&row.get::<_, Vec<u8>>(1)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let all_seen = over.len() < BATCH;
    let mut erased = Vec::with_capacity(over.len());
    for (seq, end) in over {
        if end.is_some_and(|end| end <= now) {
            connection
                .prepare_cached("UPDATE records SET body = NULL WHERE seq = ?1")?
                .execute([signed(seq)])?;
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

/// Until when a record says that it is kept.
fn keep_until(body: &[u8]) -> Option<SystemTime> {
    let body: Value = serde_json::from_slice(body).ok()?;
    time(&body["keep_until"])
}

fn is_note(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body["kind"] == "erased")
}

/// The head up to which nothing but stubs and notes is left, if it is worth a note, and whether it
/// goes no further. Notes alone are not, unless there are many: each note would be followed by one
/// about itself.
fn prefix(connection: &Connection, start: Head) -> rusqlite::Result<(Option<Head>, bool)> {
    let mut query = connection.prepare_cached(
        "SELECT seq, digest, body IS NULL, CASE WHEN note THEN body END FROM records \
         WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let mut rows = query.query([signed(start.seq), signed(BATCH as u64)])?;
    let (mut through, mut stubs, mut seen) = (start, false, 0);
    while let Some(row) = rows.next()? {
        let (is_stub, note): (bool, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
        // As with its end, a record's own word counts.
        let is_note = note.is_some_and(|body| is_note(&body));
        if !is_stub && !is_note || number(row, 0)? != through.seq + 1 {
            break;
        }
        through = through.then(&row.get(1)?);
        stubs |= is_stub;
        seen += 1;
    }
    let goes_on = seen == BATCH;
    Ok(((stubs || goes_on).then_some(through), !goes_on))
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
