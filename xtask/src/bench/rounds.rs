//! Loads in turns: what slows the machine down for a while slows all that are compared.

use anyhow::Result;

use super::table::median;

/// What each of several subjects did in each of several rounds.
pub(super) struct Rounds<T>(Vec<Vec<T>>);

impl<T: Clone + Default> Rounds<T> {
    /// Lets each of so many subjects have its turn, so many times. One round before them warms up
    /// and doesn't count. Each round begins with another subject.
    pub(super) fn take(
        name: &str,
        count: usize,
        subjects: usize,
        mut turn: impl FnMut(usize) -> Result<T>,
    ) -> Result<Self> {
        let mut rounds = Vec::new();
        for round in 0..=count {
            println!("  {name}, round {round} of {count}");
            let mut turns = vec![T::default(); subjects];
            for place in 0..subjects {
                let subject = (place + round) % subjects;
                turns[subject] = turn(subject)?;
            }
            if round > 0 {
                rounds.push(turns);
            }
        }
        Ok(Self(rounds))
    }

    /// The median of a subject's figure over the rounds.
    pub(super) fn of(&self, subject: usize, figure: impl Fn(&T) -> f64) -> f64 {
        median(self.0.iter().map(|turns| figure(&turns[subject])).collect())
    }

    /// The median of how many times another subject's figure it is in the same round.
    pub(super) fn ratio(&self, subject: usize, to: usize, figure: impl Fn(&T) -> f64) -> f64 {
        let ratio = |turns: &Vec<T>| figure(&turns[subject]) / figure(&turns[to]);
        median(self.0.iter().map(ratio).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::programs::Load;

    #[test]
    fn ratios_are_of_one_round_and_the_first_does_not_count() {
        let mut turns = Vec::new();
        // The first subject gets slower from round to round; the second is always half as fast.
        let rounds = Rounds::take("test", 3, 2, |subject| {
            let round = turns.len() / 2;
            turns.push(subject);
            let per_second = [1_000.0, 800.0, 600.0, 100.0][round];
            let per_second = if subject == 0 { per_second } else { per_second / 2.0 };
            Ok(Load { per_second, ..Load::default() })
        });
        let rounds = rounds.unwrap();
        assert_eq!(turns, [0, 1, 1, 0, 0, 1, 1, 0], "they take turns at being first");
        let per_second = |load: &Load| load.per_second;
        assert!((rounds.of(0, per_second) - 600.0).abs() < 1e-9);
        assert!((rounds.ratio(0, 1, per_second) - 2.0).abs() < 1e-9);
    }
}
