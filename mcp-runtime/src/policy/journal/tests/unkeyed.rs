//! Calls without a key: intent before, outcome after.

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::store::testing::Manner;

#[tokio::test(start_paused = true)]
async fn the_intent_is_on_record_before_the_function_runs_and_the_outcome_before_the_reply() {
    for (read_only, arguments, answer, outcome) in [
        (true, json!({}), "run 1", ("ok", "none")),
        (false, json!({}), "run 1", ("ok", "applied")),
        (true, json!({ "fails": "" }), "x_failed None", ("x_failed", "none")),
        (false, json!({ "fails": "" }), "x_failed Unknown", ("x_failed", "unknown")),
        (false, json!({ "fails": "none" }), "x_failed None", ("x_failed", "none")),
        (false, json!({ "panics": true }), "internal Unknown", ("internal", "unknown")),
    ] {
        let bench = Bench::unkeyed(read_only);
        assert_eq!(told(&bench.run(None, arguments).await), answer);
        assert_eq!(bench.before(), ["intent"]);
        assert_eq!(bench.journal.written(), ["intent", "outcome"]);
        assert_eq!(bench.journal.outcomes(), [(outcome.0.to_owned(), outcome.1.to_owned())]);
        let records = bench.journal.records();
        assert_eq!(records[1]["intent"], records[0]["seq"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_put_on_record_does_not_run() {
    let bench = Bench::unkeyed(false);
    for manner in [Manner::Fails, Manner::Hangs] {
        bench.journal.behave("intent", manner);
        let began = Instant::now();
        let error = bench.run(None, json!({})).await.unwrap_err();
        assert_eq!(error.to_json()["code"], "audit_unavailable");
        assert_eq!(
            (error.to_json()["effect"].as_str(), error.is_retryable()),
            (Some("none"), true)
        );
        assert!(began.elapsed() <= Duration::from_millis(251), "{:?}", began.elapsed());
    }
    assert_eq!((bench.ran(), bench.count(Decision::Unaudited)), (0, 2));
    assert_eq!(bench.journal.written(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_intent_that_comes_too_late_is_closed() {
    let bench = Bench::unkeyed(false);
    bench.journal.behave("intent", Manner::Waits(Duration::from_secs(1)));
    let outcome = bench.run(None, json!({})).await;
    assert_eq!(told(&outcome), "audit_unavailable None");
    assert_eq!(bench.journal.written(), [""; 0]);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(bench.journal.written(), ["intent", "outcome"]);
    assert_eq!(bench.journal.outcomes(), [("audit_unavailable".into(), "none".into())]);
    assert_eq!(bench.ran(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_before_its_intent_is_written_leaves_a_closed_one() {
    let bench = Bench::unkeyed(false);
    bench.journal.behave("intent", Manner::Waits(Duration::from_millis(100)));
    let running = tokio::spawn({
        let bench = bench.clone();
        async move { bench.run(None, json!({})).await }
    });
    settle().await;
    running.abort();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.journal.outcomes(), [("cancelled".into(), "none".into())]);
    assert_eq!(bench.ran(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_cannot_be_written_is_not_answered() {
    for (read_only, arguments, effect) in [
        (true, json!({}), Effect::None),
        (false, json!({}), Effect::Applied),
        (false, json!({ "fails": "" }), Effect::Unknown),
        (false, json!({ "fails": "none" }), Effect::None),
    ] {
        for manner in [Manner::Fails, Manner::Hangs] {
            let bench = Bench::unkeyed(read_only);
            bench.journal.behave("outcome", manner);
            let began = Instant::now();
            let error = bench.run(None, arguments.clone()).await.unwrap_err();
            assert_eq!(error.code().as_str(), "audit_unavailable");
            assert_eq!(error.stated_effect(), Some(effect));
            assert_eq!(error.is_retryable(), effect == Effect::None, "{error:?}");
            assert!(began.elapsed() <= Duration::from_millis(5_001), "{:?}", began.elapsed());
            assert_eq!((bench.ran(), bench.count(Decision::Unaudited)), (1, 1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_has_its_outcome_written_all_the_same() {
    for (read_only, effect) in [(true, "none"), (false, "unknown")] {
        let bench = Bench::unkeyed(read_only);
        let (call, _) = bench.call(None, json!({ "millis": 60_000 }));
        let running = tokio::spawn(bench.service.run(call));
        settle().await;
        running.abort();
        settle().await;
        assert_eq!(bench.journal.outcomes(), [("cancelled".into(), effect.into())]);

        let late = Bench::unkeyed(read_only);
        assert!(late.run(None, json!({ "millis": 60_000 })).await.is_err());
        settle().await;
        assert_eq!(late.journal.outcomes(), [("timeout".into(), effect.into())]);
    }
}

/// The outcome is on its way: who goes away then leaves one record, not two.
#[tokio::test(start_paused = true)]
async fn an_outcome_that_is_being_written_is_the_only_one() {
    let bench = Bench::unkeyed(false);
    bench.journal.behave("outcome", Manner::Waits(Duration::from_secs(1)));
    let (call, _) = bench.call(None, json!({}));
    let running = tokio::spawn(bench.service.run(call));
    settle().await;
    running.abort();
    sleep(Duration::from_secs(3)).await;
    assert_eq!(bench.journal.outcomes(), [("ok".into(), "applied".into())]);
}

#[tokio::test(start_paused = true)]
async fn without_an_audit_log_and_keys_the_room_is_not_there() {
    let info = tool();
    let layer = JournalLayer::of(&info, &Records::default(), Clock::system(), stats());
    assert!(layer.is_none());
    let off = Bench::of(info, false);
    assert_eq!(told(&off.run(None, json!({})).await), "run 1");
    assert_eq!(off.journal.written(), [""; 0]);
}

/// A tool with keys that has nowhere to keep them refuses its calls.
#[tokio::test(start_paused = true)]
async fn keys_without_a_journal_are_refused() {
    let policies = Policies { idempotency: Some(Idempotency::new()), ..Policies::NONE };
    let info = ToolInfo { read_only: false, policies, ..tool() };
    let layer = JournalLayer::of(&info, &Records::default(), Clock::system(), stats()).unwrap();
    let bench = Bench::keyed(Idempotency::new());
    let inner = run(&bench.journal, &bench.ran, &bench.before).within(Some(layer));
    let outcome = inner.run(bench.call(Some("k"), json!({})).0).await;
    assert_eq!((told(&outcome).as_str(), bench.ran()), ("backend_unavailable None", 0));
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_is_refused_is_written_again() {
    for is_dropped in [false, true] {
        let bench = Bench::unkeyed(false);
        bench.journal.behave("outcome", Manner::Fails);
        let (call, _) = bench.call(None, json!({}));
        let running = tokio::spawn(bench.service.run(call));
        // Another process holds the store for so long.
        sleep(Duration::from_secs(2)).await;
        if is_dropped {
            running.abort();
        }
        bench.journal.recover();
        sleep(Duration::from_secs(3)).await;
        assert_eq!(bench.journal.outcomes(), [("ok".into(), "applied".into())]);
        if !is_dropped {
            assert_eq!(told(&running.await.unwrap()), "run 1");
        }
        assert_eq!(bench.count(Decision::Unaudited), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_written_in_the_background_is_written_again_too() {
    let bench = Bench::unkeyed(false);
    bench.journal.behave("outcome", Manner::Fails);
    let (call, _) = bench.call(None, json!({ "millis": 60_000 }));
    let running = tokio::spawn(bench.service.run(call));
    settle().await;
    running.abort();
    sleep(Duration::from_secs(10)).await;
    assert_eq!(bench.journal.outcomes(), []);
    bench.journal.recover();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.journal.outcomes(), [("cancelled".into(), "unknown".into())]);
}

/// Whether the first write took place isn't known then.
#[tokio::test(start_paused = true)]
async fn nothing_is_written_again_after_what_closes_the_journal_or_is_not_answered() {
    for manner in [Manner::Loses, Manner::Waits(Duration::from_secs(6))] {
        let bench = Bench::unkeyed(false);
        bench.journal.behave("outcome", manner);
        let told = told(&bench.run(None, json!({})).await);
        assert_eq!(told, "audit_unavailable Applied");
        sleep(Duration::from_mins(1)).await;
        assert_eq!(bench.journal.outcomes(), [("ok".into(), "applied".into())], "once");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_on_record_takes_little_room() {
    let bench = Bench::unkeyed(false);
    let recorder = Recorder::new(
        AuditKeys::new(&[7; 32]).unwrap(),
        Duration::from_secs(1),
        Clock::system(),
        Arc::new(bench.journal.clone()),
    );
    let journal: Arc<dyn Journal> = Arc::new(bench.journal.clone());
    let records =
        Records { journal: Some(journal), recorder: Some(recorder), ..Records::default() };
    let layer =
        JournalLayer::of(&bench.tool, &records, Clock::system(), bench.stats.clone()).unwrap();
    let inner = run(&bench.journal, &bench.ran, &bench.before);
    let (call, _) = bench.call(None, json!({}));
    let future = super::super::unkeyed::run(layer.0, inner, call);
    // Allocators have blocks of up to a kilobyte at hand, and take longer for what is larger.
    assert!(size_of_val(&future) <= 1024, "{} bytes", size_of_val(&future));
}
