//! Checks that wait, on a paused clock.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::*;
use crate::call::Reply;
use crate::policy::testing::{Around, call, function};

/// Each takes a second.
const PASSES: CheckDef = CheckDef::new(&["a"], || true, |_| slow(Ok(())));
const REFUSES: CheckDef =
    CheckDef::new(&["a"], || true, |_| slow(Err(CheckError::Rule("must exist".into()))));
const REFUSES_BOTH: CheckDef =
    CheckDef::new(&["a", "b"], || true, |_| slow(Err(CheckError::Rule("must match".into()))));
const IS_GONE: CheckDef = CheckDef::new(
    &["a"],
    || true,
    |_| slow(Err(CheckError::Error(ToolError::new("not_found", "it is gone")))),
);
const HANGS: CheckDef = CheckDef::new(&["a"], || true, |_| Ok(Box::pin(std::future::pending())));

#[allow(clippy::unnecessary_wraps, reason = "what `run` of a check returns")]
fn slow(result: Result<(), CheckError>) -> Result<crate::check::Checking, ToolError> {
    Ok(Box::pin(async move {
        sleep(Duration::from_secs(1)).await;
        result
    }))
}

/// What the call answers, how long it takes, and whether the function ran.
async fn run(checks: &[CheckDef]) -> (Result<(), ToolError>, Duration, bool) {
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ran);
    let inner = function(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        async { Ok(Reply::text("done")) }
    });
    let started = Instant::now();
    let call = call(json!({ "a": 1, "b": 2, "c": 3 }));
    let outcome = CheckLayer::new(checks.to_vec()).around(inner).run(call).await;
    (outcome.map(drop), started.elapsed(), ran.load(Ordering::Relaxed) == 1)
}

#[tokio::test(start_paused = true)]
async fn they_wait_together_up_to_a_bound() {
    for (count, seconds) in [(1, 1), (8, 1), (9, 2), (24, 3)] {
        let (outcome, took, ran) = run(&vec![PASSES; count]).await;
        assert_eq!((outcome.is_ok(), took, ran), (true, Duration::from_secs(seconds), true));
    }
}

#[tokio::test(start_paused = true)]
async fn all_that_they_object_to_is_one_answer() {
    let (outcome, _, ran) = run(&[IS_GONE, REFUSES_BOTH, PASSES, REFUSES]).await;
    let error = outcome.unwrap_err();
    assert!(!ran);
    assert_eq!(*error.code(), Code::InvalidArguments);
    let expected = "the arguments are not valid: a, b must match; /a must exist";
    assert_eq!(error.message(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_their_own_counts_where_no_rule_is_broken() {
    let (outcome, _, ran) = run(&[PASSES, IS_GONE]).await;
    let error = outcome.unwrap_err();
    assert!(!ran);
    assert_eq!((error.code(), error.stated_effect()), (&Code::NotFound, Some(Effect::None)));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_them_and_nothing_was_done() {
    let (outcome, took, ran) = run(&[HANGS]).await;
    let error = outcome.unwrap_err();
    assert_eq!((took, ran), (Duration::from_secs(10), false));
    assert_eq!((error.code(), error.stated_effect()), (&Code::Timeout, Some(Effect::None)));
    assert!(error.is_retryable());
}
