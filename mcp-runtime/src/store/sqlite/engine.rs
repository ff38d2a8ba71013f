//! What the store's thread does: a group of writes in one transaction, and [`super::chores`]
//! between groups.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use tracing::error;

use super::super::group::Engine;
use super::super::journal::{Entry, Written};
use super::super::once::OnceAnswer;
use super::super::{StoreError, millis, random};
use super::chores::Chores;
use super::keys::{Keys, Most};
use super::meta::Meta;
use super::presence::{Presence, WriterId};
use super::recovery::Abandoned;
use super::{checkpoints, file, records, recovery};
use crate::audit::{AuditKeys, Checkpoint};
use crate::clock::Clock;

/// A write, at its time.
pub(super) struct Job {
    pub(super) entry: Entry,
    /// Milliseconds since 1970.
    pub(super) now: u64,
}

/// Writes to the file.
///
/// Its fields are dropped in this order: the file is closed before the process is no longer there,
/// and the journal hears of it last.
pub(super) struct Writer {
    pub(super) connection: Connection,
    presence: Presence,
    pub(super) path: PathBuf,
    pub(super) id: WriterId,
    clock: Clock,
    pub(super) signs: AuditKeys,
    closed: Arc<OnceLock<String>>,
    pub(super) keys_most: Most,
    pub(super) chores: Chores,
}

impl Writer {
    /// Opens the file, and closes what others left open that are gone.
    pub(super) fn open(path: &Path, clock: Clock, signs: AuditKeys) -> Result<Self, String> {
        let connection = file::open(path)?;
        let id = random()?;
        let presence = Presence::begin(path, &id)?;
        let chores = Chores::new(millis(clock.now()));
        let mut writer = Self {
            connection,
            presence,
            path: path.to_owned(),
            id,
            clock,
            signs,
            closed: Arc::default(),
            keys_most: Keys::MOST,
            chores,
        };
        writer
            .recover()
            .and_then(|()| file::is_open(&writer.connection))
            .map_err(|error| format!("the store {}: {error}", path.display()))?;
        Ok(writer)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Why the file is closed, once it is.
    pub(super) fn closed(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.closed)
    }

    /// Closes what processes left open that are gone.
    pub(super) fn recover(&mut self) -> rusqlite::Result<()> {
        let tx = begin(&mut self.connection)?;
        let mut meta = Meta::load(&tx)?;
        let now = self.clock.now();
        let others = recovery::writers(&tx)?.into_iter().filter(|other| *other != self.id);
        let gone: Vec<_> = others.filter(|other| self.presence.is_gone(other)).collect();
        let keys = Keys { connection: &tx, writer: &self.id, most: self.keys_most };
        let mut abandoned = Abandoned::default();
        for other in &gone {
            recovery::close(&keys, &mut meta, other, now, &mut abandoned)?;
        }
        recovery::enter(&tx, &self.id)?;
        let checkpoint = sign(&tx, &meta, &self.signs, millis(now), false)?;
        meta.save(&tx)?;
        // While others wait: one of them may be there after all, and put its lock back.
        for other in &gone {
            self.presence.forget(other);
        }
        tx.commit()?;
        if let Some(checkpoint) = checkpoint {
            checkpoints::announce(meta.log, &checkpoint);
        }
        abandoned.report();
        Ok(())
    }

