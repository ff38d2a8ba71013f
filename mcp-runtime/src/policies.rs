//! What an attribute says about a tool's policies, as constants.
//!
//! Plain data: the macro writes it, the rooms under `policy/` carry it out, and everything that
//! describes a server reads it.

use std::any::TypeId;
use std::pin::Pin;
use std::time::Duration;

use crate::call::{Arguments, ToolCall};
use crate::error::ToolError;
use crate::output::Returned;
use crate::tool::ToolDef;

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) => $field:ident = $value:expr;)*) => {
        $($(#[$doc])* #[doc(hidden)] #[must_use] pub const fn $name(mut self, $($arg: $ty),*) -> Self {
            self.$field = $value;
            self
        })*
    };
}

/// Every policy of a tool beyond its timeout.
#[derive(Clone, Copy, Debug)]
pub struct Policies {
    pub(crate) retry: Option<Retry>,
    pub(crate) dependencies: &'static [&'static DependencyDef],
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) queue: Option<Queue>,
    pub(crate) rate_limits: &'static [RateLimit],
    pub(crate) cost: Option<f64>,
    pub(crate) cache: Option<Cache>,
    pub(crate) fallback: Option<&'static ToolDef>,
    pub(crate) blocking: bool,
    pub(crate) heartbeat: Option<Duration>,
    pub(crate) max_result: Option<usize>,
    /// One effect for each key.
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) audit: Audit,
}

impl Policies {
    /// None of them.
    pub(crate) const NONE: Self = Self {
        retry: None,
        dependencies: &[],
        concurrency: None,
        queue: None,
        rate_limits: &[],
        cost: None,
        cache: None,
        fallback: None,
        blocking: false,
        heartbeat: None,
        max_result: None,
        idempotency: None,
        audit: Audit::DEFAULT,
    };
}

/// `idempotent` on a tool that writes: one effect for each key.
#[derive(Clone, Copy, Debug)]
pub struct Idempotency {
    /// The key of a call whose client sends none.
    pub(crate) key: KeyFrom,
    /// How long a key is remembered.
    pub(crate) ttl: Duration,
    /// A call without a key is refused.
    pub(crate) required: bool,
    pub(crate) in_flight: InFlight,
    /// The effect happens in `Context::transaction` alone, which knows whether it happened.
    pub(crate) transaction: bool,
    /// Finds out whether an effect happened of which nobody knows.
    pub(crate) reconcile: Option<Reconcile>,
}

impl Idempotency {
    /// How long a key is remembered where nobody says.
    pub(crate) const TTL: Duration = Duration::from_hours(24);
    /// The same for a key that is made of the arguments: calling again with the same ones may well
    /// be meant.
    pub(crate) const TTL_OF_ARGUMENTS: Duration = Duration::from_mins(1);

    /// Whether it can be found out what a call did of which nobody knows.
    pub(crate) fn settles(&self) -> bool {
        self.transaction || self.reconcile.is_some()
    }

    /// The client's key, for 24 h; calls without one run once each.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self {
            key: KeyFrom::Client,
            ttl: Self::TTL,
            required: false,
            in_flight: InFlight::Wait,
            transaction: false,
            reconcile: None,
        }
    }

    /// The key is made of all arguments but the secret ones.
    #[doc(hidden)]
    #[must_use]
    pub const fn key_of_arguments(mut self) -> Self {
        (self.key, self.ttl) = (KeyFrom::Arguments, Self::TTL_OF_ARGUMENTS);
        self
    }

    /// The key is made of some arguments, by their names in the schema.
    ///
    /// # Panics
    ///
    /// Without a name, as where all of them are compiled out: every call would have the same key.
    /// It is called in constants only.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn key_of(mut self, names: &'static [&'static str]) -> Self {
        assert!(
            !names.is_empty(),
            "`key(…)` is made of nothing: all of its arguments are cut out by `#[cfg]`"
        );
        self.key = KeyFrom::Fields(names);
        self
    }

    setters! {
        ttl_ms(ms: u64) => ttl = Duration::from_millis(ms);
        required() => required = true;
        reject() => in_flight = InFlight::Reject;
        transaction() => transaction = true;
        reconcile(reconcile: Reconcile) => reconcile = Some(reconcile);
    }
}

