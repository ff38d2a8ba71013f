//! The newest records of a log, with its chain.

use std::collections::VecDeque;

use crate::audit::chain::{Head, LogId, digest};
use crate::audit::{AuditKeys, Checkpoint, Draft, Kept};
use crate::clock::Clock;

/// How many records are kept.
const MOST: usize = 10_000;
/// What their bodies may take together.
const BYTES: usize = 64 << 20;
/// A checkpoint is signed whenever so many records were written.
const SIGNED: u64 = 1_000;
/// How many checkpoints are kept: more than there are records for.
const CHECKPOINTS: usize = 64;

/// A ring of records. What is older than all of them is gone without a note.
pub(super) struct Ring {
    id: LogId,
    start: Head,
    head: Head,
    kept: VecDeque<Kept>,
    bytes: usize,
    checkpoints: VecDeque<Checkpoint>,
}

impl Ring {
    pub(super) fn new(id: LogId) -> Self {
        let empty = Head::empty(id);
        let (kept, checkpoints) = (VecDeque::new(), VecDeque::new());
        Self { id, start: empty, head: empty, kept, bytes: 0, checkpoints }
    }

    /// Appends a record; its place.
    pub(super) fn append(&mut self, draft: &Draft, keys: &AuditKeys, clock: &Clock) -> u64 {
        let seq = self.head.seq + 1;
        let body = draft.body(seq);
        let digest = digest(&body);
        self.head = self.head.then(&digest);
        self.bytes += body.len();
        self.kept.push_back(Kept { seq, body: Some(body), digest });
        while self.kept.len() > MOST || self.bytes > BYTES {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= oldest.body.map_or(0, |body| body.len());
            self.start = self.start.then(&oldest.digest);
        }
        if seq.is_multiple_of(SIGNED) {
            self.sign(keys, clock);
        }
        seq
    }

    /// Signs what the log comes to, unless that was signed already.
    pub(super) fn sign(&mut self, keys: &AuditKeys, clock: &Clock) {
        if self.checkpoints.back().is_some_and(|last| last.head == self.head) {
            return;
        }
        self.checkpoints.push_back(keys.sign(self.id, self.head, clock.now()));
        if self.checkpoints.len() > CHECKPOINTS {
            self.checkpoints.pop_front();
        }
    }

    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line reads logs"))]
    pub(super) fn id(&self) -> LogId {
        self.id
    }

    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line reads logs"))]
    pub(super) fn head(&self) -> Head {
        self.head
    }

    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line reads logs"))]
    pub(super) fn start(&self) -> Head {
        self.start
    }

    /// The first record from this place on.
    pub(super) fn next(&self, from: u64) -> Option<Kept> {
        let skipped = from.saturating_sub(self.start.seq + 1);
        self.kept.get(usize::try_from(skipped).ok()?).cloned()
    }

    pub(super) fn newest(&self, limit: usize) -> Vec<Vec<u8>> {
        let skipped = self.kept.len().saturating_sub(limit);
        self.kept.iter().skip(skipped).filter_map(|kept| kept.body.clone()).collect()
    }

    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line reads logs"))]
    pub(super) fn checkpoints(&self) -> Vec<Checkpoint> {
        // Of what is gone there is nothing left to compare with.
        let there = |checkpoint: &&Checkpoint| checkpoint.head.seq >= self.start.seq;
        self.checkpoints.iter().filter(there).cloned().collect()
    }
}
