//! What a running server promises about a tool, as plain data: what the test kit's contract tests
//! are derived from.

use std::time::Duration;

use crate::policies::{Breaker, Cache, Per, RateLimit};
use crate::policy::journal::RENEWAL;
use crate::tool::ToolInfo;

/// What is promised about the calls of one tool, beside its schemas and its timeout.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a promise of its own")]
pub struct Promised {
    /// Each scope that a caller needs.
    pub scopes: Vec<PromisedScope>,
    /// Every rate that holds.
    pub rates: Vec<PromisedRate>,
    /// Results are kept, each for its own caller.
    pub caches_by_caller: bool,
    /// A call that comes so much later finds no result of an earlier one, unless it fails.
    pub results_kept: Duration,
    /// One effect for each key.
    pub keyed: bool,
    /// What became of an interrupted call can be found out: its function may then run again.
    pub settles: bool,
    /// How often a call that has its key renews its lease.
    pub renewal: Duration,
    /// An attempt that fails may be followed by another one.
    pub retries: bool,
    /// Another tool answers where this one fails.
    pub falls_back: bool,
    /// When its dependencies are left alone.
    pub breakers: Vec<PromisedBreaker>,
}

/// A scope that a caller needs.
#[derive(Clone, Debug)]
pub struct PromisedScope {
    /// `verb:resource`.
    pub token: &'static str,
    /// The fields that a grant may constrain, each with the argument that it is compared with;
    /// without one, the function keeps the constraint.
    pub fields: Vec<(&'static str, Option<&'static str>)>,
}

/// A rate.
#[derive(Clone, Copy, Debug)]
pub struct PromisedRate {
    /// So many calls at once.
    pub burst: u32,
    /// The time after which there is room for one more.
    pub interval: Duration,
    /// Each caller has its own.
    pub per_caller: bool,
}

/// A breaker of a dependency.
#[derive(Clone, Copy, Debug)]
pub struct PromisedBreaker {
    /// The dependency.
    pub name: &'static str,
    /// So many failures in a row open it; fewer calls than that can't.
    pub failures: u32,
    /// How long it stays open at first.
    pub open: Duration,
}

impl ToolInfo {
    /// What is promised about its calls.
    #[doc(hidden)]
    pub fn promised(&self) -> Promised {
        let scopes = self.gate.requirements().iter().map(|one| PromisedScope {
            token: one.token,
            fields: one.fields.iter().map(|(field, argument)| (*field, *argument)).collect(),
        });
        let dependencies = self.policies.dependencies.iter();
        let breakers = dependencies.filter_map(|one| {
            let breaker = one.breaker?;
            // By its ratio it may open sooner, from the least number of calls on.
            let failures = breaker.failures.min(Breaker::MIN_CALLS);
            Some(PromisedBreaker { name: one.name, failures, open: breaker.open })
        });
        Promised {
            scopes: scopes.collect(),
            rates: self.rate_limits.iter().copied().map(PromisedRate::from).collect(),
            results_kept: self.policies.cache.map(kept).unwrap_or_default(),
            caches_by_caller: self.policies.cache.is_some_and(|cache| !cache.shared),
            keyed: self.policies.idempotency.is_some(),
            settles: self.policies.idempotency.is_some_and(|once| once.settles()),
            renewal: RENEWAL,
            retries: self.policies.retry.is_some(),
            falls_back: self.policies.fallback.is_some(),
            breakers: breakers.collect(),
        }
    }
}

/// Lifetimes are jittered, by less than once their length.
fn kept(cache: Cache) -> Duration {
    let stale = cache.stale_while_revalidate.unwrap_or_default();
    cache.ttl.saturating_mul(2).saturating_add(stale)
}

impl From<RateLimit> for PromisedRate {
    fn from(rate: RateLimit) -> Self {
        Self {
            burst: rate.burst,
            interval: rate.period / rate.count.max(1),
            per_caller: rate.per == Per::Caller,
        }
    }
}