    /// Carries out writes, and signs what the log comes to where it is time.
    fn commit(&mut self, jobs: Vec<Job>) -> rusqlite::Result<Vec<Written>> {
        let tx = begin(&mut self.connection)?;
        let before = Meta::load(&tx)?;
        let mut meta = before.clone();
        // Somebody may have tidied up, and another process have taken this one for gone by that.
        self.presence.restore();
        recovery::enter(&tx, &self.id)?;
        let keys = Keys { connection: &tx, writer: &self.id, most: self.keys_most };
        let mut written = Vec::with_capacity(jobs.len());
        let mut seal = false;
        for Job { entry, now } in jobs {
            let Entry { once, record, seal: sealed } = entry;
            seal |= sealed;
            let once = match once {
                Some((key, op)) => Some(keys.step(&mut meta, &key, op, now)?),
                None => None,
            };
            self.chores.met |= once == Some(OnceAnswer::Running);
            let seq = match record {
                Some(draft) => Some(records::append(&tx, &mut meta, &self.id, &draft)?),
                None => None,
            };
            written.push(Written { once, seq });
        }
        let checkpoint = sign(&tx, &meta, &self.signs, self.chores.now, seal)?;
        if meta != before {
            meta.save(&tx)?;
        }
        tx.commit()?;
        self.chores.writes += written.len();
        if let Some(checkpoint) = checkpoint {
            checkpoints::announce(meta.log, &checkpoint);
            self.chores.unpublished = true;
        }
        Ok(written)
    }

    /// What is to be said of an error; the file is closed for good where it doesn't pass.
    fn failed(&mut self, error: &rusqlite::Error) -> StoreError {
        if passes(error) {
            return StoreError(format!("the store refused a write: {error}"));
        }
        let why = format!("the store {} failed: {error}", self.path.display());
        error!("{why}; nothing is written until the server is started anew");
        // What may not be on the disk must not be carried over either.
        let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        StoreError(self.closed.get_or_init(|| why).clone())
    }
}

impl Engine for Writer {
    type Job = Job;
    type Answer = Written;

    fn run(&mut self, jobs: Vec<Job>) -> Result<Vec<Written>, StoreError> {
        if let Some(why) = self.closed.get() {
            return Err(StoreError(why.clone()));
        }
        self.chores.now = jobs.last().map_or_else(|| millis(self.clock.now()), |job| job.now);
        self.commit(jobs).map_err(|error| self.failed(&error))
    }

    fn between(&mut self) -> bool {
        if self.closed.get().is_none()
            && let Err(error) = self.chores()
        {
            self.failed(&error);
        }
        // What is left comes after the next group: other processes want to write, too.
        false
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.closed.set("the store's thread is gone".to_owned());
        }
    }
}

/// Takes the write lock at once: what is read is still so when it is written.
pub(super) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Signs what the log comes to, where it is due. Whatever appends to the log ends with it: what is
/// unsigned is never much, nor old.
pub(super) fn sign(
    tx: &Transaction<'_>,
    meta: &Meta,
    signs: &AuditKeys,
    now: u64,
    seal: bool,
) -> rusqlite::Result<Option<Checkpoint>> {
    if !checkpoints::is_due(tx, meta, now, seal)? {
        return Ok(None);
    }
    let time = UNIX_EPOCH.checked_add(Duration::from_millis(now)).unwrap_or(UNIX_EPOCH);
    let checkpoint = signs.sign(meta.log, meta.head, time);
    checkpoints::insert(tx, &checkpoint)?;
    Ok(Some(checkpoint))
}

/// Whether a write may succeed another time. The transaction was rolled back then, by `SQLite` or as
/// it was dropped. `FileLockingProtocolFailed` is a race for the write-ahead log that was lost many
/// times in a row.
pub(super) fn passes(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::DiskFull
                | ErrorCode::OutOfMemory
                | ErrorCode::TooBig
        )
    )
}

#[cfg(test)]
impl Writer {
    /// As a full disk does: no page more than there are, plus so many.
    pub(super) fn limit_pages(&mut self, more: i64) {
        let pages: i64 =
            self.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let limit = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        self.connection
            .pragma_update_and_check(None, "max_page_count", pages + more, limit)
            .unwrap();
    }

    /// Refuses at once what would have to wait for another process.
    pub(super) fn dont_wait(&mut self) {
        self.connection.busy_timeout(Duration::ZERO).unwrap();
    }

    /// For what is not about the disk.
    pub(super) fn dont_sync(&mut self) {
        self.connection.pragma_update(None, "synchronous", "OFF").unwrap();
    }

    pub(super) fn limit_keys(&mut self, keys: u64, bytes: u64) {
        self.keys_most = Most { keys, bytes };
    }
}
