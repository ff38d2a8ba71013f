//! The log's table: records appended, within a group's transaction.

use rusqlite::{Connection, params};

use super::super::millis;
use super::meta::{Meta, signed};
use super::presence::WriterId;
use crate::audit::Draft;
use crate::audit::chain::digest;

/// Appends a record; its place. An intent is open until its outcome comes.
pub(super) fn append(
    connection: &Connection,
    meta: &mut Meta,
    writer: &WriterId,
    draft: &Draft,
) -> rusqlite::Result<u64> {
    let seq = meta.head.seq + 1;
    let body = draft.body(seq);
    let digest = digest(&body);
    let expires = draft.expires().map(|time| signed(millis(time)));
    let is_note = matches!(draft, Draft::Erased(_));
    connection
        .prepare_cached("INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![signed(seq), digest, body, expires, is_note])?;
    meta.head = meta.head.then(&digest);
    match draft {
        Draft::Intent(_) => {
            connection
                .prepare_cached("INSERT INTO open_intents VALUES (?1, ?2)")?
                .execute(params![signed(seq), writer])?;
        }
        Draft::Outcome(outcome) => {
            connection
                .prepare_cached("DELETE FROM open_intents WHERE seq = ?1")?
                .execute([signed(outcome.intent)])?;
        }
        Draft::Refusal(_) | Draft::Erased(_) => {}
    }
    Ok(seq)
}
