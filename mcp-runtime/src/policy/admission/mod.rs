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
mod queue;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use tower::{Layer, Service};

use self::adaptive::Sample;
pub(crate) use self::limiter::Limiter;
use self::limiter::{Entered, Permit, Scope, Shed};
use super::{Next, Outcome, Running, onward};
use crate::call::{Reply, ToolCall};
use crate::error::{Code, Effect, ToolError};
use crate::few::Few;
use crate::stats::{Decision, ToolStats};

/// Lets a tool's calls in as its limiters have room.
#[derive(Clone)]
pub(crate) struct AdmissionLayer {
    limiters: Arc<[Arc<Limiter>]>,
    stats: Arc<ToolStats>,
}

impl AdmissionLayer {
    /// The limiters of the tool and of its dependencies, in any order.
    pub(crate) fn new(mut limiters: Vec<Arc<Limiter>>, stats: Arc<ToolStats>) -> Self {
        limiters.sort_by_key(|limiter| limiter.scope());
        Self { limiters: limiters.into(), stats }
    }

    /// The permits, and since when the call has all of them.
    async fn admit(
        &self,
        timeout: Duration,
        deadline: Instant,
    ) -> Result<(Few<Permit>, Option<Instant>), ToolError> {
        let mut began = None;
        let mut permits = Few::new();
        let mut waited = false;
        for limiter in &*self.limiters {
            let admitted = match limiter.enter(timeout, deadline) {
                Ok(Entered::Runs(permit)) => Ok(permit),
                Ok(Entered::Waits(turn)) => {
                    if !waited {
                        self.stats.count(Decision::Queued);
                    }
                    waited = true;
                    turn.comes().await
                }
                Err(shed) => Err(shed),
            };
            let permit = admitted.map_err(|shed| {
                self.stats.count(Decision::Shed);
                overloaded(limiter.scope(), shed)
            })?;
            began = Some(permit.began());
            permits.push(permit);
        }
        Ok((permits, began))
    }
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admission<S>;

    fn layer(&self, inner: S) -> Admission<S> {
        Admission { inner, layer: self.clone() }
    }
}

#[derive(Clone)]
pub(crate) struct Admission<S> {
    inner: S,
    layer: AdmissionLayer,
}

impl<S: Next> Service<ToolCall> for Admission<S> {
    type Response = Reply;
    type Error = ToolError;
    type Future = Running;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Running {
        let Self { inner, layer } = self.clone();
        Box::pin(async move {
            let timeout = call.tool.timeout();
            // Declared before the call runs, so that a dropped call ends before it gives them back.
            let (permits, began) = layer.admit(timeout, call.context().deadline()).await?;
            let outcome = onward(inner, call).await;
            let now = Instant::now();
            let took = now.saturating_duration_since(began.unwrap_or(now));
            let sample = sample(&outcome, took, timeout);
            for permit in permits {
                permit.settle(sample, now);
            }
            outcome
        })
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
