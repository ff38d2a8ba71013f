//! What processes left open that are gone: calls without an outcome, keys without an owner.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use tracing::warn;

use super::keys::Keys;
use super::meta::{Meta, number, signed};
use super::presence::WriterId;
use super::records::append;
use crate::audit::{Draft, Outcome};

/// How many calls a line of the log names.
const NAMED: usize = 5;

/// The calls that were left, by tool.
#[derive(Default)]
pub(super) struct Abandoned(BTreeMap<String, Calls>);

#[derive(Default)]
struct Calls {
    count: u64,
    named: Vec<String>,
}

/// Everyone of whom there is a word: also one whose row was removed while it still wrote.
pub(super) fn writers(connection: &Connection) -> rusqlite::Result<Vec<WriterId>> {
    connection
        .prepare_cached(
            "SELECT id FROM writers UNION SELECT writer FROM open_intents \
             UNION SELECT writer FROM keys WHERE state < 2",
        )?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// Notes a writer, unless it is noted.
pub(super) fn enter(connection: &Connection, writer: &WriterId) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT OR IGNORE INTO writers VALUES (?1)")?.execute([writer])?;
    Ok(())
}

/// Closes what this writer left. The caller knows that it is gone.
pub(super) fn close(
    keys: &Keys<'_>,
    meta: &mut Meta,
    gone: &WriterId,
    now: SystemTime,
    abandoned: &mut Abandoned,
) -> rusqlite::Result<()> {
    let connection = keys.connection;
    keys.orphan(meta, gone)?;
    let intents: Vec<u64> = connection
        .prepare_cached("SELECT seq FROM open_intents WHERE writer = ?1 ORDER BY seq")?
        .query_map([gone], |row| number(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    for seq in intents {
        if let Some(outcome) = outcome_of(connection, seq, now)? {
            abandoned.add(&outcome);
            append(connection, meta, keys.writer, &Draft::Outcome(Box::new(outcome)))?;
        }
    }
    // Also those of intents that were erased meanwhile.
    connection.prepare_cached("DELETE FROM open_intents WHERE writer = ?1")?.execute([gone])?;
    connection.prepare_cached("DELETE FROM writers WHERE id = ?1")?.execute([gone])?;
    Ok(())
}

/// The outcome of a call of which only the intent is there.
fn outcome_of(
    connection: &Connection,
    intent: u64,
    now: SystemTime,
) -> rusqlite::Result<Option<Outcome>> {
    let body: Option<Vec<u8>> = connection
        .prepare_cached("SELECT body FROM records WHERE seq = ?1")?
        .query_row([signed(intent)], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(body) = body.and_then(|body| serde_json::from_slice::<Value>(&body).ok()) else {
        return Ok(None);
    };
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let retention = time(&body["keep_until"]).map_or(Duration::MAX, |end| {
        let begin = time(&body["time"]).unwrap_or(now);
        end.duration_since(begin).unwrap_or_default()
    });
    Ok(Some(Outcome {
        time: now,
        intent,
        call_id: text("call_id").unwrap_or_default().into(),
        principal: text("principal").unwrap_or_default().into(),
        tool: Cow::Owned(text("tool").unwrap_or_default()),
        code: "abandoned".into(),
        effect: "unknown",
        latency: Duration::ZERO,
        digest: None,
        result: None,
        replay_of: None,
        trace: text("trace").map(Into::into),
        retention,
    }))
}

/// A time as bodies have it.
pub(super) fn time(value: &Value) -> Option<SystemTime> {
    let time = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    let since = u64::try_from(time.timestamp_millis()).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_millis(since))
}

impl Abandoned {
    fn add(&mut self, outcome: &Outcome) {
        let calls = self.0.entry(outcome.tool.to_string()).or_default();
        calls.count += 1;
        if calls.named.len() < NAMED {
            calls.named.push(outcome.call_id.to_string());
        }
    }

    /// A line for each tool.
    pub(super) fn report(&self) {
        for (tool, Calls { count, named }) in &self.0 {
            let calls = named.join(", ");
            warn!(tool, count, calls, "a process ended before the outcome of calls was recorded");
        }
    }
}
