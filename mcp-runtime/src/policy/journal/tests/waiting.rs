//! A repeat while the first call runs.

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::store::testing::Manner;

const SLOW: u64 = 2_000;

#[tokio::test(start_paused = true)]
async fn two_hundred_at_once_are_one() {
    for pause in [None, Some(Duration::from_millis(30))] {
        let bench = Bench::keyed(Idempotency::new());
        if let Some(pause) = pause {
            bench.journal.behave("", Manner::Waits(pause));
        }
        let arguments = json!({ "millis": 100 });
        let calls: Vec<_> = (0..200).map(|_| bench.spawn("k", arguments.clone())).collect();
        let mut replays = 0;
        for call in calls {
            let reply = call.await.unwrap().unwrap();
            replays += u32::from(reply.meta().contains_key(meta::REPLAYED));
            assert_eq!(told(&Ok(reply)), "run 1");
        }
        assert_eq!((bench.ran(), replays), (1, 199));
        let outcomes = bench.journal.outcomes();
        assert_eq!(outcomes.len(), 200, "each has its own record");
        assert!(outcomes.iter().all(|(outcome, _)| outcome == "ok"));
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_woken_and_does_not_ask_meanwhile() {
    let bench = Bench::keyed(Idempotency::new());
    let arguments = json!({ "millis": SLOW });
    let first = bench.spawn("k", arguments.clone());
    settle().await;
    let began = Instant::now();
    let reply = bench.run(Some("k"), arguments).await.unwrap();
    assert!(reply.meta().contains_key(meta::REPLAYED));
    assert_eq!(began.elapsed(), Duration::from_millis(SLOW), "not a tick later");
    let begins = bench.journal.written().iter().filter(|name| name.contains("begin")).count();
    assert_eq!(begins, 3, "the first call, the second, and once more as it was woken");
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_owner_elsewhere_is_asked_after_less_and_less() {
    let bench = Bench::keyed(Idempotency::new());
    let arguments = json!({ "millis": SLOW });
    let first = bench.spawn("k", arguments.clone());
    settle().await;
    let reply = bench.elsewhere().run(Some("k"), arguments).await.unwrap();
    assert_eq!(told(&Ok(reply)), "run 1");
    let begins = bench.journal.written().iter().filter(|name| name.contains("begin")).count();
    // 20, 40, 80, 160, 320, 500, 500, 500 ms.
    assert_eq!((bench.ran(), begins), (1, 2 + 8));
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn rejected_it_is_told_to_come_back() {
    let bench = Bench::keyed(Idempotency::new().reject());
    let arguments = json!({ "millis": SLOW });
    let first = bench.spawn("k", arguments.clone());
    settle().await;
    let began = Instant::now();
    let error = bench.run(Some("k"), arguments.clone()).await.unwrap_err();
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(error.to_json()["code"], "in_progress");
    assert_eq!((error.to_json()["retry_after"].as_u64(), error.is_retryable()), (Some(1), true));
    assert_eq!(bench.count(Decision::InProgress), 1);
    let written = bench.journal.written();
    assert_eq!(written.last().unwrap(), "outcome", "on record, and nothing of the key is touched");
    first.await.unwrap().unwrap();
    assert_eq!(told(&bench.run(Some("k"), arguments).await), "run 1");
}

#[tokio::test(start_paused = true)]
async fn who_waits_stops_before_its_own_deadline() {
    for (left, waits) in [(10_000, 9_900), (500, 450), (60, 50), (5, 0)] {
        for elsewhere in [false, true] {
            let bench = Bench::keyed(Idempotency::new());
            // The first call ends after all of them have given up.
            let arguments = json!({ "millis": 9_999 });
            let _first = bench.spawn("k", arguments.clone());
            settle().await;
            let waiting = if elsewhere { bench.elsewhere() } else { bench };
            let (call, _) = waiting.call(Some("k"), arguments);
            let deadline = Instant::now() + Duration::from_millis(left);
            let call = ToolCall { context: call.context().until(deadline), ..call };
            let began = Instant::now();
            assert_eq!(told(&waiting.send(call).await), "in_progress None", "{left}");
            assert_eq!(began.elapsed(), Duration::from_millis(waits), "{left}");
        }
    }
}

/// The first call comes to nothing, and one of those who wait runs.
#[tokio::test(start_paused = true)]
async fn a_key_that_is_free_again_goes_to_one_who_waits() {
    let bench = Bench::keyed(Idempotency::new());
    let arguments = json!({ "millis": 100, "fails": "none" });
    let calls: Vec<_> = (0..5).map(|_| bench.spawn("k", arguments.clone())).collect();
    for call in calls {
        assert_eq!(told(&call.await.unwrap()), "x_failed None");
    }
    assert_eq!(bench.ran(), 5, "one after the other");
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_while_waiting_leaves_a_record_and_nothing_else() {
    let bench = Bench::keyed(Idempotency::new());
    let arguments = json!({ "millis": SLOW });
    let first = bench.spawn("k", arguments.clone());
    settle().await;
    let second = bench.spawn("k", arguments.clone());
    settle().await;
    second.abort();
    settle().await;
    assert_eq!(bench.journal.outcomes(), [("cancelled".into(), "none".into())]);
    assert_eq!(told(&first.await.unwrap()), "run 1");
}

/// Whoever waits asks again, gets the key, and is gone by then.
#[tokio::test(start_paused = true)]
async fn a_claim_of_one_who_waited_and_left_is_given_back() {
    let bench = Bench::keyed(Idempotency::new());
    let arguments = json!({ "millis": 100, "fails": "none" });
    let first = bench.spawn("k", arguments.clone());
    settle().await;
    let second = bench.spawn("k", arguments.clone());
    settle().await;
    bench.journal.behave("begin", Manner::Waits(Duration::from_millis(50)));
    first.await.unwrap().unwrap_err();
    sleep(Duration::from_millis(10)).await;
    second.abort();
    sleep(Duration::from_secs(1)).await;
    let written = bench.journal.written();
    assert_eq!(written.last().unwrap(), "release", "{written:?}");
    assert_eq!(bench.ran(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_while_one_waits_ends_the_waiting() {
    let bench = Bench::keyed(Idempotency::new());
    let arguments = json!({ "millis": 100 });
    let first = bench.spawn("k", arguments.clone());
    settle().await;
    let second = bench.spawn("k", arguments.clone());
    settle().await;
    bench.journal.behave("begin", Manner::Fails);
    assert_eq!(told(&second.await.unwrap()), "backend_unavailable None");
    assert_eq!(told(&first.await.unwrap()), "run 1");
}

/// A lease ends by the wall clock. One that has jumped makes nobody repeat what still runs here.
#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_takes_no_key_from_a_call_that_runs_here() {
    use crate::store::memory::MemoryJournal;
    use crate::store::suite::{clock, signs};
    let none = |_: &mut ToolCall| -> Result<crate::policies::Reconciling, ToolError> {
        Ok(Box::pin(async { Ok(None) }))
    };
    for (terms, expected) in [
        (Idempotency::new(), "run 1"),
        (Idempotency::new().transaction(), "run 1"),
        (Idempotency::new().reconcile(none), "run 1"),
        (Idempotency::new().transaction().reject(), "in_progress None"),
    ] {
        let mut bench = Bench::keyed(terms);
        let clock = clock();
        let journal: Arc<dyn Journal> =
            Arc::new(MemoryJournal::new(clock.clone(), signs()).unwrap());
        let records = Records { journal: Some(journal), ..Records::default() };
        let inner = run(&bench.journal, &bench.ran, &bench.before);
        let start = StartLayer::of(&records, bench.stats.clone());
        let layer = JournalLayer::of(&bench.tool, &records, clock.clone(), bench.stats.clone());
        bench.service = inner.within(start).within(layer);
        let arguments = json!({ "millis": SLOW });
        let first = bench.spawn("k", arguments.clone());
        settle().await;
        clock.forward(Duration::from_mins(10));
        assert_eq!(told(&bench.run(Some("k"), arguments).await), expected);
        assert_eq!(told(&first.await.unwrap()), "run 1", "its answer is kept");
        assert_eq!(bench.ran(), 1);
    }
}
