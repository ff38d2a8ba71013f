//! The number of calls that may run: fixed, or learnt by additive increase and multiplicative
//! decrease.

use tokio::time::Instant;

use crate::policies::Concurrency;

/// What the end of a call says about load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    /// It succeeded in good time.
    Good,
    /// There was too much at once.
    Overload,
    /// Nothing: another failure, a late success, a call that was cancelled.
    Neutral,
}

#[derive(Clone, Debug)]
pub(super) enum Limit {
    Fixed(u32),
    Adaptive(Adaptive),
}

impl Limit {
    pub(super) fn new(concurrency: Concurrency) -> Self {
        // A limit of none would refuse every call for ever.
        let max = concurrency.max().max(Adaptive::FLOOR);
        match concurrency {
            Concurrency::Fixed(_) => Self::Fixed(max),
            Concurrency::Adaptive { .. } => Self::Adaptive(Adaptive::new(max)),
        }
    }

    pub(super) fn get(&self) -> u32 {
        match self {
            Self::Fixed(limit) => *limit,
            Self::Adaptive(adaptive) => adaptive.limit,
        }
    }

    /// Learns from a call that ends now, with `running` under way, itself included.
    pub(super) fn learn(&mut self, sample: Sample, running: u32, began: Instant, now: Instant) {
        if let Self::Adaptive(adaptive) = self {
            adaptive.learn(sample, running, began, now);
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Adaptive {
    max: u32,
    limit: u32,
    /// Good calls since the last change.
    good: u32,
    decreased: Option<Instant>,
}

impl Adaptive {
    /// One call at a time gets through however bad it is, or recovery would never be seen.
    const FLOOR: u32 = 1;
    /// What the limit is divided by when there is too much at once: as in TCP, enough to drain a
    /// queue that has built up behind the limit.
    const DECREASE: u32 = 2;

    /// Starts in the middle: neither trusts the upper bound nor starves the first callers.
    fn new(max: u32) -> Self {
        Self { max, limit: max.div_ceil(2), good: 0, decreased: None }
    }

    fn learn(&mut self, sample: Sample, running: u32, began: Instant, now: Instant) {
        if running < self.limit.div_ceil(2) {
            return;
        }
        match sample {
            Sample::Neutral => {}
            Sample::Good => {
                self.good += 1;
                if self.good >= self.limit {
                    self.good = 0;
                    self.limit = self.max.min(self.limit + 1);
                }
            }
            Sample::Overload => {
                // Calls from before the last decrease suffered from the old limit, which is gone.
                if self.decreased.is_none_or(|decreased| began > decreased) {
                    self.good = 0;
                    self.limit = Self::FLOOR.max(self.limit / Self::DECREASE);
                    self.decreased = Some(now);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn adaptive(max: u32) -> Limit {
        Limit::new(Concurrency::Adaptive { max })
    }

    fn good(limit: &mut Limit, running: u32, times: u32) {
        let now = Instant::now();
        (0..times).for_each(|_| limit.learn(Sample::Good, running, now, now));
    }

    #[test]
    fn one_more_for_each_limit_full_of_good_calls() {
        let mut limit = adaptive(8);
        assert_eq!(limit.get(), 4);
        good(&mut limit, 4, 3);
        assert_eq!(limit.get(), 4);
        good(&mut limit, 4, 1);
        assert_eq!(limit.get(), 5);
        good(&mut limit, 5, 5);
        assert_eq!(limit.get(), 6);
        good(&mut limit, 8, 1000);
        assert_eq!(limit.get(), 8, "never above max");
    }

    #[test]
    fn nothing_is_learnt_under_half_of_the_limit() {
        let mut limit = adaptive(16);
        assert_eq!(limit.get(), 8);
        let start = Instant::now();
        good(&mut limit, 3, 1000);
        limit.learn(Sample::Overload, 3, start, start);
        assert_eq!(limit.get(), 8);
        limit.learn(Sample::Overload, 4, start, start);
        assert_eq!(limit.get(), 4);
    }

    #[test]
    fn halved_once_for_all_calls_under_way_and_never_below_one() {
        let mut limit = adaptive(64);
        let start = Instant::now();
        let second = Duration::from_secs(1);
        for _ in 0..32 {
            limit.learn(Sample::Overload, 32, start, start + second);
        }
        assert_eq!(limit.get(), 16);
        for round in 2..10 {
            let (began, ends) = (start + second * (2 * round), start + second * (2 * round + 1));
            limit.learn(Sample::Overload, 32, began, ends);
        }
        assert_eq!(limit.get(), 1);
    }

    #[test]
    fn other_ends_change_nothing() {
        let mut limit = adaptive(8);
        let now = Instant::now();
        (0..100).for_each(|_| limit.learn(Sample::Neutral, 8, now, now));
        assert_eq!(limit.get(), 4);
    }

    proptest! {
        #[test]
        fn stays_within_its_bounds(
            max in 0..100_u32,
            steps in prop::collection::vec((0..3_u8, 0..100_u32, 0..3_u64), 0..500),
        ) {
            let mut limit = adaptive(max);
            let mut now = Instant::now();
            for (sample, running, seconds) in steps {
                let began = now;
                now += Duration::from_secs(seconds);
                let before = limit.get();
                let sample = [Sample::Good, Sample::Overload, Sample::Neutral][usize::from(sample)];
                limit.learn(sample, running, began, now);
                prop_assert!((1..=max.max(1)).contains(&limit.get()));
                prop_assert!(limit.get() <= before + 1);
                prop_assert!(running * 2 >= before || limit.get() == before);
            }
        }
    }
}
