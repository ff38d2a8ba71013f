//! Results by key, for as long as they are of use.

mod memory;
mod recent;

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::time::Instant;

use super::Step;
use super::rate::Placed;
use crate::call::KeptReply;

pub(crate) use memory::MemoryCache;

/// Where results are kept.
///
/// A cache may forget anything at any time. It never gives a result under another key than its
/// own: keys are compared as a whole, not by a digest.
pub(crate) trait CacheStore: Send + Sync + 'static {
    /// The latest result under a key.
    fn get(&self, key: &Key) -> Step<Option<Stored>>;

    /// Keeps a result in place of an earlier one.
    fn put(&self, key: Key, stored: Stored) -> Step<()>;
}

/// A table by key.
pub(crate) type ByKey<V> = HashMap<Key, V, Placed>;

/// No caller can find arguments whose keys meet.
static RANDOM: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// What a result is kept under. Calls with equal keys get the same result.
///
/// Cheap to clone, and to look up: it is hashed once. It has no `Debug` form: arguments aren't
/// logged.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key(Arc<Parts>);

#[derive(PartialEq, Eq)]
struct Parts {
    /// Of what follows, under this process's random key.
    hash: u64,
    tool: &'static str,
    version: &'static str,
    /// None where all callers share the result.
    principal: Option<Box<str>>,
    arguments: Box<str>,
}

impl Key {
    /// `arguments` is their canonical text.
    pub(crate) fn new(
        tool: &'static str,
        version: &'static str,
        principal: Option<&str>,
        arguments: String,
    ) -> Self {
        // Versions of a tool are few: they are told apart, not spread.
        let hash = RANDOM.hash_one((tool, principal, &*arguments));
        let (principal, arguments) = (principal.map(Box::from), arguments.into_boxed_str());
        Self(Arc::new(Parts { hash, tool, version, principal, arguments }))
    }

    fn bytes(&self) -> usize {
        let Parts { principal, arguments, .. } = &*self.0;
        size_of::<Parts>() + principal.as_ref().map_or(0, |text| text.len()) + arguments.len()
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

/// A result and what decides about its use. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) reply: KeptReply,
    pub(crate) created: Instant,
    /// How long it took to make.
    pub(crate) cost: Duration,
    /// The age up to which it is fresh.
    pub(crate) lifetime: Duration,
    /// The age from which it is of no use, not even stale.
    pub(crate) useful: Duration,
}

impl Stored {
    pub(crate) fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.created)
    }
}
