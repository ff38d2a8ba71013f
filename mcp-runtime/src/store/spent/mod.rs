//! What can be used once: tokens that are spent, until they would expire by themselves.

mod memory;

pub(crate) use memory::MemorySpent;

use super::Step;

/// A random name of 16 bytes, which no two tokens share.
pub(crate) type Nonce = [u8; 16];

/// Where spent tokens are kept.
pub(crate) trait SpentStore: Send + Sync + 'static {
    /// Spends a token that is good until `expiry`, in whole seconds since 1970.
    fn spend(&self, nonce: Nonce, expiry: u64) -> Step<Spending>;
}

/// What a store decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spending {
    /// It was good, and is spent now.
    First,
    /// It was spent before.
    Again,
    /// Its time is over.
    Expired,
    /// There is no room to remember it by, so it isn't spent.
    Full,
}
