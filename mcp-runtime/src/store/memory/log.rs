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
    start: Head,
    head: Head,
    links: VecDeque<Link>,
    /// Of the same records.
    bodies: Bodies,
    /// Where a body is written.
    scratch: Vec<u8>,
    checkpoints: VecDeque<Checkpoint>,
}

/// What the chain has of a record.
struct Link {
    digest: Hash,
    /// The head with this record, for when it is the last that is gone.
    hash: Hash,
}

impl Ring {
    pub(super) fn new(id: LogId) -> Self {
        let empty = Head::empty(id);
        let bodies = Bodies::bounded(MOST, BYTES);
        let (links, scratch, checkpoints) = (VecDeque::new(), Vec::new(), VecDeque::new());
        Self { id, start: empty, head: empty, links, bodies, scratch, checkpoints }
    }

    /// Appends a record; its place.
    pub(super) fn append(&mut self, draft: &Draft, keys: &AuditKeys, clock: &Clock) -> u64 {
        let seq = self.head.seq + 1;
        let body = draft.body_in(mem::take(&mut self.scratch), seq);
        let digest = digest(&body);
        self.head = self.head.then(&digest);
        self.links.push_back(Link { digest, hash: self.head.hash });
        let gone = self.bodies.push(&body);
        for _ in 0..gone {
            let Some(Link { hash, .. }) = self.links.pop_front() else { break };
            self.start = Head { seq: self.start.seq + 1, hash };
        }
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
        self.start
    }

    /// The first record from this place on.
    pub(super) fn next(&self, from: u64) -> Option<Kept> {
        let seq = from.max(self.start.seq + 1);
        let index = usize::try_from(seq - self.start.seq - 1).ok()?;
        let Link { digest, .. } = *self.links.get(index)?;
        Some(Kept { seq, body: self.bodies.get(index), digest })
    }

    pub(super) fn newest(&self, limit: usize) -> Vec<Vec<u8>> {
        self.bodies.after(self.bodies.len().saturating_sub(limit)).collect()
    }

    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line reads logs"))]
    pub(super) fn checkpoints(&self) -> Vec<Checkpoint> {
        // Of what is gone there is nothing left to compare with.
        let there = |checkpoint: &&Checkpoint| checkpoint.head.seq >= self.start.seq;
        self.checkpoints.iter().filter(there).cloned().collect()
    }
}
