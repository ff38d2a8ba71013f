//! The order of the pipeline: the only file that knows it.
//!
//! A tool's stack is composed once, at start, of the policies that it uses; one that it doesn't
//! use is not there. A call runs through it by reference.
//!
//! Outermost first:
//!
//! | room | why here |
//! |---|---|
//! | trace | sees every outcome |
//! | redact | nothing that is logged or answered holds a secret |
//! | refusals | what fails before it has an intent, as the caller is told of it |
//! | loop guard | sees the failure as the caller does, panics and timeouts too |
//! | contain | nothing further in escapes: panics, unsettled errors |
//! | cancel, timeout | what waits further in waits no longer than the client and the deadline |
//! | scope | a caller without it learns nothing more, costs nothing and reaches no user's layer |
//! | heartbeat | also while a call waits for its turn |
//! | the user's layers | within the deadline, in front of everything that costs |
//! | rate limit | refusals are cheap, and come before any work |
//! | validation, checks | what comes later, the cache's key too, sees exactly what the function receives |
//! | rows | the grants' constraints are compared with exactly what the function receives |
//! | journal | an intent of a valid call, durable before anything happens; a replay is asked and told nothing further in |
//! | checks that wait | they ask a backend only about what the caller may see |
//! | confirm | a person is asked only about what would run, and what isn't confirmed costs nothing |
//! | budget | what isn't a valid call costs nothing; a cached result costs what a new one does |
//! | fallback | only when everything further in has failed |
//! | cache | a hit takes no place and no permission |
//! | admission | waiting happens once, not for each attempt |
//! | result limit | before a result is stored, after the last attempt |
//! | start | durable right before the first effect can happen, once for all attempts; in front of a fallback where there is one, whose effect counts too |
//! | retry | outside the breaker: an open one ends the attempts |
//! | breaker | hears of each attempt |
//! | attempt timeout, blocking | one attempt |
//! | the function | |

pub(crate) mod shared;
mod stacked;
#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tower::{Layer, Service, ServiceExt};

use super::service::ToolService;
use super::{Outcome, Room, Running};
use crate::audit;
use crate::call::{Reply, ToolCall};
use crate::check::CheckDef;
use crate::error::{Effect, ToolError};
use crate::output::Shape;
use crate::policies::RateLimit;
use crate::policy::admission::{AdmissionLayer, Limiter};
use crate::policy::blocking::BlockingLayer;
use crate::policy::budget::BudgetLayer;
use crate::policy::cache::CacheLayer;
use crate::policy::cancel::CancelLayer;
use crate::policy::check::CheckLayer;
use crate::policy::confirm::ConfirmLayer;
use crate::policy::contain::ContainLayer;
use crate::policy::dependency::BreakerLayer;
use crate::policy::fallback::{FallbackLayer, Target};
use crate::policy::heartbeat::HeartbeatLayer;
use crate::policy::journal::{JournalLayer, RefusalLayer, StartLayer};
use crate::policy::loop_guard::LoopGuardLayer;
use crate::policy::rate_limit::RateLimitLayer;
use crate::policy::redact::RedactLayer;
use crate::policy::result_limit::ResultLimitLayer;
use crate::policy::retry::{AttemptTimeoutLayer, RetryLayer};
use crate::policy::scope::ScopeLayer;
use crate::policy::timeout::TimeoutLayer;
use crate::policy::trace::TraceLayer;
use crate::policy::validation::ValidationLayer;
use crate::tool::{Invocation, ToolDef, ToolInfo};
use crate::validate::Validator;
use shared::Shared;
use stacked::Stacked;

/// A layer from outside, its types erased.
pub(crate) struct UserLayer {
    place: LayerPlace,
    wrap: Arc<dyn Fn(ToolService) -> ToolService + Send + Sync>,
}

impl UserLayer {
    /// Whether it may ask for the request in the SDK's own terms. A test's faults don't.
    pub(crate) fn may_see_raw(&self) -> bool {
        self.place == LayerPlace::Call
    }
}

