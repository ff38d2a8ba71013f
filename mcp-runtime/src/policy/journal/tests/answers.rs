//! What a repeat is answered.

use serde_json::json;

use super::*;
use crate::store::testing::Manner;

#[tokio::test(start_paused = true)]
async fn every_step_is_durable_in_its_place() {
    let bench = Bench::keyed(Idempotency::new());
    let (call, _) = bench.call(Some("k"), argument());
    let call_id = call.context().call_id().to_owned();
    let first = bench.send(call).await.unwrap();
    assert_eq!(bench.before(), ["intent+begin", "start"]);
    assert_eq!(bench.journal.written(), ["intent+begin", "start", "outcome+complete"]);
    assert!(first.meta().get(meta::REPLAYED).is_none());

    let again = bench.run(Some("k"), argument()).await.unwrap();
    assert_eq!(again.meta()[meta::REPLAYED], call_id);
    assert_eq!(again.content(), first.content());
    let mut about = again.meta().clone();
    about.remove(meta::REPLAYED);
    assert_eq!(&about, first.meta(), "identical but for the mark");
    assert_eq!((bench.ran(), bench.count(Decision::Replayed)), (1, 1));
    let records = bench.journal.records();
    assert_eq!(records[0]["key"]["from"], "client");
    assert_eq!(records[3]["replay_of"], call_id);
    assert_eq!(records[3]["intent"], records[2]["seq"]);
}

