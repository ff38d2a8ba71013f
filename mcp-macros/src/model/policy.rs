//! Values of policies, the same as they were written and as they are right.

use syn::Path;

use super::parsed::Given;

/// `retry`; times in milliseconds.
pub(crate) struct Retry {
    pub(crate) attempts: u32,
    pub(crate) attempt_timeout: Option<u64>,
    pub(crate) base: Option<Given<u64>>,
}

/// `concurrency`.
#[derive(Clone, Copy)]
pub(crate) enum Concurrency {
    Fixed(u32),
    Adaptive(u32),
}

/// `queue`.
pub(crate) struct Queue {
    pub(crate) depth: u32,
    /// In milliseconds; `None` is the default.
    pub(crate) wait: Option<Given<u64>>,
}

/// One `rate_limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) count: u32,
    /// In milliseconds.
    pub(crate) period: u64,
    /// A variant of the runtime's `Per`.
    pub(crate) per: &'static str,
    pub(crate) burst: Option<u32>,
}

/// `breaker` of a dependency; times in milliseconds.
#[derive(Default)]
pub(crate) struct Breaker {
    pub(crate) failures: Option<u32>,
    pub(crate) ratio: Option<f64>,
    pub(crate) slow: Option<u64>,
    pub(crate) open: Option<Given<u64>>,
}

/// `cache(…)`.
#[derive(Default)]
pub(crate) struct CacheKey {
    pub(crate) shared: Option<syn::Ident>,
    pub(crate) normalize: Option<Path>,
}