/// Where in the pipeline a layer from outside stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayerPlace {
    /// Inside the deadline, outside the rates: the users' own.
    Call,
    /// Around each attempt, outside the threads for blocking work: a test's faults.
    #[cfg(feature = "testing")]
    Function,
    /// Inside of those: what a test sees of a function.
    #[cfg(feature = "testing")]
    Watch,
}

impl LayerPlace {
    /// The name of a layer that stands here; none for one that changes nothing.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Call => &["layer"],
            #[cfg(feature = "testing")]
            Self::Function => &["function_layer"],
            #[cfg(feature = "testing")]
            Self::Watch => &[],
        }
    }
}

/// Erases a layer from outside. An error that isn't a [`ToolError`] is an internal one.
pub(crate) fn user_layer<L>(place: LayerPlace, layer: L) -> UserLayer
where
    L: Layer<ToolService> + Send + Sync + 'static,
    L::Service: Service<ToolCall, Response = Reply> + Clone + Send + Sync + 'static,
    <L::Service as Service<ToolCall>>::Error: Into<Box<dyn StdError + Send + Sync>>,
    <L::Service as Service<ToolCall>>::Future: Send,
{
    let wrap = move |inner| {
        ToolService::outside(layer.layer(inner).map_err(|error| {
            match error.into().downcast::<ToolError>() {
                Ok(error) => *error,
                Err(other) => ToolError::internal(other),
            }
        }))
    };
    UserLayer { place, wrap: Arc::new(wrap) }
}

/// What one tool's stack is composed of.
pub(crate) struct Parts<'a> {
    pub(crate) def: &'static ToolDef,
    pub(crate) info: &'a Arc<ToolInfo>,
    pub(crate) validator: Validator,
    pub(crate) rate_limits: &'a [RateLimit],
    pub(crate) users: &'a [UserLayer],
    pub(crate) fallback: Option<Target>,
}

