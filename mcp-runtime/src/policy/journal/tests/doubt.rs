//! What an earlier call did, where nobody knows.

use serde_json::json;

use super::*;
use crate::output::Returned;
use crate::policies::Reconciling;

/// Leaves a key in doubt.
async fn doubtful(terms: Idempotency) -> Bench {
    left_by(terms).await.0
}

/// And says which call it was.
async fn left_by(terms: Idempotency) -> (Bench, String) {
    let bench = Bench::keyed(terms);
    let (call, _) = bench.call(Some("k"), failing());
    let call_id = call.context().call_id().to_owned();
    assert_eq!(told(&bench.send(call).await), "x_failed Unknown");
    assert_eq!(bench.journal.written().last().unwrap(), "outcome+doubt");
    (bench, call_id)
}

/// Nobody knows what the function did.
fn failing() -> Value {
    json!({ "fails": "" })
}

#[allow(clippy::unnecessary_wraps, reason = "the form of a `reconcile` function")]
fn reconciling(
    found: impl FnOnce() -> Result<Option<Returned>, ToolError> + Send + 'static,
) -> Result<Reconciling, ToolError> {
    Ok(Box::pin(async move { found() }))
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_cannot_find_out_does_not_run() {
    let bench = doubtful(Idempotency::new()).await;
    assert_eq!(told(&bench.run(Some("k"), failing()).await), "indeterminate Unknown");
    assert_eq!(bench.ran(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_simply_runs_again() {
    let bench = doubtful(Idempotency::new().transaction()).await;
    assert_eq!(told(&bench.run(Some("k"), failing()).await), "x_failed Unknown");
    assert_eq!(bench.ran(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_found_is_the_answer_from_then_on() {
    let found = |call: &mut ToolCall| {
        let fails = call.arguments_mut().remove("fails").unwrap();
        reconciling(move || Returned::data(&json!({ "found": fails })).map(Some))
    };
    let (bench, first) = left_by(Idempotency::new().reconcile(found)).await;
    let reply = bench.run(Some("k"), failing()).await.unwrap();
    assert_eq!(reply.structured(), Some(&json!({ "found": "" })));
    assert_eq!(reply.meta()[meta::REPLAYED], first);
    assert_eq!(bench.journal.written().last().unwrap(), "outcome+complete");
    assert_eq!(bench.journal.records().last().unwrap()["replay_of"], first);
    let again = bench.run(Some("k"), failing()).await.unwrap();
    assert_eq!(again.structured(), reply.structured());
    assert!(again.meta()[meta::REPLAYED].is_string());
    assert_eq!((bench.ran(), bench.count(Decision::Replayed)), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn where_nothing_happened_the_call_runs() {
    let bench = doubtful(Idempotency::new().reconcile(|_| reconciling(|| Ok(None)))).await;
    assert_eq!(told(&bench.run(Some("k"), failing()).await), "x_failed Unknown");
    assert_eq!(bench.ran(), 2);
    assert_eq!(bench.journal.written().last().unwrap(), "outcome+doubt");
}

/// A second failure without an effect frees the key only where the first call had none either.
#[tokio::test(start_paused = true)]
async fn an_earlier_effect_is_forgotten_only_if_there_was_none() {
    let arguments = json!({ "fails": "", "then": "none" });
    for (terms, step) in [
        (Idempotency::new().reconcile(|_| reconciling(|| Ok(None))), "outcome+release"),
        (Idempotency::new().transaction(), "outcome+doubt"),
    ] {
        let bench = Bench::keyed(terms);
        assert_eq!(told(&bench.run(Some("k"), arguments.clone()).await), "x_failed Unknown");
        assert_eq!(told(&bench.run(Some("k"), arguments.clone()).await), "x_failed None");
        assert_eq!(bench.journal.written().last().unwrap(), step);
        assert_eq!(bench.ran(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_found_out_stays_in_doubt() {
    let down = |_: &mut ToolCall| {
        let answer = || Err(ToolError::new("bank_down", "no").retry_after(Duration::from_secs(30)));
        reconciling(answer)
    };
    let refusing = |_: &mut ToolCall| Err(ToolError::new("x_y", "no"));
    for (terms, retryable) in [
        (Idempotency::new().reconcile(down), true),
        (Idempotency::new().reconcile(refusing), false),
    ] {
        let bench = doubtful(terms).await;
        let error = bench.run(Some("k"), failing()).await.unwrap_err();
        assert_eq!(told(&Err(error.clone())), "indeterminate Unknown");
        assert_eq!(error.is_retryable(), retryable);
        assert_eq!(bench.ran(), 1);
        assert_eq!(bench.journal.written().last().unwrap(), "outcome+doubt");
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_panics_or_hangs_settles_nothing() {
    let panics = |_: &mut ToolCall| reconciling(|| panic!("as told"));
    let hangs = |_: &mut ToolCall| -> Result<Reconciling, ToolError> {
        Ok(Box::pin(std::future::pending()))
    };
    for (terms, expected) in [
        (Idempotency::new().reconcile(panics), "internal None"),
        (Idempotency::new().reconcile(hangs), "timeout None"),
    ] {
        let bench = doubtful(terms).await;
        let (call, _) = bench.call(Some("k"), failing());
        assert_eq!(told(&bench.service.run(call).await), expected);
        assert_eq!(bench.journal.written().last().unwrap(), "outcome+doubt");
        assert_eq!(bench.ran(), 1);
    }
}

/// A crash: the start is on record, nothing else ever is.
#[tokio::test(start_paused = true)]
async fn an_owner_that_is_gone_leaves_doubt_and_a_claim_that_never_started_none() {
    use crate::policy::journal::LEASE;
    use crate::store::once::{Begin, OnceOp};
    use crate::store::suite::begin;
    for (started, expected) in [(true, "indeterminate Unknown"), (false, "run 1")] {
        let bench = Bench::keyed(Idempotency::new());
        let (call, _) = bench.call(Some("k"), argument());
        let key = crate::policy::journal::key::Key::of(&call, &Idempotency::new());
        let key = key.unwrap().unwrap();
        let begin = Begin { payload: key.payload, lease: LEASE, ..begin("first") };
        let step = |op| crate::policy::journal::entries::step(key.once, op);
        bench.journal.write(step(OnceOp::Begin(begin))).await.unwrap();
        if started {
            bench.journal.write(step(OnceOp::Start { fence: 1 })).await.unwrap();
        }
        assert_eq!(told(&bench.run(Some("k"), argument()).await), "in_progress None");
        sleep(Duration::from_secs(30)).await;
        assert_eq!(told(&bench.run(Some("k"), argument()).await), expected);
    }
}
