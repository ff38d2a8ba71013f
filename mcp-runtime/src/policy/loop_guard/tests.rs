use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::time::advance;

use super::*;
use crate::call::Reply;
use crate::error::NextAction;
use crate::error::ToolError;
use crate::policy::service::ToolService;
use crate::policy::testing::{Around, call, call_of, function, stats, tool};

const SECOND: Duration = Duration::from_secs(1);

fn retryable(code: &'static str) -> ToolError {
    ToolError::new(code, "it failed.").retry_after(SECOND)
}

/// A tool that fails with the code in `fail`, and succeeds without one.
fn guarded(guard: LoopGuard) -> (ToolService, Arc<ToolStats>) {
    let stats = stats();
    let layer = LoopGuardLayer::new(Arc::new(guard), Arc::clone(&stats));
    let tool = function(|call: ToolCall| async move {
        match call.extensions.get::<&'static str>() {
            Some(code) => Err(retryable(code)),
            None => Ok(Reply::text("done")),
        }
    });
    (layer.around(tool), stats)
}

async fn ends(service: &ToolService, mut call: ToolCall, code: Option<&'static str>) -> Outcome {
    if let Some(code) = code {
        call.extensions_mut().insert(code);
    }
    service.run(call).await
}

/// How often `call` fails with the code, again and again, until it is made final.
async fn until_final(
    service: &ToolService,
    code: &'static str,
    call: impl Fn() -> ToolCall,
) -> usize {
    for times in 1..=20 {
        let error = ends(service, call(), Some(code)).await.unwrap_err();
        if !error.is_retryable() {
            return times;
        }
    }
    usize::MAX
}

#[tokio::test(start_paused = true)]
async fn the_fifth_failure_is_final() {
    let (service, stats) = guarded(LoopGuard::new());
    for _ in 1..5 {
        let error = ends(&service, call(json!({})), Some("x_failed")).await.unwrap_err();
        assert_eq!(error.to_json(), retryable("x_failed").to_json());
        advance(14 * SECOND).await;
    }
    assert_eq!(stats.get(Decision::Guarded), 0);
    let error = ends(&service, call(json!({})), Some("x_failed")).await.unwrap_err();
    assert_eq!(
        error.to_json(),
        json!({
            "code": "x_failed",
            "message": "it failed; this same call has failed 5 times within 60s: \
                        change the arguments or stop",
            "retryable": false,
            "next_action": "stop",
        })
    );
    assert_eq!(stats.get(Decision::Guarded), 1);
}

#[tokio::test(start_paused = true)]
async fn only_failures_within_the_window_count() {
    let (service, _) = guarded(LoopGuard::new());
    for _ in 0..20 {
        let error = ends(&service, call(json!({})), Some("x_failed")).await.unwrap_err();
        assert!(error.is_retryable());
        advance(15 * SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn another_failure_after_the_fifth_is_final_too_until_the_window_has_passed() {
    let (service, _) = guarded(LoopGuard::new());
    assert_eq!(until_final(&service, "x_failed", || call(json!({}))).await, 5);
    assert_eq!(until_final(&service, "x_failed", || call(json!({}))).await, 1);
    advance(60 * SECOND).await;
    assert_eq!(until_final(&service, "x_failed", || call(json!({}))).await, 5);
}

#[tokio::test(start_paused = true)]
async fn a_success_forgives() {
    let (service, _) = guarded(LoopGuard::new());
    assert_eq!(until_final(&service, "x_failed", || call(json!({}))).await, 5);
    ends(&service, call(json!({})), None).await.unwrap();
    assert_eq!(until_final(&service, "x_failed", || call(json!({}))).await, 5);
}

#[tokio::test(start_paused = true)]
async fn it_is_the_same_tool_caller_and_arguments() {
    let this = Arc::new(tool());
    let mut other = tool();
    other.name = "u";
    let other = Arc::new(other);
    let (service, _) = guarded(LoopGuard::new());
    let first = || call_of(&this, "anna", json!({"a": 1, "b": 2}));
    assert_eq!(until_final(&service, "x_failed", first).await, 5);
    for (tool, caller, arguments) in [
        (&this, "bert", json!({"a": 1, "b": 2})),
        (&other, "anna", json!({"a": 1, "b": 2})),
        (&this, "anna", json!({"a": 2, "b": 1})),
        (&this, "anna", json!({"a": "1", "b": 2})),
        (&this, "anna", json!({"a": 1})),
    ] {
        let times =
            until_final(&service, "x_failed", || call_of(tool, caller, arguments.clone())).await;
        assert_eq!(times, 5, "{caller} {arguments}");
    }
    let reordered: Value = serde_json::from_str(r#"{"b": 2, "a": 1}"#).unwrap();
    let reordered = || call_of(&this, "anna", reordered.clone());
    assert_eq!(until_final(&service, "x_failed", reordered).await, 1);
}

#[tokio::test(start_paused = true)]
async fn what_names_its_own_pause_does_not_count_and_does_not_forgive() {
    for code in [
        "rate_limited",
        "overloaded",
        "circuit_open",
        "budget_exceeded",
        "in_progress",
        "confirmation_required",
        "cancelled",
    ] {
        let (service, _) = guarded(LoopGuard::new());
        assert_eq!(until_final(&service, code, || call(json!({}))).await, usize::MAX, "{code}");
        assert_eq!(until_final(&service, "x_failed", || call(json!({}))).await, 5, "{code}");
        assert_eq!(until_final(&service, code, || call(json!({}))).await, usize::MAX, "{code}");
        assert_eq!(until_final(&service, "x_failed", || call(json!({}))).await, 1, "{code}");
    }
}

#[test]
fn the_next_action_is_never_the_same_call() {
    let action = |mut error: ToolError| {
        error.make_final("stop");
        error.to_json()["next_action"].clone()
    };
    assert_eq!(action(retryable("timeout")), "escalate");
    assert_eq!(action(retryable("invalid_arguments")), "stop");
    assert_eq!(action(retryable("x_failed").next_action(NextAction::Retry)), "stop");
    assert_eq!(action(retryable("x_failed").next_action(NextAction::Escalate)), "escalate");
    assert_eq!(action(retryable("timeout").fallback_tool("other")), "fallback");
}

#[tokio::test(start_paused = true)]
async fn it_remembers_so_many_and_forgets_the_oldest() {
    let guard = LoopGuard::with(5, WINDOW, 10);
    for digest in 0..1_000 {
        guard.loops(digest);
        advance(Duration::from_millis(1)).await;
    }
    let failures = guard.failures.lock().unwrap();
    let kept: BTreeSet<_> = failures.iter().map(|(digest, _)| *digest).collect();
    assert_eq!(kept, (990..1_000).collect());
}

proptest! {
    #[test]
    fn it_counts_the_failures_of_each_window(
        pauses in prop::collection::vec(0..30_u64, 1..60),
        repeats in 1..6_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async move {
            let guard = LoopGuard::with(repeats, WINDOW, 10);
            let mut failed = Vec::new();
            for pause in pauses {
                advance(Duration::from_secs(pause)).await;
                failed.push(Instant::now());
                let within = failed.iter().filter(|at| at.elapsed() < WINDOW).count();
                prop_assert_eq!(guard.loops(1), within >= repeats);
            }
            Ok(())
        })?;
    }
}
