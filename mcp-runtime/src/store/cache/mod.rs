//! Results by key, for as long as they are of use.

mod memory;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Step;
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

/// What a result is kept under. Calls with equal keys get the same result.
///
/// Cheap to clone. It has no `Debug` form: arguments aren't logged.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key(Arc<Parts>);

#[derive(PartialEq, Eq, Hash)]
struct Parts {
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
        let (principal, arguments) = (principal.map(Box::from), arguments.into_boxed_str());
        Self(Arc::new(Parts { tool, version, principal, arguments }))
    }

    fn bytes(&self) -> usize {
        let Parts { principal, arguments, .. } = &*self.0;
        size_of::<Parts>() + principal.as_ref().map_or(0, |text| text.len()) + arguments.len()
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
