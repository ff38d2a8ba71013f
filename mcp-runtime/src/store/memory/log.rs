//! The newest records of a log, with its chain.

use std::collections::VecDeque;
use std::mem;

use super::bodies::Bodies;
use crate::audit::chain::{Hash, Head, LogId, digest};
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
    head: Head,
    /// What the chain came to before the oldest record, and with each of them. The first is not
    /// looked at as another takes its place: what was written long ago has left the processor's
    /// caches.
    hashes: VecDeque<Hash>,
    bodies: Bodies,
    /// Where a body is written.
    scratch: Vec<u8>,
    checkpoints: VecDeque<Checkpoint>,
}

impl Ring {
    pub(super) fn new(id: LogId) -> Self {
        let empty = Head::empty(id);
        let bodies = Bodies::bounded(MOST, BYTES);
        let (hashes, scratch, checkpoints) = ([empty.hash].into(), Vec::new(), VecDeque::new());
        Self { id, head: empty, hashes, bodies, scratch, checkpoints }
    }

    /// Appends a record; its place.
    pub(super) fn append(&mut self, draft: &Draft, keys: &AuditKeys, clock: &Clock) -> u64 {
        let seq = self.head.seq + 1;
        let body = draft.body_in(mem::take(&mut self.scratch), seq);
        self.head = self.head.then(&digest(&body));
        self.hashes.push_back(self.head.hash);
        let gone = self.bodies.push(&body);
        self.hashes.drain(..gone);
        self.scratch = body;
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
        Head { seq: self.gone(), hash: self.hashes[0] }
    }

    /// How many records are gone.
    fn gone(&self) -> u64 {
        self.head.seq - self.bodies.len() as u64
    }

    /// The first record from this place on.
    pub(super) fn next(&self, from: u64) -> Option<Kept> {
        let first = self.gone() + 1;
        let seq = from.max(first);
        let body = self.bodies.get(usize::try_from(seq - first).ok()?)?;
        // Nothing was erased, and the chain is what it is held against.
        Some(Kept { seq, digest: digest(&body), body: Some(body) })
    }

    pub(super) fn newest(&self, limit: usize) -> Vec<Vec<u8>> {
        self.bodies.after(self.bodies.len().saturating_sub(limit)).collect()
    }

    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line reads logs"))]
    pub(super) fn checkpoints(&self) -> Vec<Checkpoint> {
        // Of what is gone there is nothing left to compare with.
        let there = |checkpoint: &&Checkpoint| checkpoint.head.seq >= self.gone();
        self.checkpoints.iter().filter(there).cloned().collect()
    }
}
