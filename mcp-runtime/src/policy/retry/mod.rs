//! Retries: the same call again, where that is safe and may help.
//!
//! Off unless written; `retry` alone means three attempts, the first included.
//!
//! A further attempt is made where all of this holds:
//!
//! - the error is retryable, and not `invalid_arguments`, `unauthenticated`, `insufficient_scope`
//!   or `circuit_open`;
//! - the tool is read-only or idempotent by itself, or the call has an idempotency key, or the
//!   error says that it left no effect;
//! - attempts are left, and the call was not made, in the same task, by the function of one that
//!   is being retried: retries within retries multiply;
//! - the time left until the deadline holds the pause and the attempt: `attempt_timeout` where it
//!   is set, else at least 1 ms. Three attempts of 5 s don't fit into a timeout of 10 s;
//! - the [`RetryBudget`] of each of the tool's dependencies, or else the tool's own, has room.
//!   It gains 0.1 with each call and 1 with each second, so that retries add a tenth to the load
//!   of a dependency that fails, not a multiple of it.
//!
//! Before the n-th further attempt there is a pause, evenly spread between zero and
//! `base · 2ⁿ⁻¹` or 5 s, whichever is less, so that callers who failed together don't come back
//! together. `base` is 100 ms unless said, and at least 1 s where the error is `rate_limited` or
//! `overloaded`. An error's `retry_after` comes on top: it is the least pause, and nobody comes
//! back in the same instant as the others who were told the same.
//!
//! What the last attempt says of its effect doesn't undo what an earlier one may have left: after a
//! timeout, `circuit_open` has the effect `unknown`.
//!
//! `attempt_timeout` bounds each attempt by [`AttemptTimeoutLayer`], which stands within the
//! breaker, so that the breaker sees the `timeout`.

mod attempt;
mod budget;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tower::Layer;

pub(crate) use self::attempt::AttemptTimeoutLayer;
pub(crate) use self::budget::RetryBudget;
use super::service::ToolService;
use super::{Outcome, Room, Running};
use crate::call::ToolCall;
use crate::error::{Code, Effect, ToolError};
use crate::policies::Retry as Settings;
use crate::stats::{Decision, ToolStats};
use crate::trying;

/// The longest pause that we choose ourselves: longer ones spread nothing further.
const MAX_PAUSE: Duration = Duration::from_secs(5);
/// The least base of the pauses where too much at once was the trouble.
const THROTTLED_BASE: Duration = Duration::from_secs(1);
/// The time that an attempt without a timeout of its own needs at least.
const MIN_ATTEMPT: Duration = Duration::from_millis(1);

/// Makes a tool's further attempts.
#[derive(Clone)]
pub(crate) struct RetryLayer(Arc<Terms>);

struct Terms {
    settings: Settings,
    budgets: Vec<Arc<RetryBudget>>,
    stats: Arc<ToolStats>,
}

impl RetryLayer {
    /// The budgets are those of the tool's dependencies; without any the tool has its own.
    pub(crate) fn new(
        settings: Settings,
        mut budgets: Vec<Arc<RetryBudget>>,
        stats: Arc<ToolStats>,
    ) -> Self {
        if budgets.is_empty() {
            budgets.push(RetryBudget::of_tool());
        }
        Self(Arc::new(Terms { settings, budgets, stats }))
    }
}

impl Layer<ToolService> for RetryLayer {
    type Service = Retry;

    fn layer(&self, inner: ToolService) -> Retry {
        Retry { inner, terms: Arc::clone(&self.0) }
    }
}

pub(crate) struct Retry {
    inner: ToolService,
    terms: Arc<Terms>,
}

impl Room for Retry {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        if trying::is_trying() {
            return self.inner.run(call);
        }
        let (inner, terms) = (self.inner.clone(), Arc::clone(&self.terms));
        Box::pin(trying::attempts(attempts(call, inner, terms)))
    }
}

async fn attempts(mut call: ToolCall, inner: ToolService, terms: Arc<Terms>) -> Outcome {
    terms.budgets.iter().for_each(|budget| budget.deposit());
    if terms.settings.attempts > 1 {
        call.arguments.share();
    }
    let mut left = Effect::None;
    for number in 1..terms.settings.attempts {
        let error = match inner.run(call.clone()).await {
            Ok(reply) => return Ok(reply),
            Err(error) => leaving(error, left),
        };
        if !may_repeat(&call, &error) {
            return Err(error);
        }
        if !call.tool.is_read_only() {
            left = error.stated_effect().unwrap_or(Effect::Unknown);
        }
        let pause = terms.pause(number, &error, fastrand::f64());
        let needed = terms.settings.attempt_timeout.unwrap_or(MIN_ATTEMPT);
        if pause.saturating_add(needed) > call.context().remaining() {
            return Err(error);
        }
        if !RetryBudget::withdraw(&terms.budgets) {
            terms.stats.count(Decision::RetryDenied);
            return Err(error);
        }
        sleep(pause).await;
        terms.stats.count(Decision::Retried);
    }
    call.arguments.own();
    inner.run(call).await.map_err(|error| leaving(error, left))
}

/// An attempt's error after others that may have left something: that this one left nothing doesn't
/// say that nothing is left.
fn leaving(error: ToolError, left: Effect) -> ToolError {
    if error.stated_effect() == Some(Effect::None) { error.effect(left) } else { error }
}

/// Whether a repeat is safe and may help.
fn may_repeat(call: &ToolCall, error: &ToolError) -> bool {
    let final_code = matches!(
        error.code(),
        Code::InvalidArguments
            | Code::Unauthenticated
            | Code::InsufficientScope
            | Code::CircuitOpen
    );
    let safe = call.context().repeats(&call.tool) || error.stated_effect() == Some(Effect::None);
    error.is_retryable() && !final_code && safe
}

impl Terms {
    /// The pause after attempt `number`. `spread` is between 0 and 1.
    fn pause(&self, number: u32, error: &ToolError, spread: f64) -> Duration {
        let throttled = matches!(error.code(), Code::RateLimited | Code::Overloaded);
        let least = if throttled { THROTTLED_BASE } else { Duration::ZERO };
        let base = self.settings.base.max(least);
        let doubled = base.saturating_mul(2_u32.saturating_pow(number - 1));
        let floor = error.stated_retry_after().unwrap_or_default();
        floor.saturating_add(doubled.min(MAX_PAUSE).mul_f64(spread))
    }
}
