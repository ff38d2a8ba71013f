//! Each promise, broken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mcp_runtime::{Caller, Code, Reply, ToolError};
use serde_json::Map;

use super::tools::{CARD, server};
use super::{Ended, Patch, Promise, broken, layers};

/// Takes everybody for another one.
pub(super) fn taken_for(other: impl Fn(Caller) -> Caller + Send + Sync + 'static) -> Patch {
    Patch { caller: Arc::new(other), ..Patch::default() }
}

pub(super) fn ends(how: impl Fn(Ended) -> Ended + Send + Sync + 'static) -> Patch {
    let how = Arc::new(how);
    let outcome = Arc::new(move |outcome| -> super::Ending {
        let how = Arc::clone(&how);
        Box::pin(async move { how(outcome) })
    });
    Patch { outcome, ..Patch::default() }
}

fn late() -> Patch {
    let outcome = Arc::new(|outcome| -> super::Ending {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_hours(1)).await;
            outcome
        })
    });
    Patch { outcome, ..Patch::default() }
}

fn keyless() -> Patch {
    Patch { meta: Arc::new(|_| Map::new()), ..Patch::default() }
}

/// The same grants, of another name.
fn named(name: &str, caller: &Caller) -> Caller {
    let scopes = caller.scopes();
    scopes.iter().fold(Caller::new(name), |one, scope| one.with_scope(scope).unwrap())
}

/// The same scopes without their constraints.
fn unconstrained(caller: &Caller) -> Caller {
    let scopes = caller.scopes();
    let tokens = scopes.iter().map(|scope| scope.split(".where(").next().unwrap_or_default());
    tokens.fold(Caller::new(caller.principal()), |one, token| one.with_scope(token).unwrap())
}

/// Who shows nothing is the local user.
fn known(caller: Caller) -> Caller {
    if caller.is_anonymous() { Caller::local() } else { caller }
}

fn code(outcome: &Ended) -> Option<Code> {
    outcome.as_ref().err().map(|error| error.code().clone())
}

