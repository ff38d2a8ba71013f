//! The table in which a database remembers the effects of keyed calls.
//!
//! It lies in the application's own database, so that a row of it and an effect are one commit.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, params};

use crate::context::EffectKey;

/// Expired rows that go with each use. Each use adds one at most, so the table holds what is alive
/// and shrinks from whatever it held before.
pub(super) const SWEPT: u32 = 1_000;

/// How long a row stays once its time is over. A key of which it is in doubt what became of it is
/// remembered for longer than its effect: by its lease, and anew by each call that tries to settle it.
const IN_DOUBT: Duration = Duration::from_hours(24);

/// In the main database: a temporary table of the same name stays out of it. Times are milliseconds
/// since 1970.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS main.mcp_runtime_effects (
        key        BLOB    NOT NULL PRIMARY KEY,
        result     TEXT    NOT NULL,
        done_at    INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS main.mcp_runtime_effects_by_expiry
        ON mcp_runtime_effects (expires_at);";

/// Sees to it that the table is there. Nothing is written where it is.
pub(super) fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLE)
}

/// What the effect under this key returned, if it took place and its time isn't over. Where an
/// earlier call is in doubt, its time doesn't matter.
pub(super) fn find(
    connection: &Connection,
    key: &EffectKey,
    in_doubt: bool,
    now: SystemTime,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(
            "SELECT result FROM main.mcp_runtime_effects
             WHERE key = ?1 AND (expires_at > ?2 OR ?3)",
        )?
        .query_row(params![key.digest, milliseconds(now), in_doubt], |row| row.get(0))
        .optional()
}

/// Remembers an effect. A row of the same key whose time is over gives way.
pub(super) fn keep(
    connection: &Connection,
    key: &EffectKey,
    result: &str,
    now: SystemTime,
) -> rusqlite::Result<()> {
    let expires = now.checked_add(key.ttl).map_or(i64::MAX, milliseconds);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO main.mcp_runtime_effects (key, result, done_at, expires_at)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![key.digest, result, milliseconds(now), expires])?;
    Ok(())
}

/// Removes rows whose time is long over, the oldest first.
pub(super) fn sweep(connection: &Connection, now: SystemTime) -> rusqlite::Result<()> {
    let over = now.checked_sub(IN_DOUBT).map_or(0, milliseconds);
    connection
        .prepare_cached(
            "DELETE FROM main.mcp_runtime_effects WHERE key IN (
                 SELECT key FROM main.mcp_runtime_effects WHERE expires_at <= ?1
                 ORDER BY expires_at LIMIT ?2)",
        )?
        .execute(params![over, SWEPT])?;
    Ok(())
}

fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
