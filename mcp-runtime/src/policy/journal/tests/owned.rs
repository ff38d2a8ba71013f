//! The call that has the key runs by itself.

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::place::Places;
use crate::store::testing::Manner;
use crate::tool::ToolDef;

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_finds_the_answer_later() {
    let bench = Bench::keyed(Idempotency::new());
    let arguments = json!({ "millis": 2_000 });
    let (call, cancellation) = bench.call(Some("k"), arguments.clone());
    let running = tokio::spawn(bench.service.run(call));
    settle().await;
    cancellation.cancel();
    running.abort();
    sleep(Duration::from_secs(3)).await;
    assert_eq!(bench.journal.outcomes(), [("ok".into(), "applied".into())]);
    let again = bench.run(Some("k"), arguments).await.unwrap();
    assert!(again.meta().contains_key(meta::REPLAYED));
    assert_eq!(bench.ran(), 1);
}

/// The function isn't told that the client has gone, and is told when the call is over.
#[tokio::test(start_paused = true)]
async fn the_functions_context_is_its_own() {
    let bench = Bench::keyed(Idempotency::new());
    let seen = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&seen);
    let inner = function(move |call: ToolCall| {
        *kept.lock().unwrap() = Some(call.context().clone());
        async {
            sleep(Duration::from_secs(1)).await;
            Ok(Reply::text("done"))
        }
    });
    let journal: Arc<dyn Journal> = Arc::new(bench.journal.clone());
    let records = Records { journal: Some(journal), ..Records::default() };
    let layer = JournalLayer::of(&bench.tool, &records, Clock::system(), stats());
    let service = inner.within(layer);
    let (call, cancellation) = bench.call(Some("k"), argument());
    let outer = call.context().clone();
    let running = tokio::spawn(service.run(call));
    settle().await;
    cancellation.cancel();
    let inside = seen.lock().unwrap().clone().unwrap();
    assert!(outer.is_cancelled() && !inside.is_cancelled());
    assert_eq!(inside.deadline(), outer.deadline());
    running.await.unwrap().unwrap();
    assert!(inside.is_cancelled(), "what it spawned ends with it");
}

#[tokio::test(start_paused = true)]
async fn a_detached_call_keeps_its_place_until_its_key_is_settled() {
    let bench = Bench::keyed(Idempotency::new());
    bench.journal.behave("complete", Manner::Waits(Duration::from_secs(1)));
    let (places, tool) = (Places::new(1), Arc::default());
    let (mut call, _) = bench.call(Some("k"), json!({ "millis": 2_000 }));
    let place = places.enter(&tool).unwrap();
    call.place = Some(Arc::clone(&place));
    let running = tokio::spawn(bench.service.run(call));
    settle().await;
    running.abort();
    drop(place);
    settle().await;
    assert!(places.enter(&tool).is_none(), "limits count it");
    assert_eq!(tool.load(Ordering::Relaxed), 1);
    let began = Instant::now();
    places.idle().await;
    assert_eq!(began.elapsed(), Duration::from_secs(3), "a stop waits for it");
    assert_eq!(bench.journal.outcomes(), [("ok".into(), "applied".into())]);
}

/// The first tool's call ends with its caller, the other one's doesn't.
#[tokio::test(start_paused = true)]
async fn a_fallback_that_goes_on_alone_keeps_the_place() {
    let bench = Bench::keyed(Idempotency::new());
    let other = bench.clone();
    let falls_back = function(move |call: ToolCall| {
        let (tool, service) = (Arc::clone(&other.tool), other.service.clone());
        async move { service.run(ToolCall { tool, ..call }).await }
    });
    let policies = Policies { fallback: Some(&ToolDef::INVALID), ..Policies::NONE };
    let first = Bench::of(ToolInfo { read_only: false, policies, ..tool() }, true);
    let (stats, shared) = (stats(), Arc::new(first.journal.clone()));
    let records = Records { journal: Some(shared), ..Records::default() };
    let layer = JournalLayer::of(&bench.tool, &records, Clock::system(), Arc::clone(&stats));
    let service = falls_back.within(layer);
    let (mut call, _) = bench.call(Some("k"), json!({ "millis": 2_000 }));
    call.tool = Arc::clone(&first.tool);
    let (places, tool) = (Places::new(1), Arc::default());
    call.place = places.enter(&tool);
    let running = tokio::spawn(service.run(call));
    settle().await;
    assert_eq!(bench.ran(), 1);
    running.abort();
    settle().await;
    let began = Instant::now();
    places.idle().await;
    assert_eq!(began.elapsed(), Duration::from_secs(2), "a stop waits for it");
}