/// Composes one tool's pipeline, and tells the tool the names of its layers.
pub(crate) fn compose(parts: Parts<'_>, shared: &Shared) -> ToolService {
    let Parts { def, info, validator, rate_limits, users, fallback } = parts;
    let policies = &info.policies;
    let stats = || shared.stats.tool(info.name());
    let dependencies: Vec<_> =
        policies.dependencies.iter().map(|def| shared.dependency(def)).collect();

    let blocking =
        policies.blocking.then(|| BlockingLayer::new(Arc::clone(&shared.blocking), stats()));
    let attempt = policies.retry.and_then(|retry| retry.attempt_timeout);
    let breakers: Vec<_> = dependencies.iter().filter_map(|one| one.breaker.clone()).collect();
    let breaker = (!breakers.is_empty()).then(|| BreakerLayer::new(breakers, stats()));
    let retry = policies.retry.map(|retry| {
        let budgets = dependencies.iter().map(|one| Arc::clone(&one.retries)).collect();
        RetryLayer::new(retry, budgets, stats())
    });
    let limit = policies.max_result.map(|bytes| ResultLimitLayer::new(bytes, stats()));
    let own = policies.concurrency.map(|limit| Limiter::of_tool(limit, policies.queue));
    let limiters: Vec<_> =
        own.into_iter().chain(dependencies.iter().filter_map(|one| one.limiter.clone())).collect();
    let admission = (!limiters.is_empty()).then(|| AdmissionLayer::new(limiters, stats()));
    let cache = policies
        .cache
        .map(|cache| CacheLayer::new(info, cache, Arc::clone(&shared.cache), stats()));
    let fallback = fallback.map(|target| FallbackLayer::new(target, stats()));
    let start = policies.idempotency.and_then(|_| StartLayer::of(&shared.records, stats()));
    let (early, start) = if fallback.is_some() { (start, None) } else { (None, start) };
    let recorder = &shared.records.recorder;
    let function = Function { def, shape: info.shape, audited: recorder.is_some() };
    let inner = Stacked::around(ToolService::room(function)).within("blocking", blocking);
    #[cfg(feature = "testing")]
    let inner =
        inner.within_users(LayerPlace::Watch, users).within_users(LayerPlace::Function, users);
    let inner = inner
        .within("attempt_timeout", attempt.map(AttemptTimeoutLayer::new))
        .within("breaker", breaker)
        .within("retry", retry)
        .within("start", start)
        .within("result_limit", limit)
        .within("admission", admission)
        .within("cache", cache)
        .within("fallback", fallback)
        .within("start", early);

    let budget = policies
        .cost
        .map(|cost| BudgetLayer::new(cost, shared.budget, Arc::clone(&shared.ledger), stats()));
    let rate = (!rate_limits.is_empty())
        .then(|| RateLimitLayer::new(info.name, rate_limits, Arc::clone(&shared.rates), stats()));
    let confirm =
        info.confirms.then(|| ConfirmLayer::new(info, Arc::clone(&shared.confirmations), stats()));
    let (waiting, at_once): (Vec<CheckDef>, _) = def.checks.iter().partition(|one| (one.waits)());
    let waiting = (!waiting.is_empty()).then(|| CheckLayer::new(waiting));
    let rows = info.gate.has_rows().then(|| ScopeLayer::of_rows(stats()));
    let journal = JournalLayer::of(info, &shared.records, shared.clock.clone(), stats());
    let scope = (!info.gate.requirements().is_empty()).then(|| ScopeLayer::of_tool(stats()));
    let redact = (!info.secrets.is_empty()).then(|| RedactLayer::new(info));
    let (service, names) = inner
        .within("budget", budget)
        .within("confirm", confirm)
        .within("check", waiting)
        .within("journal", journal)
        .within("rows", rows)
        .within("validation", Some(ValidationLayer::new(validator, at_once)))
        .within("rate_limit", rate)
        .within_users(LayerPlace::Call, users)
        .within("heartbeat", policies.heartbeat.map(HeartbeatLayer::new))
        .within("scope", scope)
        .layer("timeout", TimeoutLayer)
        .layer("cancel", CancelLayer)
        .layer("contain", ContainLayer)
        .layer("loop_guard", LoopGuardLayer::new(Arc::clone(&shared.guard), stats()))
        .option_layer("refusals", recorder.clone().map(RefusalLayer::new))
        .option_layer("redact", redact)
        .layer("trace", TraceLayer::new(stats()))
        .erased()
        .finish();
    // A tool is composed once; of its clones in tests, the first one says it for all.
    let _ = info.pipeline.set(names);
    service
}

/// The innermost room: the annotated function.
#[derive(Debug)]
struct Function {
    def: &'static ToolDef,
    shape: Shape,
    audited: bool,
}

impl Room for Function {
    type Future = Running;

    fn run(&self, mut call: ToolCall) -> Running {
        let call_id = self.audited.then(|| call.context().shared_call_id());
        let state = match (self.def.invoke)(&mut call) {
            Ok(invocation) => State::Runs(invocation),
            // It is known here that the function did not run.
            Err(error) => State::Refused(Some(error.unless_stated(Effect::None))),
        };
        let invoked = Invoked { state, shape: self.shape };
        match call_id {
            Some(call_id) => Box::pin(audit::within(call_id, invoked)),
            None => Box::pin(invoked),
        }
    }
}

struct Invoked {
    state: State,
    shape: Shape,
}

enum State {
    Runs(Invocation),
    /// An extractor refused the call.
    Refused(Option<ToolError>),
}

impl Future for Invoked {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let shape = self.shape;
        match &mut self.state {
            State::Runs(invocation) => {
                let returned = ready!(invocation.as_mut().poll(cx));
                Poll::Ready(returned.map(|returned| shape.apply(returned)))
            }
            State::Refused(error) => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                None => Poll::Pending,
            },
        }
    }
}