#[tokio::test(start_paused = true)]
async fn how_a_call_ended_decides_about_its_key() {
    for (arguments, first, second, step) in [
        (json!({}), "run 1", "run 1", "complete"),
        (json!({ "fails": "applied" }), "x_failed Applied", "x_failed Applied", "complete"),
        (json!({ "fails": "none" }), "x_failed None", "x_failed None", "release"),
        (json!({ "fails": "" }), "x_failed Unknown", "indeterminate Unknown", "doubt"),
        (json!({ "panics": true }), "internal Unknown", "indeterminate Unknown", "doubt"),
        (json!({ "millis": 60_000 }), "timeout Unknown", "indeterminate Unknown", "doubt"),
    ] {
        let bench = Bench::keyed(Idempotency::new());
        // The task's own deadline, not that of whoever waits.
        let (call, _) = bench.call(Some("k"), arguments.clone());
        let outcome = bench.service.run(call).await;
        assert_eq!(told(&outcome), first, "{arguments}");
        let written = bench.journal.written();
        assert_eq!(written[2], format!("outcome+{step}"), "{arguments}");
        let again = bench.run(Some("k"), arguments.clone()).await;
        assert_eq!(told(&again), second, "{arguments}");
        assert_eq!(bench.ran(), if step == "release" { 2 } else { 1 }, "{arguments}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_with_an_effect_is_replayed_as_the_error() {
    let bench = Bench::keyed(Idempotency::new());
    let arguments = json!({ "fails": "applied", "code": "backend_unavailable" });
    let first = bench.run(Some("k"), arguments.clone()).await.unwrap_err();
    let again = bench.run(Some("k"), arguments).await.unwrap_err();
    assert_eq!(again.to_json(), first.to_json());
    assert!(again.correlation_id().is_some(), "that of the call that was carried out");
    assert!(first.meta().is_empty() && again.meta().contains_key(meta::REPLAYED));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_for_one_set_of_arguments() {
    let bench = Bench::keyed(Idempotency::new());
    bench.run(Some("k"), json!({ "a": 1 })).await.unwrap();
    let error = bench.run(Some("k"), json!({ "a": 2 })).await.unwrap_err();
    assert_eq!(error.to_json()["code"], "idempotency_mismatch");
    assert_eq!(error.to_json()["effect"], "none");
    assert!(!error.is_retryable() && error.message().contains("new key"), "{error}");
    assert_eq!((bench.ran(), bench.count(Decision::Mismatched)), (1, 1));
    assert_eq!(bench.journal.outcomes()[1].0, "idempotency_mismatch");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_knows_names_the_call() {
    let bench = Bench::keyed(Idempotency::new());
    let (call, _) = bench.call(Some("k"), json!({ "fails": "" }));
    let call_id = call.context().call_id().to_owned();
    let _ = bench.send(call).await;
    let error = bench.run(Some("k"), json!({ "fails": "" })).await.unwrap_err();
    assert_eq!(error.to_json()["next_action"], "escalate");
    assert!(!error.is_retryable() && error.message().contains(&call_id), "{error}");
    assert_eq!(bench.count(Decision::Indeterminate), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_large_to_keep_took_effect_all_the_same() {
    for arguments in [json!({ "size": 2 << 20 }), json!({ "raw": true })] {
        let bench = Bench::keyed(Idempotency::new());
        bench.run(Some("k"), arguments.clone()).await.unwrap();
        let again = bench.run(Some("k"), arguments).await;
        assert_eq!(told(&again), "conflict Applied");
        assert!(again.unwrap_err().meta().contains_key(meta::REPLAYED));
        assert_eq!(bench.ran(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_store_nothing_runs() {
    for (audited, code) in [(true, "audit_unavailable None"), (false, "backend_unavailable None")] {
        let policies = Policies { idempotency: Some(Idempotency::new()), ..Policies::NONE };
        let info = ToolInfo { read_only: false, idempotent: true, policies, ..tool() };
        for manner in [Manner::Fails, Manner::Hangs] {
            let bench = Bench::of(info.clone(), audited);
            bench.journal.behave("begin", manner);
            let outcome = bench.run(Some("k"), argument()).await;
            assert_eq!((told(&outcome).as_str(), bench.ran()), (code, 0));
            assert!(outcome.unwrap_err().is_retryable());
        }
        let bench = Bench::of(info, audited);
        assert_eq!(told(&bench.run(Some("k"), argument()).await), "run 1");
        assert_eq!(told(&bench.run(Some("k"), argument()).await), "run 1");
    }
}

/// A claim that comes too late is given back: the next call with the key runs.
#[tokio::test(start_paused = true)]
async fn a_late_claim_is_given_back() {
    let bench = Bench::keyed(Idempotency::new());
    bench.journal.behave("begin", Manner::Waits(Duration::from_secs(1)));
    assert_eq!(told(&bench.run(Some("k"), argument()).await), "audit_unavailable None");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(bench.journal.written(), ["intent+begin", "outcome+release"]);
    bench.journal.recover();
    assert_eq!(told(&bench.run(Some("k"), argument()).await), "run 1");
}

#[tokio::test(start_paused = true)]
async fn without_a_start_the_function_does_not_run() {
    for (manner, told_, decision) in [
        (Manner::Fails, "backend_unavailable None", Decision::Unaudited),
        (Manner::Hangs, "backend_unavailable None", Decision::Unaudited),
        (Manner::Stale, "in_progress None", Decision::InProgress),
    ] {
        let bench = Bench::keyed(Idempotency::new());
        bench.journal.behave("start", manner);
        assert_eq!(told(&bench.run(Some("k"), argument()).await), told_);
        assert_eq!((bench.ran(), bench.count(decision)), (0, 1));
        assert_eq!(bench.journal.written().last().unwrap(), "outcome+release");
        bench.journal.recover();
        assert_eq!(told(&bench.run(Some("k"), argument()).await), "run 1");
    }
}

#[tokio::test(start_paused = true)]
async fn a_completion_that_cannot_be_written_is_told_with_the_effect() {
    for manner in [Manner::Fails, Manner::Hangs, Manner::Loses] {
        let bench = Bench::keyed(Idempotency::new());
        bench.journal.behave("complete", manner);
        let (call, _) = bench.call(Some("k"), argument());
        let error = bench.service.run(call).await.unwrap_err();
        assert_eq!(told(&Err(error.clone())), "audit_unavailable Applied");
        assert!(!error.is_retryable(), "a repeat could be made with another key");
    }
    let bench = Bench::keyed(Idempotency::new());
    bench.journal.behave("complete", Manner::Stale);
    let error = bench.run(Some("k"), argument()).await.unwrap_err();
    assert_eq!(told(&Err(error.clone())), "indeterminate Applied");
    assert!(error.developer_message().unwrap().contains("lease"));
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_holds_no_secret() {
    use crate::secrets::Secrets;
    let bench = Bench::keyed(Idempotency::new());
    let secrets = Secrets::new(vec![json!("no")], Arc::default());
    let call = bench.run(Some("k"), json!({ "fails": "applied" }));
    let first = secrets.within(call).await.unwrap_err();
    assert_eq!(first.message(), "[redacted]");
    let again = bench.run(Some("k"), json!({ "fails": "applied" })).await.unwrap_err();
    assert_eq!(again.message(), "[redacted]");
}

/// The effect is there, and the key knows it as soon as the store does.
#[tokio::test(start_paused = true)]
async fn a_completion_that_is_refused_is_written_again() {
    let bench = Bench::keyed(Idempotency::new());
    bench.journal.behave("complete", Manner::Fails);
    let running = bench.spawn("k", argument());
    sleep(Duration::from_secs(2)).await;
    bench.journal.recover();
    assert_eq!(told(&running.await.unwrap()), "run 1");
    assert_eq!(bench.journal.written().last().unwrap(), "outcome+complete");
    assert_eq!(told(&bench.run(Some("k"), argument()).await), "run 1");
}
