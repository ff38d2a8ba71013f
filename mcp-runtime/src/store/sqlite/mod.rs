//! Records in one `SQLite` file: keys of idempotent calls, and the audit log.
//!
//! Several processes of a machine may share the file. Each write is durable when it is answered:
//! WAL, `synchronous = FULL`, one transaction for all that came in meanwhile ([`super::group`]). A
//! transaction takes the write lock as it begins, so that the log is one chain whoever writes it.
//!
//! What the file must not be is on a network file system: the locks and the shared memory of `SQLite`
//! and the locks by which processes know of each other are those of one machine.
//!
//! Beside the file: `-wal` and `-shm`, `SQLite`'s own; `.checkpoint`, the newest signed checkpoint of
//! the log; `.writers`, a folder with a locked file for each process that has it open. All are for
//! their owner's eyes alone.
//!
//! **When the disk fails.** A full disk, or a lock that is held or fought for too long, refuses the writes that
//! met it, and no others. Anything else (an I/O error, a file that is damaged) closes the journal for
//! the rest of the process: after an fsync that failed nobody knows what is on the disk, and asking
//! again gets a wrong yes.

mod checkpoints;
mod chores;
mod engine;
mod file;
mod keys;
mod log;
mod meta;
mod notes;
mod presence;
mod records;
mod recovery;
mod retention;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use self::engine::{Job, Writer};
pub(crate) use self::log::SqliteLog;
use super::group::Group;
use super::journal::{Entry, Journal, Written};
use super::{Step, StoreError, millis};
use crate::audit::AuditKeys;
#[cfg(any(test, feature = "testing"))]
use crate::audit::verify::{Report, verify};
use crate::clock::Clock;

/// How many writes wait for the disk: more than a server has calls, and few enough that those in
/// the back are not refused by their own deadlines first.
const WAITING: usize = 8_192;

/// A process's journal in a file.
pub(crate) struct SqliteJournal {
    path: PathBuf,
    clock: Clock,
    group: Group<Writer>,
    closed: Arc<OnceLock<String>>,
}

impl SqliteJournal {
    /// Opens a file, or makes it; closes what processes left open that are gone.
    ///
    /// # Errors
    ///
    /// The folder isn't there, the file is another program's or a newer version's, or it can't be
    /// read or written. The text is for an operator.
    pub(crate) fn open(path: &Path, clock: Clock, keys: AuditKeys) -> Result<Self, String> {
        let engine = Writer::open(path, clock.clone(), keys)?;
        Self::start(engine, clock)
    }

    fn start(engine: Writer, clock: Clock) -> Result<Self, String> {
        let path = engine.path().to_owned();
        let closed = engine.closed();
        let group = Group::start("mcp-store", WAITING, engine)
            .map_err(|error| format!("the store has no thread to write on: {error}"))?;
        Ok(Self { path, clock, group, closed })
    }
}

impl Journal for SqliteJournal {
    fn write(&self, entry: Entry) -> Step<Written> {
        if let Some(why) = self.closed.get() {
            return Step::Done(Some(Err(StoreError(why.clone()))));
        }
        // Here, because a clock for tests follows the runtime's time, which the store's own thread
        // knows nothing of.
        self.group.submit(Job { entry, now: millis(self.clock.now()) })
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        SqliteLog::open(&self.path).and_then(|log| log.newest(limit)).map_err(StoreError)
    }

    #[cfg(any(test, feature = "testing"))]
    fn verified(&self) -> Result<Report, String> {
        verify(&SqliteLog::open(&self.path)?, None, &[])
    }

    fn closed(&self) -> Option<String> {
        self.closed.get().cloned()
    }
}