#[track_caller]
pub(super) fn says(found: &str, expected: &str) {
    assert!(found.contains(expected), "{found}");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_asks_for_no_scope() {
    let patch = taken_for(|_| Caller::local());
    let found = broken(server(), "pay", Promise::DeniedWithoutScope, patch).await;
    says(&found, "the function ran for a caller without `write:payments`\n  call: pay ");
    // One of two.
    let patch = taken_for(|caller| caller.with_scope("read:rows").unwrap());
    let found = broken(server(), "look", Promise::DeniedWithoutScope, patch).await;
    says(&found, "the function ran for a caller without `read:rows`");
    let patch = taken_for(|caller| caller.with_scope("read:columns").unwrap());
    let found = broken(server(), "look", Promise::DeniedWithoutScope, patch).await;
    says(&found, "the function ran for a caller without `read:columns`");
    // Who has nothing at all, and who shows nothing.
    let nothing = |caller: &Caller| caller.scopes().is_empty() && !caller.is_anonymous();
    let patch = taken_for(move |caller| if nothing(&caller) { Caller::local() } else { caller });
    let found = broken(server(), "look", Promise::DeniedWithoutScope, patch).await;
    says(&found, "the function ran for a caller without any of its scopes");
    let patch = taken_for(known);
    let found = broken(server(), "look", Promise::DeniedWithoutScope, patch).await;
    says(&found, "the function ran for a caller without a credential");
    // And an answer that tells something else.
    let patch = ends(|outcome| outcome.map_err(|_| ToolError::internal("oops")));
    let found = broken(server(), "pay", Promise::DeniedWithoutScope, patch).await;
    says(&found, "a caller without `write:payments` was not told so");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_overlooks_constraints() {
    let patch = taken_for(|caller| unconstrained(&caller));
    let found = broken(server(), "pay", Promise::DeniedBeyondConstraint, patch).await;
    says(&found, "the function ran for a caller without a grant of what it asks for");
    // It knows which fields there are, and doesn't compare their values.
    let patch = taken_for(move |caller| {
        let scopes = caller.scopes();
        let known = scopes.iter().any(|scope| scope.contains("customer"));
        if known { unconstrained(&caller) } else { caller }
    });
    let found = broken(server(), "pay", Promise::DeniedBeyondConstraint, patch).await;
    says(&found, "[write:payments.where(customer=10)]");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_lists_everything_or_nothing() {
    let patch = Patch { listed: Arc::new(|_| Caller::local()), ..Patch::default() };
    let found = broken(server(), "pay", Promise::UnlistedWithoutScope, patch).await;
    says(&found, "a caller without `write:payments` is shown the tool");
    let patch = Patch { listed: Arc::new(known), ..Patch::default() };
    let found = broken(server(), "pay", Promise::UnlistedWithoutScope, patch).await;
    says(&found, "a caller without a credential is shown the tool");
    let patch = Patch { listed: Arc::new(|_| Caller::anonymous()), ..Patch::default() };
    let found = broken(server(), "pay", Promise::UnlistedWithoutScope, patch).await;
    says(&found, "a caller with all of its scopes isn't shown the tool");
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_confuses_callers() {
    let patch = taken_for(|caller| named("anna", &caller));
    let found = broken(server(), "look", Promise::CachedByCaller, patch).await;
    says(&found, "what was kept for `anna` was given to another caller\n  call: look ");
    let next = AtomicU32::new(0);
    let patch =
        taken_for(move |caller| named(&next.fetch_add(1, Ordering::Relaxed).to_string(), &caller));
    let found = broken(server(), "look", Promise::CachedByCaller, patch).await;
    says(&found, "the same call of the same caller ran again");
    let patch = taken_for(|caller| unconstrained(&caller));
    let found = broken(server(), "mine", Promise::CachedByCaller, patch).await;
    says(&found, "what was kept for a grant of `customer=1` was given to `customer=2`");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_has_time() {
    let found = broken(server(), "pay", Promise::TimeoutHonoured, late()).await;
    says(&found, "its timeout is 2s, and the answer took 3602s");
    let found = broken(server(), "pay", Promise::HangBounded, late()).await;
    says(&found, "the last was answered after 3602s");
    let patch = ends(|_| Ok(Reply::text("done")));
    let found = broken(server(), "pay", Promise::TimeoutHonoured, patch).await;
    says(&found, "the function hung, and the answer was not `timeout`");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_never_answers() {
    let silent = || {
        let outcome = Arc::new(|outcome: Ended| -> super::Ending {
            Box::pin(async move {
                match code(&outcome) {
                    Some(Code::Timeout) => std::future::pending().await,
                    _ => outcome,
                }
            })
        });
        Patch { outcome, ..Patch::default() }
    };
    let found = broken(server(), "pay", Promise::TimeoutHonoured, silent()).await;
    says(&found, "its timeout is 2s, and a call that hangs is never answered");
    let found = broken(server(), "pay", Promise::HangBounded, silent()).await;
    says(&found, "a call of this test was never answered");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_is_not_dropped() {
    let server = || server().configure(|server| server.function_layer(layers::detached()));
    let found = broken(server(), "hello", Promise::TimeoutHonoured, Patch::default()).await;
    says(&found, "the call was answered, and its function was not dropped");
    let found = broken(server(), "hello", Promise::HangBounded, Patch::default()).await;
    says(&found, "50 calls hung and were answered; 50 still run");
}

#[tokio::test(start_paused = true)]
async fn places_that_are_never_free_again() {
    let server = server().configure(|server| server.function_layer(layers::leaking()));
    let found = broken(server, "hello", Promise::HangBounded, Patch::default()).await;
    says(&found, "50 calls hung and were answered, and a later one fails");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_forgets_keys() {
    let found = broken(server(), "pay", Promise::ReplaysEqual, keyless()).await;
    says(&found, "the same key ran the function again");
    let found = broken(server(), "pay", Promise::LostReplyRetried, keyless()).await;
    says(&found, "a retry after a lost reply ran the function again");
}

#[tokio::test(start_paused = true)]
async fn replays_that_are_none() {
    let next = AtomicU32::new(0);
    let patch = ends(move |outcome| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        outcome.map(|_| Reply::text(number.to_string()))
    });
    let found = broken(server(), "pay", Promise::ReplaysEqual, patch).await;
    says(&found, "a replay is not the first answer");
    let patch = ends(|outcome| {
        let reply = outcome?;
        let data = reply.structured().cloned().unwrap_or_default();
        Ok(Reply::blocks(reply.content().to_vec()).with_structured(data))
    });
    let found = broken(server(), "pay", Promise::ReplaysEqual, patch).await;
    says(&found, "a replay doesn't say that it is one");
    let patch = ends(|outcome| match code(&outcome) {
        Some(Code::IdempotencyMismatch) => Err(ToolError::new(Code::Conflict, "no")),
        _ => outcome,
    });
    let found = broken(server(), "pay", Promise::ReplaysEqual, patch).await;
    says(&found, "the same key was used for other arguments");
    let patch = taken_for(|caller| named("anna", &caller));
    let found = broken(server(), "pay", Promise::ReplaysEqual, patch).await;
    says(&found, "a key of one caller is the key of another");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_does_without_records() {
    let patch = ends(|outcome| match code(&outcome) {
        Some(Code::AuditUnavailable) => Ok(Reply::text("done")),
        _ => outcome,
    });
    let found = broken(server(), "pay", Promise::AuditOutageRefuses, patch).await;
    says(&found, "was to be refused with `audit_unavailable`\n  call: pay ");
    let patch = Patch { steady: true, ..Patch::default() };
    let found = broken(server(), "pay", Promise::AuditOutageRefuses, patch).await;
    says(&found, "the function ran although nothing could be put on record");
    let layer = layers::unforgiving(Code::AuditUnavailable);
    let server = server().configure(|server| server.layer(layer));
    let found = broken(server, "pay", Promise::AuditOutageRefuses, Patch::default()).await;
    says(&found, "the outage is over, and calls are refused still");
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_is_another() {
    let next = AtomicU32::new(0);
    let patch =
        taken_for(move |caller| named(&next.fetch_add(1, Ordering::Relaxed).to_string(), &caller));
    let found = broken(server(), "pay", Promise::RateLimitExact, patch).await;
    says(&found, "3 calls may pass at once, and one more did");
    let next = AtomicU32::new(1);
    let patch = ends(move |outcome| match next.fetch_add(1, Ordering::Relaxed) {
        3 => Err(ToolError::new(Code::RateLimited, "enough")),
        _ => outcome,
    });
    let found = broken(server(), "pay", Promise::RateLimitExact, patch).await;
    says(&found, "3 calls may pass at once, and call 3 was refused");
    for (pause, expected) in [
        (Some(Duration::from_secs(10)), "a call was refused after the stated 10s"),
        (Some(Duration::from_secs(30)), "a call passed before the stated time"),
        (None, "a refused call isn't told when to come back"),
    ] {
        let patch = ends(move |outcome| match code(&outcome) {
            Some(Code::RateLimited) => {
                let error = ToolError::new(Code::RateLimited, "enough");
                Err(pause.map_or(error.clone(), |pause| error.retry_after(pause)))
            }
            _ => outcome,
        });
        says(&broken(server(), "pay", Promise::RateLimitExact, patch).await, expected);
    }
    let patch = taken_for(|caller| named("everybody", &caller));
    let found = broken(server(), "pay", Promise::RateLimitExact, patch).await;
    says(&found, "the calls of one caller were counted against another");
    // The eighth call is the second one after the stated time.
    let next = AtomicU32::new(1);
    let patch = ends(move |outcome| match next.fetch_add(1, Ordering::Relaxed) {
        8 => Ok(Reply::text("once more")),
        _ => outcome,
    });
    let found = broken(server(), "pay", Promise::RateLimitExact, patch).await;
    says(&found, "after the stated time more than one call passed");
    // A rate that all share: the fifth call is another caller's.
    let next = AtomicU32::new(1);
    let patch = ends(move |outcome| match next.fetch_add(1, Ordering::Relaxed) {
        5 => Ok(Reply::text("for you, yes")),
        _ => outcome,
    });
    let found = broken(server(), "remove", Promise::RateLimitExact, patch).await;
    says(&found, "all callers share its rate, and another caller passed");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_never_opens_or_never_closes() {
    let server = || server().configure(|server| server.function_layer(layers::blaming()));
    let found = broken(server(), "pay", Promise::BreakerRecovers, Patch::default()).await;
    says(&found, "the breaker of `Bank` is closed after 3 failures in a row\n  call: pay ");
    let server = super::tools::server();
    let server = server.configure(|server| server.layer(layers::unforgiving(Code::CircuitOpen)));
    let found = broken(server, "pay", Promise::BreakerRecovers, Patch::default()).await;
    says(&found, "`Bank` works again, and call 1 was kept from it");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_panics() {
    let patch = Patch::default();
    let found = broken(server(), "divide", Promise::ValidArgumentsAccepted, patch).await;
    says(&found, "what its schema admits is answered with `internal`");
    says(&found, "call: divide {\"by\":0} as anna");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_does_not_validate() {
    let server = || server().configure(|server| server.layer(layers::lenient()));
    let patch = Patch::default();
    let found = broken(server(), "divide", Promise::BrokenArgumentsRefused, patch).await;
    says(&found, "the function ran with arguments that break ");
    let patch = ends(|outcome| {
        outcome.map_err(|error| ToolError::new(error.code().clone(), "something is wrong"))
    });
    let found =
        broken(super::tools::server(), "divide", Promise::BrokenArgumentsRefused, patch).await;
    says(&found, "were not told so\n  call: divide ");
}

#[tokio::test(start_paused = true)]
async fn a_tool_whose_results_are_of_another_form() {
    let found = broken(server(), "lie", Promise::ResultsConform, Patch::default()).await;
    says(&found, "a result breaks the tool's output schema: `/number`");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_tells_its_secrets() {
    let found = broken(server(), "gossip", Promise::SecretsKept, Patch::default()).await;
    says(&found, "what was sent as `card` stands in the log:\n");
    let patch = ends(|outcome| {
        outcome.map_err(|error| ToolError::new(error.code().clone(), format!("no card {CARD}")))
    });
    let found = broken(server(), "pay", Promise::SecretsKept, patch).await;
    says(&found, "what was sent as `card` stands in the error:\n");
}
