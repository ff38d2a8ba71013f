//! The loop guard: who makes the same failing call again and again is told to stop.
//!
//! A model that misreads an error repeats the call that caused it, word for word. When the same
//! call, of the same tool with the same arguments by the same caller, fails for the 5th time
//! within 60 s, its error becomes final: not retryable, no `retry_after`, with advice in the
//! message and `next_action` `stop` (`escalate` where the server is at fault). So do all further
//! failures of it, until there were fewer than 5 in the last 60 s or it succeeds once. A way out
//! that the error already names, a fallback tool or a person, stays.
//!
//! The call itself still runs: what was down may be up again, and a success tells so.
//!
//! # What counts
//!
//! Failures that repeating can't be expected to mend, with three kinds of exceptions, which
//! neither count nor forgive anything:
//!
//! - `rate_limited`, `overloaded`, `circuit_open` and `budget_exceeded` turned the call away
//!   unseen. They speak of the server's state and name their own pause, and a caller that keeps to
//!   it does what it was told.
//! - `in_progress`, `audit_unavailable` and `confirmation_required` ask for exactly this repetition.
//! - `cancelled` is the client's own doing.
//!
//! Over HTTP without authentication all callers are `anonymous`: one who makes a call for the
//! first time can meet the advice when others just failed with the very same arguments.
//!
//! Arguments are compared as they stand where the guard stands, whatever the order of their keys.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::Layer;

use super::{Outcome, Room};
use crate::call::ToolCall;
use crate::error::Code;
use crate::gather::Gathering;
use crate::stats::{Decision, ToolStats};
use crate::store::table::Table;

/// Failures of the same call that make a loop. A client's own retries, three as a rule, are none.
const REPEATS: usize = 5;
/// The time within which they count.
const WINDOW: Duration = Duration::from_mins(1);
/// How many failing calls are remembered, about 2 MB. Beyond it goes one whose last failure is
/// among the oldest.
const MOST: usize = 10_000;

/// What failed lately, shared by all tools of a server.
pub(crate) struct LoopGuard {
    repeats: usize,
    window: Duration,
    digest: RandomState,
    failures: Mutex<Table<u64, Failures>>,
    /// How many calls have failed lately: mostly none, and then none that succeeds waits for another
    /// to look for itself among them.
    failing: AtomicUsize,
}

/// When a call failed, at most the last `repeats` times.
type Failures = VecDeque<Instant>;

impl LoopGuard {
    pub(crate) fn new() -> Self {
        Self::with(REPEATS, WINDOW, MOST)
    }

    pub(crate) fn with(repeats: usize, window: Duration, most: usize) -> Self {
        Self {
            repeats: repeats.max(1),
            window,
            digest: RandomState::new(),
            failures: Mutex::new(Table::new(most)),
            failing: AtomicUsize::new(0),
        }
    }

    /// A call's name. The key is random, so that nobody can prepare two calls that share one.
    fn digest(&self, call: &ToolCall) -> u64 {
        let principal = call.context().caller().principal();
        let mut digest = Gathering::new(self.digest.build_hasher());
        (call.tool.name, principal, call.arguments()).hash(&mut digest);
        digest.finish()
    }

    /// Looks at how a call ended. Whether its failure was made final.
    fn settle(&self, digest: u64, outcome: &mut Outcome) -> bool {
        match outcome {
            Ok(_) => {
                if self.failing.load(Ordering::Acquire) > 0 {
                    self.forgive(digest);
                }
                false
            }
            Err(error) if counts(error.code()) && self.loops(digest) => {
                error.make_final(&format!(
                    "this same call has failed {} times within {:?}: \
                     change the arguments or stop",
                    self.repeats, self.window
                ));
                true
            }
            Err(_) => false,
        }
    }

    /// Forgets a call's failures.
    fn forgive(&self, digest: u64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&digest);
        self.failing.store(failures.len(), Ordering::Release);
    }

    /// Notes a failure. Whether it is one too many.
    fn loops(&self, digest: u64) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let recent = |at: &Instant| now.saturating_duration_since(*at) < self.window;
        if let Some(times) = failures.get_mut(&digest) {
            while times.len() >= self.repeats || times.front().is_some_and(|at| !recent(at)) {
                times.pop_front();
            }
            times.push_back(now);
            return times.len() >= self.repeats;
        }
        failures
            .insert(digest, Failures::from([now]), |times| times.back().copied().filter(recent));
        self.failing.store(failures.len(), Ordering::Release);
        self.repeats == 1
    }
}

fn counts(code: &Code) -> bool {
    !matches!(
        code,
        Code::RateLimited
            | Code::Overloaded
            | Code::CircuitOpen
            | Code::BudgetExceeded
            | Code::InProgress
            | Code::AuditUnavailable
            | Code::ConfirmationRequired
            | Code::Cancelled
    )
}

/// Watches one tool for loops.
#[derive(Clone)]
pub(crate) struct LoopGuardLayer(Arc<Watch>);

/// What watches one tool.
struct Watch {
    guard: Arc<LoopGuard>,
    stats: Arc<ToolStats>,
}

impl LoopGuardLayer {
    pub(crate) fn new(guard: Arc<LoopGuard>, stats: Arc<ToolStats>) -> Self {
        Self(Arc::new(Watch { guard, stats }))
    }
}

impl<S> Layer<S> for LoopGuardLayer {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, watch: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
pub(crate) struct Guarded<S> {
    inner: S,
    watch: Arc<Watch>,
}

impl<S: Room> Room for Guarded<S> {
    type Future = GuardedFuture<S::Future>;

    fn run(&self, call: ToolCall) -> Self::Future {
        let digest = self.watch.guard.digest(&call);
        GuardedFuture { inner: self.inner.run(call), digest, watch: Arc::clone(&self.watch) }
    }
}

pin_project! {
    pub(crate) struct GuardedFuture<F> {
        #[pin]
        inner: F,
        digest: u64,
        watch: Arc<Watch>,
    }
}

impl<F: Future<Output = Outcome>> Future for GuardedFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        let mut outcome = ready!(this.inner.poll(cx));
        if this.watch.guard.settle(*this.digest, &mut outcome) {
            this.watch.stats.count(Decision::Guarded);
        }
        Poll::Ready(outcome)
    }
}
