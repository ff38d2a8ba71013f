//! By age: fresh, refreshed early, stale while it is refreshed, stale in place of a failure, gone.

use super::*;
use crate::error::Code;
use crate::meta;
use crate::policy::testing::Around;

fn age(outcome: &Outcome) -> Option<u64> {
    outcome.as_ref().expect("a reply").meta().get(meta::AGE)?.as_u64()
}

fn mark(outcome: &Outcome) -> Option<&str> {
    outcome.as_ref().expect("a reply").meta().get(meta::STALE)?.as_str()
}

/// The block after the function's own.
fn note(outcome: &Outcome) -> Option<&str> {
    match outcome.as_ref().expect("a reply").content() {
        [_] => None,
        [_, Content::Text(note)] => Some(note),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_fresh_result_is_served_with_its_age() {
    let bench = Bench::new(Cache::new(100_000));
    let first = bench.call().await;
    assert_eq!((text(&first), age(&first), mark(&first)), ("1", None, None));
    pass(42.0).await;
    let second = bench.call().await;
    assert_eq!((text(&second), age(&second), mark(&second)), ("1", Some(42), None));
    assert_eq!(note(&second), None);
    assert_eq!(bench.runs(), 1);
    assert_eq!(bench.counts(), [1, 1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_expired_result_is_made_anew() {
    let bench = Bench::new(Cache::new(100_000));
    bench.call().await.unwrap();
    pass(110.1).await;
    let second = bench.call().await;
    assert_eq!((text(&second), age(&second)), ("2", None));
    assert_eq!(bench.counts(), [0, 2, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn near_its_end_a_result_is_refreshed_by_one_caller_while_all_are_served() {
    // A lifetime of 0.9 s to 1.1 s, and a cost of 1 s: within its last moments nearly every draw
    // asks for a refresh.
    let bench = Bench::new(Cache::new(1_000));
    bench.call().await.unwrap();
    pass(0.89).await;
    for _ in 0..1_000 {
        assert_eq!(text(&bench.call().await), "1");
    }
    settle().await;
    assert_eq!(bench.runs(), 2, "one refresh");
    assert_eq!(bench.counts(), [1_000, 1, 0, 0]);
    pass(1.0).await;
    assert_eq!(text(&bench.call().await), "2");
}

#[tokio::test(start_paused = true)]
async fn a_young_result_is_not_refreshed() {
    let bench = Bench::new(Cache::new(1_000_000));
    bench.call().await.unwrap();
    for _ in 0..1_000 {
        bench.call().await.unwrap();
    }
    settle().await;
    assert_eq!(bench.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stale_result_is_served_at_once_while_one_refresh_runs() {
    let bench = Bench::new(Cache::new(100_000).stale_while_revalidate_ms(50_000));
    bench.call().await.unwrap();
    pass(120.0).await;
    let before = Instant::now();
    for _ in 0..3 {
        let stale = bench.call().await;
        assert_eq!((text(&stale), age(&stale), mark(&stale)), ("1", Some(120), Some("refreshing")));
        let expected = "stale: as of 120 s ago, because a newer result is being made";
        assert_eq!(note(&stale), Some(expected));
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
    pass(1.1).await;
    let fresh = bench.call().await;
    assert_eq!((text(&fresh), mark(&fresh)), ("2", None));
    assert_eq!(bench.runs(), 2);
    assert_eq!(bench.counts(), [1, 1, 3, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_result_too_stale_for_that_is_made_anew() {
    let bench = Bench::new(Cache::new(100_000).stale_while_revalidate_ms(10_000));
    bench.call().await.unwrap();
    pass(121.0).await;
    assert_eq!(text(&bench.call().await), "2");
}

#[tokio::test(start_paused = true)]
async fn a_call_joins_a_refresh_and_may_leave_it() {
    let bench = Bench::new(Cache::new(100_000).stale_while_revalidate_ms(50_000));
    bench.call().await.unwrap();
    pass(120.0).await;
    bench.call().await.unwrap();
    settle().await;
    bench.stock.store.put(
        key::key(
            bench.stock.named,
            &bench.stock.config,
            &call_of(&Arc::new(tool()), "anna", json!({ "n": 1 })),
        ),
        Stored {
            reply: KeptReply::new(Reply::text("old")).unwrap(),
            created: Instant::now(),
            cost: Duration::ZERO,
            lifetime: Duration::ZERO,
            useful: Duration::ZERO,
        },
    );
    let joined = bench.spawn();
    settle().await;
    joined.abort();
    pass(1.1).await;
    assert_eq!(bench.ended(), 2, "the refresh goes on without those who joined it");
    assert_eq!(text(&bench.call().await), "2");
}

#[tokio::test(start_paused = true)]
async fn a_stale_result_stands_in_for_a_failure_and_says_so() {
    let bench = Bench::new(Cache::new(100_000).stale_if_error_ms(600_000));
    bench.call().await.unwrap();
    pass(119.0).await;
    bench.plan([Run::Fails("backend_unavailable")]);
    let stale = bench.call().await;
    assert_eq!(text(&stale), "1");
    assert_eq!((age(&stale), mark(&stale)), (Some(120), Some("backend_unavailable")));
    let expected = "stale: as of 120 s ago, because a newer result could not be made \
                    (backend_unavailable: no answer)";
    assert_eq!(note(&stale), Some(expected));
    assert_eq!(bench.counts(), [0, 2, 1, 0]);
    assert_eq!(text(&bench.call().await), "3", "the failure isn't kept");
}

#[tokio::test(start_paused = true)]
async fn other_failures_are_the_answer() {
    let bench = Bench::new(Cache::new(100_000).stale_if_error_ms(600_000));
    bench.call().await.unwrap();
    pass(120.0).await;
    bench.plan([Run::Fails("not_found")]);
    assert_eq!(bench.call().await.unwrap_err().code(), &Code::NotFound);
    bench.plan([Run::Panics]);
    assert_eq!(bench.call().await.unwrap_err().code(), &Code::Internal);
}

#[tokio::test(start_paused = true)]
async fn a_result_too_stale_for_that_does_not_stand_in() {
    let bench = Bench::new(Cache::new(100_000).stale_if_error_ms(10_000));
    bench.call().await.unwrap();
    pass(121.0).await;
    bench.plan([Run::Fails("timeout")]);
    assert_eq!(bench.call().await.unwrap_err().code(), &Code::Timeout);
}

#[tokio::test(start_paused = true)]
async fn a_stale_result_is_there_before_the_deadline() {
    let config = Cache::new(1_000).stale_if_error_ms(600_000);
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let layer = CacheLayer::new(&tool(), config, store, stats());
    let call = || call_of(&Arc::new(tool()), "anna", json!({}));
    let quick = layer.around(function(|_| async { Ok(Reply::text("quick")) }));
    quick.run(call()).await.unwrap();
    pass(2.0).await;
    let hangs = layer.around(function(|_| async { std::future::pending().await }));
    let (call, started) = (call(), Instant::now());
    let deadline = call.context().deadline();
    let stale = hangs.run(call).await;
    assert_eq!((text(&stale), mark(&stale)), ("quick", Some("timeout")));
    assert!(Instant::now() < deadline);
    assert!(started.elapsed() > Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn errors_are_not_kept() {
    let bench = Bench::new(Cache::new(100_000));
    bench.plan([Run::Fails("not_found"), Run::Fails("timeout")]);
    assert_eq!(bench.call().await.unwrap_err().code(), &Code::NotFound);
    assert_eq!(bench.call().await.unwrap_err().code(), &Code::Timeout);
    assert_eq!(text(&bench.call().await), "3");
    assert_eq!(bench.counts(), [0, 3, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_result_costs_the_time_that_its_function_took() {
    let bench = Bench::new(Cache::new(100_000));
    bench.call().await.unwrap();
    let call = call_of(&Arc::new(tool()), "anna", json!({ "n": 1 }));
    let key = key::key(bench.stock.named, &bench.stock.config, &call);
    let cost = bench.stock.find(&key).await.unwrap().cost;
    assert!((COST..COST + Duration::from_millis(5)).contains(&cost), "{cost:?}");
}

#[tokio::test(start_paused = true)]
async fn lifetimes_differ_from_one_another() {
    let bench = Bench::new(Cache::new(1_000));
    let call = call_of(&Arc::new(tool()), "anna", json!({ "n": 1 }));
    let key = key::key(bench.stock.named, &bench.stock.config, &call);
    let mut lifetimes = Vec::new();
    for _ in 0..200 {
        bench.stock.keep(&key, KeptReply::new(Reply::text("x")).unwrap(), Instant::now()).await;
        lifetimes.push(bench.stock.find(&key).await.unwrap().lifetime);
    }
    lifetimes.sort_unstable();
    let (shortest, longest) = (lifetimes[0].as_millis(), lifetimes[199].as_millis());
    assert!((900..940).contains(&shortest) && (1_060..=1_100).contains(&longest));
}

/// A store elsewhere: it fails, or takes its time.
struct Elsewhere {
    pause: Option<Duration>,
    inner: MemoryCache,
}

impl Elsewhere {
    fn step<T: Send + Unpin + 'static>(&self, step: Step<T>) -> Step<T> {
        let pause = self.pause;
        Step::Waits(Box::pin(async move {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(crate::store::StoreError("it is gone".into())),
            }
            step.await
        }))
    }
}

impl CacheStore for Elsewhere {
    fn get(&self, key: &Key) -> Step<Option<Stored>> {
        self.step(self.inner.get(key))
    }

    fn put(&self, key: Key, stored: Stored) -> Step<()> {
        self.step(self.inner.put(key, stored))
    }
}

/// The answers of two calls, and how long they took in milliseconds.
async fn two_calls(pause: Option<Duration>) -> [(String, u128); 2] {
    let store = Arc::new(Elsewhere { pause, inner: MemoryCache::default() });
    let runs = Arc::new(AtomicUsize::new(0));
    let layer = CacheLayer::new(&tool(), Cache::new(30_000), store, stats());
    let service = layer.around(function(move |_| {
        let run = runs.fetch_add(1, Ordering::Relaxed);
        async move { Ok(Reply::text(run.to_string())) }
    }));
    let call = async || {
        let started = Instant::now();
        let call = call_of(&Arc::new(tool()), "anna", json!({}));
        let outcome = service.run(call).await;
        (text(&outcome).to_owned(), started.elapsed().as_millis())
    };
    [call().await, call().await]
}

#[tokio::test(start_paused = true)]
async fn a_store_elsewhere_is_asked_and_filled() {
    let [first, second] = two_calls(Some(Duration::from_millis(10))).await;
    assert_eq!((first.0.as_str(), second), ("0", ("0".to_owned(), 10)));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_or_hangs_is_an_empty_one() {
    assert_eq!(two_calls(None).await.map(|(text, _)| text), ["0", "1"]);
    let hangs = two_calls(Some(Duration::from_mins(1))).await;
    // Looked in twice, and told once.
    assert_eq!(hangs, [("0".to_owned(), 750), ("1".to_owned(), 750)]);
}
