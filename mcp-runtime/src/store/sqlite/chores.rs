//! What the store's thread does when nobody waits: the checkpoint's file, what other processes left
//! that are gone, records and keys whose time is over, the write-ahead log.

use std::time::{Duration, UNIX_EPOCH};

use tracing::warn;

use super::engine::{Writer, begin, sign};
use super::keys::Keys;
use super::meta::Meta;
use super::{checkpoints, file, retention};

/// Others are looked after once in so many milliseconds, where a key of somebody was met that runs:
/// a caller that waits for a call of a process that was killed needs not wait for its lease to end.
const OTHERS: u64 = 500;
/// Records whose time is over are looked for once in so many milliseconds.
const RETENTION: u64 = 3_600_000;
/// The write-ahead log is carried over after so many writes: a few megabytes.
const CARRIED_OVER: usize = 1_000;
/// How many keys that have ended are removed along with records.
const KEYS: u64 = 1_000;

/// What is to be done when nobody waits.
pub(super) struct Chores {
    /// The time of the last group.
    pub(super) now: u64,
    /// A checkpoint was signed and isn't in its file yet.
    pub(super) unpublished: bool,
    /// A key was met whose call runs, here or elsewhere.
    pub(super) met: bool,
    /// When others were last looked after.
    looked: u64,
    /// When records were last looked for whose time is over.
    erased: Option<u64>,
    /// The record that was last warned of: it is gone, and no note says why.
    stolen: Option<u64>,
    /// Since the write-ahead log was carried over.
    pub(super) writes: usize,
}

impl Chores {
    pub(super) fn new(now: u64) -> Self {
        Self {
            now,
            unpublished: true,
            met: false,
            looked: now,
            erased: None,
            stolen: None,
            writes: 0,
        }
    }
}

impl Writer {
    pub(super) fn chores(&mut self) -> rusqlite::Result<()> {
        if self.chores.unpublished {
            self.publish()?;
        }
        let now = self.chores.now;
        if self.chores.met && now.abs_diff(self.chores.looked) >= OTHERS {
            (self.chores.met, self.chores.looked) = (false, now);
            self.recover()?;
        }
        if self.chores.erased.is_none_or(|last| now.abs_diff(last) >= RETENTION) {
            let is_more = self.erase()?;
            // Else again after the next group.
            if !is_more {
                self.chores.erased = Some(now);
            }
        }
        if self.chores.writes >= CARRIED_OVER {
            self.chores.writes = 0;
            // A reader that is in the way makes it wait for another time, which isn't an error.
            self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        }
        Ok(())
    }

    fn publish(&mut self) -> rusqlite::Result<()> {
        // Held while the file is written, so that no two processes write it.
        let tx = begin(&mut self.connection)?;
        let meta = Meta::load(&tx)?;
        if let Some(newest) = checkpoints::newest(&tx)?
            && let Err(error) = checkpoints::publish(&tx, &self.path, &meta, &newest)
        {
            let file = file::beside(&self.path, ".checkpoint");
            warn!("the checkpoint {} is left as it is: {error}", file.display());
        }
        self.chores.unpublished = false;
        Ok(())
    }

    fn erase(&mut self) -> rusqlite::Result<bool> {
        let now = UNIX_EPOCH.checked_add(Duration::from_millis(self.chores.now));
        let now = now.unwrap_or(UNIX_EPOCH);
        let tx = begin(&mut self.connection)?;
        let before = Meta::load(&tx)?;
        let mut meta = before.clone();
        let keys = Keys { connection: &tx, writer: &self.id, most: self.keys_most };
        keys.sweep(&mut meta, self.chores.now, KEYS)?;
        let done = retention::erase(&tx, &mut meta, &self.signs, &self.id, now)?;
        let checkpoint = sign(&tx, &meta, &self.signs, self.chores.now, false)?;
        if meta != before {
            meta.save(&tx)?;
        }
        tx.commit()?;
        if let Some(checkpoint) = checkpoint {
            checkpoints::announce(meta.log, &checkpoint);
            self.chores.unpublished = true;
        }
        self.chores.writes += retention::BATCH;
        if let Some(seq) = done.stolen.filter(|_| done.stolen != self.chores.stolen) {
            warn!(
                seq,
                "records of the audit log are gone, and no note made with its key says why: what \
                 is left of them stays as it is; see `audit verify`"
            );
        }
        self.chores.stolen = done.stolen;
        Ok(done.more)
    }
}
