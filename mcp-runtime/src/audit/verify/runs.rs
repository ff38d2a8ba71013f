//! Sets of records, as runs of their places.

use std::collections::BTreeMap;

/// Places, as runs that don't touch each other: from, to, both included.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs(BTreeMap<u64, u64>);

impl Runs {
    pub(super) fn add(&mut self, seq: u64) {
        self.add_run(seq, seq);
    }

    pub(super) fn add_run(&mut self, mut from: u64, mut to: u64) {
        if from > to {
            return;
        }
        // Whatever begins within the run, or right behind it, and ends at or after its begin.
        while let Some((start, end)) = self.0.range(..=to.saturating_add(1)).next_back()
            && end.saturating_add(1) >= from
        {
            (from, to) = (from.min(*start), to.max(*end));
            let start = *start;
            self.0.remove(&start);
        }
        self.0.insert(from, to);
    }

    pub(super) fn contains(&self, seq: u64) -> bool {
        self.0.range(..=seq).next_back().is_some_and(|(_, to)| seq <= *to)
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|(from, to)| to - from + 1).sum()
    }

    /// Those that aren't in the other set.
    pub(super) fn without(&self, other: &Self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().flat_map(|(from, to)| {
            let (mut from, to) = (*from, *to);
            let mut left = Vec::new();
            let before = other.0.range(..=from).next_back().map(|(start, _)| *start);
            for (start, end) in other.0.range(before.unwrap_or(from)..=to) {
                if *start > from {
                    left.push((from, start - 1));
                }
                from = from.max(end.saturating_add(1));
            }
            if from <= to {
                left.push((from, to));
            }
            left
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(runs: &[(u64, u64)]) -> (Runs, BTreeSet<u64>) {
        let mut set = Runs::default();
        for (from, to) in runs {
            set.add_run(*from, *to);
        }
        (set, runs.iter().flat_map(|(from, to)| *from..=*to).collect())
    }

    fn runs() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec(
            (0_u64..40, 0_u64..6).prop_map(|(from, more)| (from, from + more)),
            0..8,
        )
    }

    proptest! {
        #[test]
        fn they_are_sets(a in runs(), b in runs()) {
            let ((a, plain_a), (b, plain_b)) = (of(&a), of(&b));
            prop_assert_eq!(a.count(), plain_a.len() as u64);
            for seq in 0..50 {
                prop_assert_eq!(a.contains(seq), plain_a.contains(&seq));
            }
            let left: Vec<u64> = a.without(&b).flat_map(|(from, to)| from..=to).collect();
            let expected: Vec<u64> = plain_a.difference(&plain_b).copied().collect();
            prop_assert_eq!(left, expected);
        }
    }
}