#[tokio::test(start_paused = true)]
async fn its_lease_is_renewed_while_it_runs() {
    let policies = Policies { idempotency: Some(Idempotency::new()), ..Policies::NONE };
    let timeout = Duration::from_mins(5);
    let info = ToolInfo { read_only: false, idempotent: true, timeout, policies, ..tool() };
    let bench = Bench::of(info, true);
    let arguments = json!({ "millis": 95_000 });
    let first = bench.spawn("k", arguments.clone());
    sleep(Duration::from_secs(61)).await;
    let rejecting = bench.elsewhere();
    let second = tokio::spawn(async move { rejecting.run(Some("k"), arguments).await });
    assert_eq!(told(&first.await.unwrap()), "run 1");
    assert_eq!(told(&second.await.unwrap()), "run 1");
    assert_eq!((bench.ran(), bench.journal.renewals()), (1, 9));
}

/// Renewals that fail don't end a call: its fence is what counts.
#[tokio::test(start_paused = true)]
async fn renewals_may_fail() {
    let policies = Policies { idempotency: Some(Idempotency::new()), ..Policies::NONE };
    let timeout = Duration::from_mins(5);
    let info = ToolInfo { read_only: false, idempotent: true, timeout, policies, ..tool() };
    for manner in [Manner::Fails, Manner::Hangs] {
        let bench = Bench::of(info.clone(), true);
        bench.journal.behave("renew", manner);
        let outcome = bench.run(Some("k"), json!({ "millis": 95_000 })).await;
        assert_eq!(told(&outcome), "run 1");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_lost_its_key_stops() {
    let policies = Policies { idempotency: Some(Idempotency::new()), ..Policies::NONE };
    let timeout = Duration::from_mins(5);
    let info = ToolInfo { read_only: false, idempotent: true, timeout, policies, ..tool() };
    let bench = Bench::of(info, true);
    let first = bench.spawn("k", json!({ "millis": 95_000 }));
    settle().await;
    bench.journal.take_over();
    let began = Instant::now();
    let outcome = first.await.unwrap();
    assert_eq!(told(&outcome), "indeterminate Unknown");
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    assert_eq!(bench.journal.outcomes(), [("indeterminate".into(), "unknown".into())]);
    let written = bench.journal.written();
    assert_eq!(written.last().unwrap(), "outcome", "the key is another's: {written:?}");
}

/// What ends a call before its start ends it without an effect.
#[tokio::test(start_paused = true)]
async fn what_never_started_is_free_again() {
    let bench = Bench::keyed(Idempotency::new());
    let queued = function(|_| async {
        sleep(Duration::from_mins(1)).await;
        Ok(Reply::text("never"))
    });
    let panics = function(|_| async { panic!("in a layer") });
    let fails = function(|_| async { Err(ToolError::new("x_y", "refused")) });
    let journal: Arc<dyn Journal> = Arc::new(bench.journal.clone());
    let records = Records { journal: Some(journal), ..Records::default() };
    let layer = || JournalLayer::of(&bench.tool, &records, Clock::system(), stats());
    for (inner, expected) in
        [(queued, "timeout None"), (panics, "internal None"), (fails, "x_y None")]
    {
        let (call, _) = bench.call(Some("k"), argument());
        let outcome = inner.within(layer()).run(call).await;
        assert_eq!(told(&outcome), expected);
        assert_eq!(bench.journal.written().last().unwrap(), "release");
    }
    assert_eq!(told(&bench.run(Some("k"), argument()).await), "run 1");
}
