//! Promises that are broken where it is easily overlooked, and tests that could tell nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mcp_runtime::{Caller, Code, ToolError};
use serde_json::Map;

use super::broken::{ends, says, taken_for};
use super::tools::{CARD, server};
use super::{Patch, Promise, broken, layers};

#[tokio::test(start_paused = true)]
async fn a_runtime_that_takes_any_arguments_for_a_key() {
    let next = AtomicU32::new(0);
    let meta = move |meta| match next.fetch_add(1, Ordering::Relaxed) {
        // The call and its two replays.
        0..3 => meta,
        _ => Map::new(),
    };
    let patch = Patch { meta: Arc::new(meta), ..Patch::default() };
    let found = broken(server(), "pay", Promise::ReplaysEqual, patch).await;
    says(&found, "the same key ran the function for other arguments");
}

/// What has to succeed, or to get to the function, and doesn't, is no promise kept.
#[tokio::test(start_paused = true)]
async fn calls_that_tell_nothing() {
    for (tool, promise) in [
        ("pay", Promise::DeniedWithoutScope),
        ("pay", Promise::DeniedBeyondConstraint),
        ("look", Promise::CachedByCaller),
        ("pay", Promise::TimeoutHonoured),
        ("pay", Promise::HangBounded),
        ("pay", Promise::ReplaysEqual),
        ("pay", Promise::LostReplyRetried),
        ("pay", Promise::AuditOutageRefuses),
        ("pay", Promise::BreakerRecovers),
        ("pay", Promise::ValidArgumentsAccepted),
        ("pay", Promise::BrokenArgumentsRefused),
        ("pay", Promise::ResultsConform),
        ("pay", Promise::SecretsKept),
    ] {
        let patch = taken_for(|caller| Caller::new(caller.principal()));
        let found = broken(server(), tool, promise, patch).await;
        says(&found, "give arguments that work: `Contract::arguments`\n  call: ");
    }
    // Of a tool whose function keeps constraints, those that have one.
    let patch = taken_for(|caller| {
        let is_constrained = caller.scopes().iter().any(|scope| scope.contains(".where("));
        if is_constrained { Caller::new(caller.principal()) } else { caller }
    });
    let found = broken(server(), "mine", Promise::CachedByCaller, patch).await;
    says(&found, "give arguments that work: `Contract::arguments`\n  call: ");
    for promise in [Promise::ReplaysEqual, Promise::LostReplyRetried] {
        let patch = ends(|_| Err(ToolError::new(Code::Conflict, "no")));
        let found = broken(server(), "pay", promise, patch).await;
        says(&found, "this call should have succeeded, and its function ran");
    }
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_too_soon() {
    let server = server().configure(|server| server.function_layer(layers::every_other()));
    let found = broken(server, "contents", Promise::BreakerRecovers, Patch::default()).await;
    says(&found, "the breaker of `Vault` opened before 3 failures\n  call: contents ");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_panics_far_from_the_edges() {
    let patch = Patch::default();
    let found = broken(server(), "pick", Promise::ValidArgumentsAccepted, patch).await;
    says(&found, "what its schema admits is answered with `internal`; found by ");
    says(&found, "call: pick {\"number\":300} as anna");
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_an_error_behind_a_cache_and_in_a_record() {
    let patch = ends(|outcome| {
        outcome.map_err(|error| ToolError::new(error.code().clone(), format!("no card {CARD}")))
    });
    let found = broken(server(), "owner", Promise::SecretsKept, patch).await;
    says(&found, "what was sent as `card` stands in the error:\n");
    assert!(!found.contains(CARD), "{found}");
    let server = server().configure(|server| server.layer(layers::copying()));
    let found = broken(server, "send", Promise::SecretsKept, Patch::default()).await;
    says(&found, "what was sent as `card` stands in the audit log:\n");
    assert!(!found.contains(CARD), "{found}");
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_stands_everywhere_by_chance() {
    let found = broken(server(), "unlock", Promise::SecretsKept, Patch::default()).await;
    says(&found, "no value of `pin` is long enough to be told from other text");
}
