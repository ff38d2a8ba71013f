//! Keys by name, and by the end of their lives.

use std::collections::{BTreeSet, HashMap};

use super::super::once::machine::{Change, Row, step};
use super::super::once::{Fence, Looked, OnceAnswer, OnceKey, OnceOp};

/// How many records are kept: with short answers, about 50 MB.
const MOST: usize = 100_000;
/// What their answers may take together. New keys are refused beyond it; what was begun is
/// completed.
const BYTES: usize = 256 << 20;

/// The records of keys, bounded.
pub(super) struct Keys {
    most: usize,
    bytes_most: usize,
    rows: HashMap<Looked, Row>,
    /// The same, so that what ends first is found first.
    ends: BTreeSet<(u64, OnceKey)>,
    /// Of all answers.
    bytes: usize,
    fence: Fence,
}

/// How long a record lasts, and the room that its answer takes.
#[derive(Clone, Copy)]
struct Extent {
    end: u64,
    bytes: usize,
}

impl Extent {
    fn of(row: &Row) -> Self {
        Self { end: row.expires, bytes: row.response.len() }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self::bounded(MOST, BYTES)
    }
}

impl Keys {
    pub(super) fn bounded(most: usize, bytes: usize) -> Self {
        Self {
            most,
            bytes_most: bytes,
            rows: HashMap::new(),
            ends: BTreeSet::new(),
            bytes: 0,
            fence: 0,
        }
    }

    pub(super) fn step(&mut self, key: OnceKey, op: OnceOp, now: u64) -> OnceAnswer {
        self.sweep(now);
        let fresh = self.fence + 1;
        let mut row = self.rows.get_mut(&Looked(key));
        let before = row.as_deref().map(Extent::of);
        let (change, answer) = step(row.as_deref_mut(), op, now, fresh);
        let after = row.as_deref().map(Extent::of);
        match change {
            Change::New(_) if before.is_none() && self.is_full() => return OnceAnswer::Full,
            Change::New(row) => {
                self.account(key, before, Some(Extent::of(&row)));
                self.rows.insert(Looked(key), row);
            }
            Change::Changed => self.account(key, before, after),
            Change::Delete => self.remove(&key),
            Change::Keep => {}
        }
        if matches!(answer, OnceAnswer::Claimed { .. }) {
            self.fence = fresh;
        }
        answer
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.most || self.bytes >= self.bytes_most
    }

    /// Drops what has come to its end. Each record is dropped once, so that on the whole this costs
    /// a step no more than one record does.
    fn sweep(&mut self, now: u64) {
        while let Some((_, key)) = self.ends.first().copied().filter(|(end, _)| *end <= now) {
            self.remove(&key);
        }
    }

    fn remove(&mut self, key: &OnceKey) {
        if let Some(row) = self.rows.remove(&Looked(*key)) {
            self.account(*key, Some(Extent::of(&row)), None);
        }
    }

    /// A record takes another time and room than before.
    fn account(&mut self, key: OnceKey, before: Option<Extent>, after: Option<Extent>) {
        let bytes = |of: Option<Extent>| of.map_or(0, |of| of.bytes);
        self.bytes = self.bytes - bytes(before) + bytes(after);
        let (before, after) = (before.map(|of| of.end), after.map(|of| of.end));
        // Most steps move no end.
        if before == after {
            return;
        }
        if let Some(end) = before {
            self.ends.remove(&(end, key));
        }
        if let Some(end) = after {
            self.ends.insert((end, key));
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert_eq!(self.rows.len(), self.ends.len());
        assert_eq!(self.bytes, self.rows.values().map(|row| row.response.len()).sum::<usize>());
        assert!(self.rows.iter().all(|(key, row)| self.ends.contains(&(row.expires, key.0))));
        self.rows.len()
    }
}
