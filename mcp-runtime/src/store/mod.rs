//! Where policies keep what outlives a call: traits, and their implementations in memory.
//!
//! Each trait is a set of *steps*. A step is one atomic decision, made by the store on the store's
//! own clock, so that a shared store can make it in one round trip for many machines. In memory
//! it is done at once and costs no allocation.

pub(crate) mod cache;
pub(crate) mod group;
pub(crate) mod journal;
pub(crate) mod memory;
pub(crate) mod once;
pub(crate) mod rate;
pub(crate) mod spent;
pub(crate) mod split;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
#[cfg(feature = "testing")]
pub(crate) mod steered;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod suite;
pub(crate) mod table;
#[cfg(test)]
pub(crate) mod testing;

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

/// One step of a store, done or under way.
pub(crate) enum Step<T> {
    /// Done at once.
    Done(Option<Result<T, StoreError>>),
    /// Under way elsewhere.
    Waits(Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>),
}

impl<T> Step<T> {
    pub(crate) fn done(value: T) -> Self {
        Self::Done(Some(Ok(value)))
    }

    /// What came of it, where it was done at once: there is nothing to wait for, and no time to
    /// measure.
    pub(crate) fn at_once(&mut self) -> Option<Result<T, StoreError>> {
        match self {
            Self::Done(value) => value.take(),
            Self::Waits(_) => None,
        }
    }
}

impl<T: Unpin> Future for Step<T> {
    type Output = Result<T, StoreError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Done(value) => value.take().map_or(Poll::Pending, Poll::Ready),
            Self::Waits(future) => future.as_mut().poll(cx),
        }
    }
}

/// A store that could not decide.
#[derive(Clone, Debug)]
pub(crate) struct StoreError(pub(crate) String);

/// Milliseconds since 1970, as stores count time.
pub(crate) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A random name.
fn random<const N: usize>() -> Result<[u8; N], String> {
    let mut name = [0; N];
    getrandom::fill(&mut name)
        .map_err(|error| format!("the system gives no random numbers: {error}"))?;
    Ok(name)
}
