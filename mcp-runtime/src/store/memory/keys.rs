//! Keys by name, and by the end of their lives.

use std::collections::{BTreeSet, HashMap};

use super::super::once::machine::{Change, Row, step};
use super::super::once::{Fence, OnceAnswer, OnceKey, OnceOp};

/// How many records are kept: with short answers, about 50 MB.
const MOST: usize = 100_000;
/// What their answers may take together. New keys are refused beyond it; what was begun is
/// completed.
const BYTES: usize = 256 << 20;

/// The records of keys, bounded.
pub(super) struct Keys {
    most: usize,
    bytes_most: usize,
    rows: HashMap<OnceKey, Row>,
    /// The same, so that what ends first is found first.
    ends: BTreeSet<(u64, OnceKey)>,
    /// Of all answers.
    bytes: usize,
    fence: Fence,
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
        let row = self.rows.get(&key).cloned();
        let (is_new, fresh) = (row.is_none(), self.fence + 1);
        let (change, answer) = step(row, op, now, fresh);
        match change {
            Change::Put(_) if is_new && self.is_full() => return OnceAnswer::Full,
            Change::Put(row) => self.put(key, row),
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

    fn put(&mut self, key: OnceKey, row: Row) {
        self.bytes += row.response.len();
        let end = row.expires;
        if let Some(before) = self.rows.insert(key, row) {
            self.bytes -= before.response.len();
            // Most steps move no end.
            if before.expires == end {
                return;
            }
            self.ends.remove(&(before.expires, key));
        }
        self.ends.insert((end, key));
    }

    fn remove(&mut self, key: &OnceKey) {
        if let Some(row) = self.rows.remove(key) {
            self.ends.remove(&(row.expires, *key));
            self.bytes -= row.response.len();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert_eq!(self.rows.len(), self.ends.len());
        assert_eq!(self.bytes, self.rows.values().map(|row| row.response.len()).sum::<usize>());
        self.rows.len()
    }
}
