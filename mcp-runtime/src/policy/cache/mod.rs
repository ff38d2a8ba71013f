//! The result cache: a call that was answered lately is answered again, without the function.
//!
//! ```text
//! #[tool(read_only, cache_ttl = "30s", stale_while_revalidate = "10s", stale_if_error = "10m")]
//! ```
//!
//! **What counts as the same call.** A result is kept under the tool, its version, the caller and
//! the canonical arguments: validated, defaults applied, keys sorted, integers exact. So one
//! caller never gets what was made for another. `cache(shared)` leaves the caller out, for results
//! that are everyone's. `cache(normalize = path)` changes a copy of the arguments first, so that
//! `"aapl "` finds what `"AAPL"` left; it decides about the key alone, and the function receives
//! what the caller sent. What a function reads from elsewhere, such as the request's `_meta`, is
//! not part of the key: a tool whose answer depends on that must not be cached.
//!
//! **What is kept.** Results. Errors never are, nor answers in the SDK's own types, among them
//! requests for input. A result lives for `cache_ttl` ± 10 %, drawn anew for each, so that what
//! was made together doesn't expire together.
//!
//! | a result is | the call gets |
//! |---|---|
//! | fresh | the result; its age in seconds is in `_meta`, under `mcp-runtime/age` |
//! | about to expire | the same; one caller, drawn by `XFetch` (β = 1), has it refreshed meanwhile |
//! | expired, for less than `stale_while_revalidate` | the stale result at once; one refresh runs meanwhile |
//! | expired, for less than `stale_if_error` | a new result; the stale one if that fails with `timeout`, `backend_unavailable`, `circuit_open` or `overloaded`, or isn't there as the call's time runs out |
//! | missing or older | a new result |
//!
//! A stale result says so twice: `mcp-runtime/stale` in `_meta` is `refreshing` or the code of the
//! failure, and a last block of text tells the model its age and the reason. Both are off unless
//! stated, and both count from the end of the lifetime.
//!
//! **One flight per key.** Calls that need the same result at the same time run the function once.
//! The flight has the tool's full timeout, a [`Context`](crate::Context) of its own, and from the
//! first time that it waits a task of its own, where nothing is seen of what layers further out
//! keep with `tokio::task_local!`:
//!
//! - A caller who is cancelled, or whose deadline passes, leaves the others waiting; only when the
//!   last one is cancelled is the function's future dropped. When the last one's time runs out, the
//!   flight ends by its own time, which is hardly longer.
//! - An error is the answer of all who waited for it. It isn't kept: the next call tries again.
//! - A panic is the answer of the call that started the flight. One of those who waited starts
//!   another; if that panics too, it is the answer of all.
//! - The function runs in the span, and with the call id, of the call that started it. The
//!   progress it reports goes nowhere: no one of those who wait is its client.
//! - Refreshes in the background are flights too. They go on without anyone who waits, to their
//!   timeout.
//!
//! There are at most 1,024 flights of a tool; beyond that a call runs the function for itself, and
//! refreshes are left out. At most 16,384 calls wait for one flight; the next is `overloaded`.
//!
//! **Counts.** Each call is a hit, a stale result, a miss (the function ran for it) or coalesced
//! (it waited for another's flight). One that tried for a new result and got a stale one counts
//! both. Refreshes in the background don't count.
//!
//! **The store.** A store that fails, or takes longer than 250 ms, is an empty one: the function
//! is there to answer.

mod entry;
mod fetch;
mod flight;
mod key;
mod line;
#[cfg(test)]
mod tests;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use tower::Layer;
use tracing::debug;

use self::entry::Freshness;
use self::fetch::Purpose;
use self::flight::{Flights, Limits};
use self::key::Named;
use self::line::Line;
use super::service::ToolService;
use super::{Outcome, Room, Running};
use crate::call::{KeptReply, Reply, ToolCall};
use crate::policies::Cache;
use crate::stats::{Decision, ToolStats};
use crate::store::Step;
use crate::store::cache::{CacheStore, Key, Stored};
use crate::tool::ToolInfo;

/// How many results of a tool are made at a time. A flight holds its arguments and a task.
const MAX_FLIGHTS: usize = 1024;
/// How many calls wait for one of them: more than a server should run at all.
const MAX_WAITERS: usize = 16_384;
/// How long a call waits for a store that isn't in this process.
const STORE_TIMEOUT: Duration = Duration::from_millis(250);

/// Serves the results of one tool again.
#[derive(Clone)]
pub(crate) struct CacheLayer {
    stock: Arc<Stock>,
}

