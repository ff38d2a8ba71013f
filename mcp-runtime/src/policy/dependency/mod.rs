//! Circuit breakers: a dependency that fails is left alone for a while.
//!
//! `#[dependency(breaker(…))]` gives a dependency one [`Breaker`], shared by all tools that use
//! it. What it decides by is what becomes of the attempts at those tools' functions.
//!
//! | state | attempts | ends |
//! |---|---|---|
//! | closed | all pass | it trips |
//! | open | none | after `open` (5 s), doubled with each failed probe in a row to at most 60 s, ±10 % |
//! | half-open | one at a time, as a probe | closed by three good probes, open again by a failed one |
//! | forced open | none | an operator's word |
//! | disabled | all pass, nothing is counted | an operator's word |
//!
//! It *trips* at 5 failures in a row (`failures`), or where 50 % (`ratio`) of at least 20 calls in
//! 30 s failed, or, where `slow` says what slow is, where as many were slow. A slow probe is a
//! failed one.
//!
//! What counts:
//!
//! - as a failure: `timeout` (of the attempt or of the whole call), `backend_unavailable`,
//!   `overloaded`, `internal`, a panic, and an application's code whose error is retryable;
//! - as a success: a reply;
//! - not at all: a call that is cancelled, and every other error, for it is the caller's:
//!   `invalid_arguments`, `not_found`, `conflict` and the like. `rate_limited` is one of them: the
//!   dependency answers, and says when to come back;
//! - not at all: what was let through before the breaker's state last changed.
//!
//! A refused attempt answers `circuit_open`, effect none, with the time to the next probe as
//! `retry_after`. Retries stand outside and don't repeat it. Where a tool has several
//! dependencies, all of them must permit the attempt, and what becomes of it is held against each:
//! nothing says which of them failed.

mod breaker;
mod circuit;
mod passes;
#[cfg(test)]
mod tests;
mod window;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use tower::Layer;

pub(crate) use self::breaker::Breaker;
use self::breaker::Refused;
#[allow(unused_imports, reason = "for what operators are given to reach it by")]
pub(crate) use self::breaker::Snapshot;
#[allow(unused_imports, reason = "for what operators are given to reach it by")]
pub(crate) use self::circuit::Phase;
use self::circuit::Verdict;
use self::passes::Passes;
use super::service::ToolService;
use super::{Outcome, Room, Running, refused};
use crate::call::ToolCall;
use crate::error::{Code, Effect, ToolError};
use crate::stats::ToolStats;

/// Lets attempts through as the breakers of a tool's dependencies permit.
#[derive(Clone)]
pub(crate) struct BreakerLayer(Arc<Terms>);

struct Terms {
    breakers: Vec<Arc<Breaker>>,
    stats: Arc<ToolStats>,
}

impl BreakerLayer {
    pub(crate) fn new(breakers: Vec<Arc<Breaker>>, stats: Arc<ToolStats>) -> Self {
        Self(Arc::new(Terms { breakers, stats }))
    }
}

impl Layer<ToolService> for BreakerLayer {
    type Service = Breaking;

    fn layer(&self, inner: ToolService) -> Breaking {
        Breaking { inner, terms: Arc::clone(&self.0) }
    }
}

pub(crate) struct Breaking {
    inner: ToolService,
    terms: Arc<Terms>,
}

impl Room for Breaking {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        match Passes::ask(&self.terms, call.context().deadline()) {
            Ok(passes) => Box::pin(Attempt { running: self.inner.run(call), passes }),
            Err(error) => refused(error),
        }
    }
}

/// An attempt that was let through, and what it is held against.
struct Attempt {
    /// Stands before the permissions, so that an attempt that is dropped ends before it is judged.
    running: Running,
    passes: Passes,
}

impl Future for Attempt {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let Self { running, passes } = &mut *self;
        let watched = Watched(passes);
        let ended = running.as_mut().poll(cx);
        if let Poll::Ready(outcome) = &ended {
            watched.0.settle(verdict(outcome), Instant::now());
        }
        ended
    }
}

/// The permissions of an attempt that is being polled. A panic is caught further out, and the
/// attempt is dropped only then, when nothing tells it from one that is cancelled.
struct Watched<'a>(&'a mut Passes);

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.settle(Verdict::Failed, Instant::now());
        }
    }
}

/// What an attempt's end says about the dependency.
fn verdict(outcome: &Outcome) -> Verdict {
    let Err(error) = outcome else { return Verdict::Good };
    match error.code() {
        // The dependency wasn't asked: this server had no thread or place for the attempt.
        Code::Overloaded if error.is_shed() => Verdict::Ignored,
        Code::Timeout | Code::BackendUnavailable | Code::Overloaded | Code::Internal => {
            Verdict::Failed
        }
        Code::App(_) if error.is_retryable() => Verdict::Failed,
        _ => Verdict::Ignored,
    }
}

fn circuit_open(Refused { name, retry_after }: Refused) -> ToolError {
    let message = format!(
        "`{name}` is failing and is left alone for now; make the call again after the pause, or \
         go on without it"
    );
    // In whole milliseconds, and not a moment before the probe.
    let pause = Duration::from_millis(retry_after.as_millis().try_into().unwrap_or(u64::MAX))
        .saturating_add(Duration::from_millis(1));
    ToolError::new(Code::CircuitOpen, message)
        .retry_after(pause)
        .effect(Effect::None)
        .details(json!({ "dependency": name }))
}
