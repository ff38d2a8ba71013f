//! Rates: how often something may happen, kept by key.
//!
//! The rule is GCRA, the generic cell rate algorithm. A bucket is one instant, its *theoretical
//! arrival time* (TAT): when the next call would come if all callers kept the pace. Each call
//! moves it on by `T = period / count`, and a call is admitted while it is at most
//! `τ = T · (burst − 1)` ahead of now. That is a leaky bucket without a timer: an idle bucket
//! costs nothing, and one number per key is all that a store, here or elsewhere, has to keep.
//!
//! A call can be under several rates. They are one [step](super::Step): a unit of each, or of
//! none, so that a call which one rate refuses doesn't use up the others.

mod gcra;
mod memory;
mod placed;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use gcra::Rate;
pub(crate) use memory::MemoryRates;
pub(crate) use placed::Placed;

use super::Step;
use crate::principal::Principal;

/// Where rates are kept.
///
/// A bucket is named by its rate, which is that of a tool unless it is global, and by the principal
/// where it is per caller: two rates of one caller for one tool (60 a minute and 500 an hour) are
/// two buckets, and tools that declare the same global rate share one.
pub(crate) trait RateStore: Send + Sync + 'static {
    /// Takes one unit under each rate for a call of the principal, or none at all. No two of the
    /// rates are the same.
    fn take(&self, principal: &Principal, rates: &[Rate]) -> Step<Verdict>;
}

/// What a store decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Refused {
        /// The rate, by its place, that takes longest to allow the call.
        which: usize,
        /// When every rate would allow it, unless others are faster.
        retry_after: Duration,
    },
}