impl CacheLayer {
    pub(crate) fn new(
        tool: &ToolInfo,
        config: Cache,
        store: Arc<dyn CacheStore>,
        stats: Arc<ToolStats>,
    ) -> Self {
        let limits = Limits { flights: MAX_FLIGHTS, waiters: MAX_WAITERS };
        Self::with_limits(tool, config, store, stats, limits)
    }

    fn with_limits(
        tool: &ToolInfo,
        config: Cache,
        store: Arc<dyn CacheStore>,
        stats: Arc<ToolStats>,
        limits: Limits,
    ) -> Self {
        let named = Named { tool: tool.name(), version: tool.version() };
        let flights = Flights::new(limits);
        Self { stock: Arc::new(Stock { named, config, store, stats, flights }) }
    }
}

impl Layer<ToolService> for CacheLayer {
    type Service = Cached;

    fn layer(&self, inner: ToolService) -> Cached {
        Cached { inner, stock: Arc::clone(&self.stock) }
    }
}

pub(crate) struct Cached {
    inner: ToolService,
    stock: Arc<Stock>,
}

/// What the calls of a tool share.
struct Stock {
    named: Named,
    config: Cache,
    store: Arc<dyn CacheStore>,
    stats: Arc<ToolStats>,
    flights: Flights<Line>,
}

impl Room for Cached {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let stock = Arc::clone(&self.stock);
        let key = key::key(stock.named, &stock.config, &call);
        let inner = self.inner.clone();
        let found = match stock.store.get(&key) {
            Step::Done(found) => found.and_then(answered).flatten(),
            step @ Step::Waits(_) => {
                return Box::pin(async move {
                    let left = call.context().remaining();
                    let found = within(step, STORE_TIMEOUT.min(left)).await.flatten();
                    match stock.serve(&inner, &key, &call, found.as_ref()) {
                        Some(reply) => Ok(reply),
                        None => fetch::answer(stock, inner, key, call, found).await,
                    }
                });
            }
        };
        match stock.serve(&inner, &key, &call, found.as_ref()) {
            Some(reply) => Box::pin(ready(Ok(reply))),
            None => fetch::answer(stock, inner, key, call, found),
        }
    }
}

impl Stock {
    /// The reply that is there, if it is one to be served; has it refreshed if it is due.
    fn serve(
        self: &Arc<Self>,
        inner: &ToolService,
        key: &Key,
        call: &ToolCall,
        found: Option<&Stored>,
    ) -> Option<Reply> {
        let stored = found?;
        let now = Instant::now();
        let (decision, purpose, reply) = match self.freshness(stored) {
            Freshness::Fresh => (Decision::CacheHit, None, entry::fresh(stored, now)),
            Freshness::Early => {
                (Decision::CacheHit, Some(Purpose::Early), entry::fresh(stored, now))
            }
            Freshness::Revalidate => {
                let reply = entry::refreshing(stored, now);
                (Decision::CacheStale, Some(Purpose::Revalidate), reply)
            }
            Freshness::Expired => return None,
        };
        self.stats.count(decision);
        if let Some(purpose) = purpose {
            fetch::refresh(self, inner, key.clone(), call, purpose);
        }
        Some(reply)
    }

    fn freshness(&self, stored: &Stored) -> Freshness {
        entry::freshness(stored, Instant::now(), &self.config, fastrand::f64())
    }

    fn is_fresh(&self, stored: &Stored) -> bool {
        matches!(self.freshness(stored), Freshness::Fresh | Freshness::Early)
    }

    async fn find(&self, key: &Key) -> Option<Stored> {
        settled(self.store.get(key)).await.flatten()
    }

    async fn keep(&self, key: &Key, reply: KeptReply, started: Instant) {
        let stored = entry::stored(reply, started, Instant::now(), &self.config, fastrand::f64());
        settled(self.store.put(key.clone(), stored)).await;
    }
}

/// A step's answer, at once where it is there.
async fn settled<T: Unpin>(step: Step<T>) -> Option<T> {
    match step {
        Step::Done(answer) => answer.and_then(answered),
        waits @ Step::Waits(_) => within(waits, STORE_TIMEOUT).await,
    }
}

async fn within<T: Unpin>(step: Step<T>, limit: Duration) -> Option<T> {
    let Ok(answer) = timeout(limit, step).await else {
        debug!(?limit, "the cache's store does not answer");
        return None;
    };
    answered(answer)
}

fn answered<T>(answer: Result<T, crate::store::StoreError>) -> Option<T> {
    answer.inspect_err(|error| debug!(?error, "the cache's store failed")).ok()
}
