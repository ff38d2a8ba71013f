//! The effect of a keyed call and the record of it, in one commit.

mod effects;
mod error;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::error::TransactionError;
use crate::context::{Context, EffectKey};

/// The largest result that is kept for a repeat: as large as a kept response may be.
const MAX_RESULT: usize = 1024 * 1024;

impl Context {
    /// Carries out the effect of this call in a transaction of your own `SQLite` database, once
    /// for each idempotency key.
    ///
    /// The first call under a key runs `effect`, and its result is written down beside what it
    /// changed: both are one commit. Another call under the same key, after whatever went wrong in
    /// between, gets that result back, and `effect` isn't run. An `Err` of the effect rolls
    /// everything back and is not remembered. A call without a key is a plain transaction.
    ///
    /// ```
    /// use mcp_runtime::rusqlite::{Connection, Transaction};
    /// use mcp_runtime::{Context, ToolError};
    ///
    /// fn book(tx: &Transaction<'_>, cents: i64) -> Result<i64, ToolError> {
    ///     tx.execute("INSERT INTO payments (cents) VALUES (?1)", [cents])
    ///         .map_err(ToolError::internal)?;
    ///     Ok(tx.last_insert_rowid())
    /// }
    ///
    /// // Where the connection lives: on a thread that may block.
    /// fn pay(ctx: &Context, db: &mut Connection, cents: i64) -> Result<i64, ToolError> {
    ///     ctx.transaction(db, |tx| book(tx, cents))
    /// }
    /// ```
    ///
    /// # Once
    ///
    /// Whatever runs a tool, a process can die between an effect and the record of it, and then
    /// nobody knows whether the effect took place. Here there is no such moment: the database has
    /// both or neither. So each key has its effect exactly once, for as long as the key is
    /// remembered and the effect is in this database. It is the one place where these words are
    /// true. Nothing that `effect` does elsewhere, such as a mail that it sends, is part of it.
    ///
    /// The tool says `idempotent(transaction)`. A call that was interrupted then runs again, and
    /// finds out here what became of it; without the word it would be `indeterminate`. What the
    /// server's own store keeps only saves the asking.
    ///
    /// The rest of the function, before and after, runs each time: it must be harmless to repeat.
    ///
    /// # Rules
    ///
    /// - It blocks. Call it on a thread that may: `deadpool_sqlite`'s `interact`, a tool that is
    ///   `blocking`, `tokio::task::spawn_blocking`.
    /// - It begins with `BEGIN IMMEDIATE`, and waits for other writers as long as the connection's
    ///   `busy_timeout` says.
    /// - The connection must not be in a transaction. Within the effect, `SAVEPOINT` may be used;
    ///   `COMMIT` and `ROLLBACK` end what must not end, which is an error.
    /// - A call that has a key has one transaction that succeeds. After it, a second is refused:
    ///   its effect would be taken for the first one's.
    /// - The effect belongs into the connection's main database. What is attached to it is not
    ///   committed at the same instant where the journal is a write-ahead log.
    /// - The database's `synchronous` should be `FULL`, as it is unless you changed it: otherwise
    ///   a power cut can take back what the caller was told, record and all.
    /// - `T` is kept as JSON, at most 1 MB of it, in the table `mcp_runtime_effects`, which the
    ///   first use makes. A row counts as long as the tool's keys do (`ttl`, 24 h unless stated);
    ///   each use removes up to 1,000 rows whose time has been over for a day. The table may be dropped while no server
    ///   runs; the keys are forgotten with it.
    ///
    /// # Errors
    ///
    /// Those of `effect`, and each [`TransactionError`] by its conversion: `E` is your own error
    /// type, or [`ToolError`](struct@crate::ToolError).
    pub fn transaction<T, E>(
        &self,
        connection: &mut Connection,
        effect: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<TransactionError>,
    {
        let Some(key) = self.effect_key() else { return self.in_one(connection, effect) };
        if !self.begin_transaction() {
            return Err(TransactionError::Second.into());
        }
        let done = self.in_one(connection, |transaction| self.once(&key, transaction, effect));
        if done.is_err() {
            self.forget_transaction();
        }
        done
    }

    /// Runs what is to be one commit.
    fn in_one<T, E: From<TransactionError>>(
        &self,
        connection: &mut Connection,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        if !connection.is_autocommit() {
            return Err(TransactionError::Nested.into());
        }
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(TransactionError::Sqlite)?;
        // Other writers may have kept it waiting for long.
        if self.is_cancelled() {
            return Err(TransactionError::Over.into());
        }
        // What fails from here on is rolled back as the transaction is dropped.
        let done = work(&transaction)?;
        still_open(&transaction)?;
        commit(&transaction)?;
        Ok(done)
    }

    fn once<T, E>(
        &self,
        key: &EffectKey,
        transaction: &Transaction<'_>,
        effect: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<TransactionError>,
    {
        let now = key.clock.now();
        let kept = look_up(transaction, key, self.is_in_doubt(), now);
        if let Some(kept) = kept.map_err(TransactionError::Sqlite)? {
            let result = serde_json::from_str(&kept).map_err(TransactionError::Changed)?;
            tracing::info!(
                tool = self.tool(),
                call_id = self.call_id(),
                "the effect took place in an earlier call with the same key"
            );
            return Ok(result);
        }
        let result = effect(transaction)?;
        still_open(transaction)?;
        let text = serde_json::to_string(&result).map_err(TransactionError::Unserializable)?;
        if text.len() > MAX_RESULT {
            return Err(TransactionError::TooLarge { bytes: text.len() }.into());
        }
        effects::keep(transaction, key, &text, now).map_err(TransactionError::Sqlite)?;
        Ok(result)
    }
}

fn look_up(
    transaction: &Transaction<'_>,
    key: &EffectKey,
    in_doubt: bool,
    now: SystemTime,
) -> rusqlite::Result<Option<String>> {
    effects::set_up(transaction)?;
    effects::sweep(transaction, now)?;
    effects::find(transaction, key, in_doubt, now)
}

/// `SQLite` ends a transaction by itself after some errors; what follows would be kept statement by
/// statement.
fn still_open(transaction: &Transaction<'_>) -> Result<(), TransactionError> {
    if transaction.is_autocommit() { Err(TransactionError::Ended) } else { Ok(()) }
}

fn commit(transaction: &Transaction<'_>) -> Result<(), TransactionError> {
    transaction.execute_batch("COMMIT").map_err(|error| {
        // One that was only refused is still open, and is rolled back. After a failure of the disk
        // the log may hold the commit, and a later reader of the file may find it there.
        let refused = !transaction.is_autocommit();
        if refused { TransactionError::Sqlite(error) } else { TransactionError::Commit(error) }
    })
}