impl Default for Idempotency {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a call's key comes from if its client sends none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFrom {
    /// Nowhere.
    Client,
    /// From arguments, by their names in the schema. Without a value for any there is no key.
    Fields(&'static [&'static str]),
    /// From all arguments but the secret ones.
    Arguments,
}

/// What becomes of a call whose key is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InFlight {
    Wait,
    Reject,
}

/// `reconcile = path`: what an effect left, or nothing where it didn't happen. The call is a copy;
/// its arguments are taken from it.
pub(crate) type Reconcile = fn(&mut ToolCall) -> Result<Reconciling, ToolError>;

/// A look at whether an effect happened.
pub type Reconciling = Pin<Box<dyn Future<Output = Result<Option<Returned>, ToolError>> + Send>>;

/// `audit(…)`: what the log keeps of a tool's calls, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Keep the result itself, without its secrets; else its digest.
    pub(crate) keep_result: bool,
    /// The server's where it isn't stated.
    pub(crate) retention: Option<Duration>,
}

impl Audit {
    pub(crate) const DEFAULT: Self = Self { keep_result: false, retention: None };

    /// The result's digest, for as long as the server says.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self::DEFAULT
    }

    setters! {
        keep_result() => keep_result = true;
        retention_ms(ms: u64) => retention = Some(Duration::from_millis(ms));
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// `retry`: the same call again, where that is safe and may help.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    pub(crate) attempts: u32,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) base: Duration,
}

impl Retry {
    /// So many attempts in all, 100 ms as the base of the pauses.
    #[doc(hidden)]
    pub const fn new(attempts: u32) -> Self {
        Self { attempts, attempt_timeout: None, base: Duration::from_millis(100) }
    }

    setters! {
        attempt_timeout_ms(ms: u64) => attempt_timeout = Some(Duration::from_millis(ms));
        base_ms(ms: u64) => base = Duration::from_millis(ms);
    }
}

/// `concurrency`: how many calls of a tool, or to a dependency, run at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// So many.
    Fixed(u32),
    /// As many as the latency shows to be useful, at most so many.
    Adaptive {
        /// The upper bound.
        max: u32,
    },
}

impl Concurrency {
    /// The most that can run.
    pub fn max(self) -> u32 {
        match self {
            Self::Fixed(max) | Self::Adaptive { max } => max,
        }
    }
}

/// `queue`: how many calls wait for their turn, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Queue {
    pub(crate) depth: u32,
    pub(crate) wait: Duration,
}

impl Queue {
    /// The queue of a tool that limits its concurrency and doesn't say more.
    pub(crate) const DEFAULT: Self = Self { depth: 64, wait: Duration::from_secs(1) };

    pub(crate) const fn new(depth: u32, wait_ms: u64) -> Self {
        Self { depth, wait: Duration::from_millis(wait_ms) }
    }
}

/// `rate_limit`: at most `count` calls in `period`, and `burst` of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    pub(crate) count: u32,
    pub(crate) period: Duration,
    pub(crate) per: Per,
    pub(crate) burst: u32,
}

/// Who shares a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Per {
    /// Each caller has its own, for each tool.
    Caller,
    /// All callers of a tool share it.
    Tool,
    /// All calls of the server share it.
    Global,
}

impl RateLimit {
    /// A limit whose burst is its count.
    #[doc(hidden)]
    pub const fn new(count: u32, period_ms: u64, per: Per) -> Self {
        Self { count, period: Duration::from_millis(period_ms), per, burst: count }
    }

    setters! {
        burst(burst: u32) => burst = burst;
    }
}

