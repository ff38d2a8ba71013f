//! Rate limits: how often a tool may be called.
//!
//! `rate_limit = "60/1m per caller burst 10"` admits 60 calls in a minute at an even pace, and up
//! to 10 at once before the pace is asked for. Without `burst`, all 60 may come at once. In any
//! window of time `t` no more than `burst + count · t / period` calls are admitted. Several limits
//! can stand side by side; a call passes all of them or uses up none.
//!
//! # Who shares a limit
//!
//! - `per caller`, the default: each principal has its own, for each tool. Over HTTP without
//!   authentication everyone is the one principal `anonymous`: all unauthenticated callers
//!   *share one bucket*, since nothing that they say about themselves could tell them apart and
//!   be believed. On stdio the principal is the local user.
//! - `per tool`: all callers of the tool share it.
//! - `per global`: all calls of those tools that declare this very limit share it. A tool that
//!   doesn't declare it neither uses it up nor obeys it.
//!
//! # The answer
//!
//! `rate_limited`, retryable, with the time after which the limit admits the call (unless other
//! callers are faster) rounded up to the millisecond; effect `none`; the limit in `details`, its
//! period in seconds. With several limits, the one with the longest wait answers.
//!
//! Where the store can't say within 250 ms, the call is refused as `overloaded`: a limit that
//! gives way when its store is under pressure gives way at the wrong moment.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Number, Value, json};
use tokio::time::{Instant, timeout_at};
use tower::Layer;

use super::service::ToolService;
use super::{Room, Running, refused};
use crate::call::ToolCall;
use crate::error::{Code, Effect, ToolError};
use crate::policies::{Per, RateLimit};
use crate::stats::{Decision, ToolStats};
use crate::store::rate::{Rate, RateStore, Verdict};
use crate::store::{Step, StoreError};

/// How long a store may take to decide. One that takes longer is as good as down, and waiting for
/// it would fill the server with calls that nobody has admitted.
const STORE_WAIT: Duration = Duration::from_millis(250);
/// When to come back to a store that could not decide.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Holds one tool to its rates.
#[derive(Clone)]
pub(crate) struct RateLimitLayer(Arc<Setting>);

struct Setting {
    rates: Vec<Rate>,
    store: Arc<dyn RateStore>,
    stats: Arc<ToolStats>,
}

impl RateLimitLayer {
    /// The limits of a tool, of which one that is given twice counts once.
    pub(crate) fn new(
        tool: &str,
        limits: &[RateLimit],
        store: Arc<dyn RateStore>,
        stats: Arc<ToolStats>,
    ) -> Self {
        let mut rates = Vec::with_capacity(limits.len());
        for rate in limits.iter().map(|limit| Rate::new(*limit, tool)) {
            if !rates.contains(&rate) {
                rates.push(rate);
            }
        }
        Self(Arc::new(Setting { rates, store, stats }))
    }
}

impl Layer<ToolService> for RateLimitLayer {
    type Service = RateLimited;

    fn layer(&self, inner: ToolService) -> RateLimited {
        RateLimited { inner, setting: Arc::clone(&self.0) }
    }
}

pub(crate) struct RateLimited {
    inner: ToolService,
    setting: Arc<Setting>,
}

impl Room for RateLimited {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let context = call.context();
        match self.setting.store.take(context.caller().as_principal(), &self.setting.rates) {
            Step::Done(decided) => {
                let decided = decided.unwrap_or_else(|| Err(StoreError("no answer".to_owned())));
                match self.setting.settle(decided) {
                    Ok(()) => self.inner.run(call),
                    Err(error) => refused(error),
                }
            }
            step @ Step::Waits(_) => {
                let (inner, setting) = (self.inner.clone(), Arc::clone(&self.setting));
                let until = context.deadline().min(Instant::now() + STORE_WAIT);
                Box::pin(async move {
                    let decided = timeout_at(until, step)
                        .await
                        .unwrap_or_else(|_| Err(StoreError("took too long".to_owned())));
                    setting.settle(decided)?;
                    inner.run(call).await
                })
            }
        }
    }
}

impl Setting {
    fn settle(&self, decided: Result<Verdict, StoreError>) -> Result<(), ToolError> {
        match decided {
            Ok(Verdict::Allowed) => Ok(()),
            Ok(Verdict::Refused { which, retry_after }) => {
                self.stats.count(Decision::Limited);
                Err(refusal(self.rates.get(which).map(|rate| &rate.limit), retry_after))
            }
            Err(StoreError(reason)) => {
                self.stats.count(Decision::Shed);
                Err(undecided(&reason))
            }
        }
    }
}

fn refusal(limit: Option<&RateLimit>, retry_after: Duration) -> ToolError {
    let pause = whole_millis(retry_after);
    let then = format!("wait {pause:?} before you make this call again");
    let Some(&RateLimit { count, period, per, burst }) = limit else {
        return turned_away(Code::RateLimited, format!("too many calls: {then}"), pause);
    };
    let (per, what, whom) = match per {
        Per::Caller => ("caller", "this tool", "for each caller"),
        Per::Tool => ("tool", "this tool", "for all callers together"),
        Per::Global => ("global", "this server", "for all callers together"),
    };
    let message = format!(
        "calls of {what} are limited to {count} in {period:?} {whom} ({burst} at once): {then}"
    );
    turned_away(Code::RateLimited, message, pause).details(json!({
        "limit": count,
        "period": seconds(period),
        "per": per,
        "burst": burst,
    }))
}

fn undecided(reason: &str) -> ToolError {
    let message = format!(
        "the server can't tell at present whether its rate limits admit this call: \
         wait {STORE_PAUSE:?} before you make it again"
    );
    turned_away(Code::Overloaded, message, STORE_PAUSE).developer(format!("rate store: {reason}"))
}

fn turned_away(code: Code, message: String, pause: Duration) -> ToolError {
    ToolError::new(code, message).retry_after(pause).effect(Effect::None)
}

/// Up, so that who waits as told doesn't come too early.
fn whole_millis(duration: Duration) -> Duration {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

fn seconds(duration: Duration) -> Value {
    match (duration.subsec_nanos(), Number::from_f64(duration.as_secs_f64())) {
        (1.., Some(fraction)) => fraction.into(),
        _ => duration.as_secs().into(),
    }
}
