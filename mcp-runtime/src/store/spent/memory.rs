//! Spent tokens in this process's memory: what one replica remembers, and what a restart forgets.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::{Nonce, Spending, SpentStore, Step};
use crate::clock::Clock;

/// How many tokens are remembered, about 5 MB.
const MOST: usize = 100_000;

/// Tokens by the end of their life, so that those which are over go first.
pub(crate) struct MemorySpent {
    most: usize,
    clock: Clock,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    /// The latest expiry of what has been forgotten, which must not be good again when the clock is
    /// set back. Not the latest time: a clock that was wrong for a moment is no reason to take
    /// nothing for years.
    forgotten: u64,
    tokens: BTreeSet<(u64, Nonce)>,
}

impl MemorySpent {
    pub(crate) fn new(clock: Clock) -> Self {
        Self::bounded(MOST, clock)
    }

    fn bounded(most: usize, clock: Clock) -> Self {
        Self { most, clock, spent: Mutex::default() }
    }

    fn decide(&self, nonce: Nonce, expiry: u64) -> Spending {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.unix_seconds();
        while let Some((expiry, _)) = spent.tokens.first().copied().filter(|(end, _)| *end <= now) {
            spent.forgotten = spent.forgotten.max(expiry);
            spent.tokens.pop_first();
        }
        if expiry <= now.max(spent.forgotten) {
            Spending::Expired
        } else if spent.tokens.contains(&(expiry, nonce)) {
            Spending::Again
        } else if spent.tokens.len() >= self.most {
            Spending::Full
        } else {
            spent.tokens.insert((expiry, nonce));
            Spending::First
        }
    }
}

impl SpentStore for MemorySpent {
    fn spend(&self, nonce: Nonce, expiry: u64) -> Step<Spending> {
        Step::done(self.decide(nonce, expiry))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn store(most: usize) -> (MemorySpent, Clock) {
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(1_000));
        (MemorySpent::bounded(most, clock.clone()), clock)
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_good_once_and_until_it_expires() {
        let (store, clock) = store(10);
        assert_eq!(store.decide([1; 16], 1_010), Spending::First);
        assert_eq!(store.decide([1; 16], 1_010), Spending::Again);
        assert_eq!(store.decide([2; 16], 1_010), Spending::First);
        clock.forward(Duration::from_secs(10));
        assert_eq!(store.decide([3; 16], 1_010), Spending::Expired);
        assert_eq!(store.decide([1; 16], 1_010), Spending::Expired);
        assert!(store.spent.lock().unwrap().tokens.is_empty(), "what is over is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_back_makes_nothing_good_again() {
        let (store, clock) = store(10);
        assert_eq!(store.decide([1; 16], 1_010), Spending::First);
        clock.forward(Duration::from_secs(10));
        assert_eq!(store.decide([2; 16], 1_020), Spending::First);
        clock.back(Duration::from_secs(10));
        assert_eq!(store.decide([1; 16], 1_010), Spending::Expired);
        assert_eq!(store.decide([2; 16], 1_020), Spending::Again);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_was_wrong_for_a_moment_is_forgiven() {
        let (store, clock) = store(10);
        assert_eq!(store.decide([1; 16], 1_010), Spending::First);
        let years = Duration::from_hours(24 * 3_650);
        clock.forward(years);
        assert_eq!(store.decide([2; 16], 1_010), Spending::Expired);
        clock.back(years);
        assert_eq!(store.decide([1; 16], 1_010), Spending::Expired);
        assert_eq!(store.decide([3; 16], 1_300), Spending::First);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_store_spends_nothing_more_and_makes_room_in_time() {
        let (store, clock) = store(2);
        assert_eq!(store.decide([1; 16], 1_010), Spending::First);
        assert_eq!(store.decide([2; 16], 1_020), Spending::First);
        assert_eq!(store.decide([3; 16], 1_020), Spending::Full);
        assert_eq!(store.decide([2; 16], 1_020), Spending::Again);
        clock.forward(Duration::from_secs(10));
        assert_eq!(store.decide([3; 16], 1_020), Spending::First);
    }
}
