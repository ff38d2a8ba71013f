//! Admission: how many calls run at a time, and who waits for a turn.
//!
//! A slow tool delays nobody else: each tool that says `concurrency`, and each dependency that
//! does, has a [`Limiter`] of its own. A call takes a permit of its tool first and then of each
//! dependency, in the order of their names, so that no two calls wait for each other; it gives
//! them back when it ends, however it ends. Served from a cache or replayed, a call never comes
//! here.
//!
//! # The queue
//!
//! A call that finds no room waits, if fewer than `depth` do (64 unless said), for at most `wait`
//! (1 s unless said) and never beyond its deadline. It is *shed* otherwise: `overloaded`, effect
//! none, with a `retry_after` reckoned from how long calls have taken of late, 100 ms to 30 s.
//!
//! Normally the oldest waiter is next. A burst is absorbed that way; a queue that stays is not a
//! burst, and first come, first served makes every caller wait for an answer that comes too
//! late. A call's *target* is to wait no longer than 10 % of its timeout, and no longer than
//! 100 ms. Where the oldest waiter has been over its target for ten targets on end, the limiter is
//! *overloaded*, and until there is room without anyone waiting:
//!
//! - the newest waiter is next, for it has the most time left;
//! - those who have waited longer than their target are shed, except the one whose turn it is;
//! - a newcomer to a full queue takes the place of the oldest waiter.
//!
//! # Adaptive limits
//!
//! `concurrency = adaptive(max = 64)` starts at half of `max` and never falls below 1. It grows by
//! one after as many good calls as the limit is high: calls that succeeded within half of their
//! timeout. It is halved by a call that timed out or that was told `overloaded` or `rate_limited`,
//! once for all calls that were under way at the time. Other failures say nothing about load. While
//! less than half of the limit is in use nothing is learnt, in either direction.

mod adaptive;
mod limiter;
mod permits;
mod queue;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use tower::Layer;

use self::adaptive::Sample;
pub(crate) use self::limiter::Limiter;
use self::limiter::{Scope, Shed};
use self::permits::Permits;
use super::service::ToolService;
use super::{Outcome, Room, Running, refused};
use crate::call::ToolCall;
use crate::error::{Code, Effect, ToolError};
use crate::stats::{Decision, ToolStats};

/// Lets a tool's calls in as its limiters have room.
#[derive(Clone)]
pub(crate) struct AdmissionLayer(Arc<Terms>);

struct Terms {
    limiters: Vec<Arc<Limiter>>,
    stats: Arc<ToolStats>,
}

impl AdmissionLayer {
    /// The limiters of the tool and of its dependencies, in any order.
    pub(crate) fn new(mut limiters: Vec<Arc<Limiter>>, stats: Arc<ToolStats>) -> Self {
        limiters.sort_by_key(|limiter| limiter.scope());
        Self(Arc::new(Terms { limiters, stats }))
    }
}

impl Layer<ToolService> for AdmissionLayer {
    type Service = Admission;

    fn layer(&self, inner: ToolService) -> Admission {
        Admission { inner, terms: Arc::clone(&self.0) }
    }
}

pub(crate) struct Admission {
    inner: ToolService,
    terms: Arc<Terms>,
}

impl Room for Admission {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let mut permits = Permits::none(&self.terms, Time::of(&call));
        match permits.take(Instant::now()) {
            Ok(None) => Box::pin(Admitted { running: self.inner.run(call), permits }),
            Ok(Some(turn)) => {
                let inner = self.inner.clone();
                Box::pin(async move {
                    permits.wait(turn).await?;
                    Admitted { running: inner.run(call), permits }.await
                })
            }
            Err(error) => refused(error),
        }
    }
}

/// The time that a call has.
#[derive(Clone, Copy)]
struct Time {
    timeout: Duration,
    deadline: Instant,
}

impl Time {
    fn of(call: &ToolCall) -> Self {
        Self { timeout: call.tool.timeout(), deadline: call.context().deadline() }
    }
}

impl Terms {
    fn shed(&self, scope: Scope, shed: Shed) -> ToolError {
        self.stats.count(Decision::Shed);
        overloaded(scope, shed)
    }
}

/// A call that runs, and gives back its permits as it ends.
struct Admitted {
    /// Stands before the permits, so that a dropped call ends before it gives them back.
    running: Running,
    permits: Permits,
}

impl Future for Admitted {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let ended = self.running.as_mut().poll(cx);
        if let Poll::Ready(outcome) = &ended {
            self.permits.end(|took, timeout| sample(outcome, took, timeout));
        }
        ended
    }
}

/// What a call's end says about load.
fn sample(outcome: &Outcome, took: Duration, timeout: Duration) -> Sample {
    match outcome {
        Ok(_) if took <= timeout / 2 => Sample::Good,
        // It found no room further in: nothing was asked.
        Err(error) if error.is_shed() => Sample::Neutral,
        Err(error)
            if matches!(error.code(), Code::Timeout | Code::Overloaded | Code::RateLimited) =>
        {
            Sample::Overload
        }
        _ => Sample::Neutral,
    }
}

fn overloaded(scope: Scope, Shed { retry_after }: Shed) -> ToolError {
    let (message, limit) = match scope {
        Scope::Tool => {
            let message = "too many calls of this tool are under way; make the call again after \
                           the pause, and fewer at a time";
            (message.to_owned(), "tool")
        }
        Scope::Dependency(name) => {
            let message = format!(
                "too many calls to `{name}` are under way; make the call again after the pause"
            );
            (message, name)
        }
    };
    ToolError::new(Code::Overloaded, message)
        .retry_after(retry_after)
        .effect(Effect::None)
        .details(json!({ "limit": limit }))
}