/// `cache_ttl` and what goes with it.
#[derive(Clone, Copy, Debug)]
pub struct Cache {
    pub(crate) ttl: Duration,
    pub(crate) stale_while_revalidate: Option<Duration>,
    pub(crate) stale_if_error: Option<Duration>,
    pub(crate) shared: bool,
    pub(crate) normalize: Option<fn(&mut Arguments)>,
}

impl Cache {
    /// Results live so long, for each caller on its own.
    #[doc(hidden)]
    pub const fn new(ttl_ms: u64) -> Self {
        Self {
            ttl: Duration::from_millis(ttl_ms),
            stale_while_revalidate: None,
            stale_if_error: None,
            shared: false,
            normalize: None,
        }
    }

    setters! {
        stale_while_revalidate_ms(ms: u64) => stale_while_revalidate = Some(Duration::from_millis(ms));
        stale_if_error_ms(ms: u64) => stale_if_error = Some(Duration::from_millis(ms));
        shared() => shared = true;
        normalize(normalize: fn(&mut Arguments)) => normalize = Some(normalize);
    }
}

/// Something that tools depend on, and that fails as a whole: a database, an upstream service.
///
/// Written as `#[dependency(…)]` on a type, which then stands in `#[tool(dependency = Bank)]`.
/// The breaker and the concurrency limit are the dependency's, shared by all its tools.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a dependency",
    label = "no `#[dependency]` stands on this type",
    note = "write `#[mcp_runtime::dependency] struct …;`"
)]
pub trait Dependency: 'static {
    #[doc(hidden)]
    const DEF: &'static DependencyDef;
}

/// What `#[dependency(…)]` says.
#[derive(Clone, Copy, Debug)]
pub struct DependencyDef {
    pub(crate) name: &'static str,
    pub(crate) id: fn() -> TypeId,
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) queue: Option<Queue>,
    pub(crate) breaker: Option<Breaker>,
    /// Retries as a share of calls, besides one a second.
    pub(crate) retry_budget: f64,
}

impl DependencyDef {
    /// A dependency without limits, with a retry budget of 10 %.
    #[doc(hidden)]
    pub const fn new<D: Dependency>(name: &'static str) -> Self {
        Self {
            name,
            id: TypeId::of::<D>,
            concurrency: None,
            queue: None,
            breaker: None,
            retry_budget: 0.1,
        }
    }

    setters! {
        concurrency(limit: u32) => concurrency = Some(Concurrency::Fixed(limit));
        adaptive(max: u32) => concurrency = Some(Concurrency::Adaptive { max });
        queue(depth: u32, wait_ms: u64) => queue = Some(Queue::new(depth, wait_ms));
        breaker(breaker: Breaker) => breaker = Some(breaker);
        retry_budget(share: f64) => retry_budget = share;
    }

    /// Its name in counts and logs.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// `breaker`: when a dependency is left alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breaker {
    /// So many failures in a row.
    pub(crate) failures: u32,
    /// Such a share of at least [`MIN_CALLS`](Self::MIN_CALLS) calls in the
    /// [`WINDOW`](Self::WINDOW), failed or slow.
    pub(crate) ratio: f64,
    /// A call that takes longer is slow.
    pub(crate) slow: Option<Duration>,
    /// How long it stays open at first; doubles while probes fail.
    pub(crate) open: Duration,
}

impl Breaker {
    pub(crate) const MIN_CALLS: u32 = 20;
    pub(crate) const WINDOW: Duration = Duration::from_secs(30);
    pub(crate) const MAX_OPEN: Duration = Duration::from_mins(1);

    /// 5 failures in a row, or half of 20 calls in 30 s; open for 5 s at first.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self { failures: 5, ratio: 0.5, slow: None, open: Duration::from_secs(5) }
    }

    setters! {
        failures(count: u32) => failures = count;
        ratio(ratio: f64) => ratio = ratio;
        slow_ms(ms: u64) => slow = Some(Duration::from_millis(ms));
        open_ms(ms: u64) => open = Duration::from_millis(ms);
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self::new()
    }
}
