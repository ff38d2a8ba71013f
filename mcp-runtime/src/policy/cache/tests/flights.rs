//! One flight for all who ask: joined, left, failed, brought down.

use std::future::pending;

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::*;
use crate::error::Code;
use crate::policy::testing::call;
use crate::trying::{attempts, is_trying};

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_take_one_flight() {
    let bench = Bench::new(Cache::new(30_000));
    let all = join_all((0..1_000).map(|_| bench.call())).await;
    assert!(all.iter().all(|outcome| text(outcome) == "1"));
    assert_eq!(bench.runs(), 1);
    assert_eq!(bench.counts(), [0, 1, 0, 999]);
    assert_eq!(bench.stock.flights.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_looked_before_a_result_came_finds_it_before_running() {
    let bench = Bench::new(Cache::new(30_000));
    let call = call_of(&Arc::new(tool()), "anna", json!({ "n": 1 }));
    let looked = bench.service.run(call);
    bench.call().await.unwrap();
    assert_eq!(text(&looked.await), "1");
    assert_eq!(bench.runs(), 1);
    assert_eq!(bench.counts(), [1, 1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn other_callers_take_their_own() {
    let bench = Bench::new(Cache::new(30_000));
    let (anna, bert) = tokio::join!(bench.call_as("anna"), bench.call_as("bert"));
    assert_ne!(text(&anna), text(&bert));
    assert_eq!(bench.runs(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_one_who_began_may_leave() {
    let bench = Bench::new(Cache::new(30_000));
    let leader = bench.spawn();
    settle().await;
    let waiter = bench.spawn();
    settle().await;
    leader.abort();
    assert_eq!(text(&waiter.await.unwrap()), "1");
    assert_eq!((bench.runs(), bench.ended()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_who_leaves_changes_nothing() {
    let bench = Bench::new(Cache::new(30_000));
    let leader = bench.spawn();
    settle().await;
    let waiter = bench.spawn();
    settle().await;
    waiter.abort();
    assert_eq!(text(&leader.await.unwrap()), "1");
}

#[tokio::test(start_paused = true)]
async fn with_the_last_one_the_flight_ends() {
    let bench = Bench::new(Cache::new(30_000));
    let callers = [bench.spawn(), bench.spawn()];
    settle().await;
    callers.iter().for_each(tokio::task::JoinHandle::abort);
    settle().await;
    assert_eq!(bench.stock.flights.under_way(), 0);
    pass(5.0).await;
    assert_eq!((bench.runs(), bench.ended()), (1, 0), "the function's future was dropped");
    assert_eq!(text(&bench.call().await), "2", "who comes later starts anew");
}

#[tokio::test(start_paused = true)]
async fn an_error_is_shared_by_those_who_waited_for_it() {
    let bench = Bench::new(Cache::new(30_000));
    bench.plan([Run::Fails("not_found")]);
    let all = join_all((0..10).map(|_| bench.call())).await;
    assert!(all.iter().all(|outcome| outcome.as_ref().unwrap_err().code() == &Code::NotFound));
    assert_eq!(bench.runs(), 1);
    assert_eq!(text(&bench.call().await), "2");
}

#[tokio::test(start_paused = true)]
async fn a_panic_promotes_a_waiter() {
    let bench = Bench::new(Cache::new(30_000));
    bench.plan([Run::Panics]);
    let all = join_all((0..10).map(|_| bench.call())).await;
    let (failed, served): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_err);
    assert_eq!((failed.len(), served.len()), (1, 9));
    let error = failed[0].as_ref().unwrap_err();
    assert_eq!(error.code(), &Code::Internal);
    assert_eq!(error.developer_message(), Some("panicked: as planned"));
    assert!(served.iter().all(|outcome| text(outcome) == "2"));
    assert_eq!(bench.runs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_second_panic_is_everyones() {
    let bench = Bench::new(Cache::new(30_000));
    bench.plan([Run::Panics, Run::Panics, Run::Panics]);
    let all = join_all((0..10).map(|_| bench.call())).await;
    assert!(all.iter().all(|outcome| outcome.as_ref().unwrap_err().code() == &Code::Internal));
    assert_eq!(bench.runs(), 2);
    assert_eq!(bench.stock.flights.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_panic_is_also_the_answer_of_those_who_came_in_between() {
    let bench = Bench::new(Cache::new(30_000));
    bench.plan([Run::Panics, Run::Panics]);
    let first = [bench.spawn(), bench.spawn()];
    pass(1.5).await;
    let between = bench.spawn();
    assert!(join_all(first).await.into_iter().all(|outcome| outcome.unwrap().is_err()));
    assert!(between.await.unwrap().is_err());
    assert_eq!(bench.runs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_panic_that_nobody_else_waited_for_is_not_tried_again() {
    let bench = Bench::new(Cache::new(30_000));
    bench.plan([Run::Panics]);
    assert_eq!(bench.call().await.unwrap_err().code(), &Code::Internal);
    assert_eq!(bench.runs(), 1);
}

/// A tool that hangs, and a way to see the time its function has.
fn hanging(config: Cache) -> (ToolService, Arc<Mutex<Vec<Instant>>>) {
    let deadlines = Arc::<Mutex<Vec<Instant>>>::default();
    let seen = Arc::clone(&deadlines);
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let service = CacheLayer::new(&tool(), config, store, stats());
    let service = service.around(function(move |call: ToolCall| {
        seen.lock().unwrap().push(call.context().deadline());
        async { pending().await }
    }));
    (service, deadlines)
}

#[tokio::test(start_paused = true)]
async fn a_flight_has_the_full_time_and_a_caller_its_own() {
    let (service, deadlines) = hanging(Cache::new(1_000));
    let call = || call_of(&Arc::new(tool()), "anna", json!({}));
    let (early, started) = (call(), Instant::now());
    pass(4.0).await;
    let (leader, late) = (service.run(early), service.run(call()));
    let leader = tokio::spawn(leader);
    let late = tokio::spawn(late);
    assert_eq!(leader.await.unwrap().unwrap_err().code(), &Code::Timeout);
    assert_eq!(started.elapsed().as_secs(), 10);
    let error = late.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), (&Code::Timeout, true));
    assert_eq!(started.elapsed().as_secs(), 14);
    let deadlines = deadlines.lock().unwrap();
    let [deadline] = deadlines[..] else { panic!("one run") };
    assert!(deadline >= started + Duration::from_secs(14));
}

#[tokio::test(start_paused = true)]
async fn a_flight_that_nobody_waits_for_ends_at_its_timeout() {
    let config = Cache::new(1_000).stale_while_revalidate_ms(600_000);
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let layer = CacheLayer::new(&tool(), config, store, stats());
    let call = || call_of(&Arc::new(tool()), "anna", json!({}));
    let quick = layer.around(function(|_| async { Ok(Reply::text("quick")) }));
    quick.run(call()).await.unwrap();
    pass(2.0).await;
    let hangs = layer.around(function(|_| async { pending().await }));
    hangs.run(call()).await.unwrap();
    pass(9.9).await;
    assert_eq!(layer.stock.flights.under_way(), 1);
    pass(0.2).await;
    assert_eq!(layer.stock.flights.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_function_spawned_ends_with_the_flight() {
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let layer = CacheLayer::new(&tool(), Cache::new(1_000), store, stats());
    let over = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&over);
    let service = layer.around(function(move |call: ToolCall| {
        let (context, seen) = (call.context().clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            context.cancelled().await;
            seen.fetch_add(1, Ordering::Relaxed);
        });
        async { Ok(Reply::text("x")) }
    }));
    service.run(call_of(&Arc::new(tool()), "anna", json!({}))).await.unwrap();
    settle().await;
    assert_eq!(over.load(Ordering::Relaxed), 1);
}

#[cfg(feature = "cli")]
#[tokio::test(start_paused = true)]
async fn a_flight_runs_in_the_span_of_the_call_that_began_it() {
    use tracing::Instrument;
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let layer = CacheLayer::new(&tool(), Cache::new(1_000), store, stats());
    let service = layer.around(function(|call: ToolCall| async move {
        let span = || tracing::Span::current().metadata().map(tracing::Metadata::name);
        let before = span();
        settle().await;
        assert_eq!(span(), before, "also once it has waited");
        Ok(Reply::text(format!("{before:?} {}", call.context().call_id())))
    }));
    let call = call_of(&Arc::new(tool()), "anna", json!({}));
    let expected = format!("Some(\"leader\") {}", call.context().call_id());
    let outcome = service.run(call).instrument(tracing::info_span!("leader")).await;
    assert_eq!(text(&outcome), expected);
}

#[tokio::test(start_paused = true)]
async fn a_flight_is_no_part_of_what_the_call_that_began_it_tries_again() {
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let layer = CacheLayer::new(&tool(), Cache::new(1_000), store, stats());
    let service = layer.around(function(|_| async { Ok(Reply::text(is_trying().to_string())) }));
    assert_eq!(text(&attempts(service.run(call(json!({})))).await), "false");
}

#[tokio::test(start_paused = true)]
async fn a_flight_that_never_waits_is_over_before_its_call_goes_on() {
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let layer = CacheLayer::new(&tool(), Cache::new(1_000), store, stats());
    let service = layer.around(function(|_| async { Ok(Reply::text("there")) }));
    let outcome = service.run(call(json!({}))).now_or_never().expect("an answer at once");
    assert_eq!(text(&outcome), "there");
    assert_eq!(layer.stock.flights.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_can_be_given_once_is_the_leaders_and_not_kept() {
    let bench = Bench::new(Cache::new(30_000));
    bench.plan([Run::Raw; 4]);
    let all = join_all((0..3).map(|_| bench.call())).await;
    let mut given: Vec<usize> = Vec::new();
    for outcome in all {
        let raw = outcome.unwrap().raw.expect("a raw reply");
        given.push(*raw.0.downcast().unwrap());
    }
    given.sort_unstable();
    assert_eq!(given, [1, 2, 3]);
    assert!(bench.call().await.unwrap().raw.is_some());
    assert_eq!(bench.runs(), 4);
}

#[tokio::test(start_paused = true)]
async fn beyond_the_flights_a_call_runs_alone() {
    let bench = Bench::with_limits(Cache::new(30_000), Limits { flights: 1, waiters: 9 });
    let calls = ["anna", "bert", "bert"].map(|caller| bench.call_as(caller));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(bench.runs(), 3);
    assert_eq!(bench.counts(), [0, 3, 0, 0]);
    bench.call_as("bert").await.unwrap();
    assert_eq!(bench.runs(), 3, "what was made alone is kept too");
}

#[tokio::test(start_paused = true)]
async fn beyond_the_waiters_a_call_is_refused() {
    let bench = Bench::with_limits(Cache::new(30_000), Limits { flights: 9, waiters: 2 });
    let all = join_all((0..3).map(|_| bench.call())).await;
    let error = all.into_iter().find_map(Result::err).expect("one is refused");
    assert_eq!(error.code(), &Code::Overloaded);
    assert_eq!(bench.runs(), 1);
    assert_eq!(bench.stock.stats.get(Decision::Shed), 1);
}
