//! Intents and their outcomes.

use std::collections::HashSet;

/// Open intents that are kept in mind. In a log that servers wrote there are no more than calls
/// can run; in another, outcomes aren't looked at from there on.
const MAX_OPEN: usize = 1 << 18;

#[derive(Default)]
pub(super) struct Pairs {
    open: HashSet<u64>,
    /// Records that might be intents.
    unknown: HashSet<u64>,
    too_many: bool,
}

impl Pairs {
    pub(super) fn intent(&mut self, seq: u64) {
        self.open.insert(seq);
        self.bound();
    }

    /// A record that nobody can read.
    pub(super) fn unknown(&mut self, seq: u64) {
        self.unknown.insert(seq);
        self.bound();
    }

    /// Whether it may be the outcome of this intent.
    pub(super) fn outcome(&mut self, intent: u64) -> bool {
        self.open.remove(&intent) || self.unknown.contains(&intent) || self.too_many
    }

    pub(super) fn open(&self) -> u64 {
        self.open.len() as u64
    }

    fn bound(&mut self) {
        if self.open.len() + self.unknown.len() > MAX_OPEN {
            (self.open, self.unknown) = (HashSet::new(), HashSet::new());
            self.too_many = true;
        }
    }
}
