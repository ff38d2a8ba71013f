//! Many callers.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::{Gauge, assert_idle, fixed, layer, ms, takes};
use crate::call::Reply;
use crate::error::Code;
use crate::policies::{Concurrency, Queue};
use crate::policy::admission::Limiter;
use crate::policy::testing::{self, Around};

#[tokio::test(start_paused = true)]
async fn ten_thousand_callers_never_exceed_the_limit() {
    const CALLERS: u64 = 10_000;
    let (limiter, gauge) = (fixed(16, 512, ms(1_000)), Arc::default());
    let service = layer(&[&limiter]).0.around(takes(ms(10), &gauge));
    let mut random = fastrand::Rng::with_seed(7);
    let all: Vec<_> = (0..CALLERS)
        .map(|_| {
            let service = service.clone();
            let (comes, patience) = (ms(random.u64(..2_000)), ms(random.u64(..200)));
            tokio::spawn(async move {
                sleep(comes).await;
                timeout(patience, service.run(testing::call(json!({})))).await
            })
        })
        .collect();
    let mut answers = 0;
    for one in all {
        match one.await.unwrap() {
            Ok(Ok(_)) => answers += 1,
            Ok(Err(error)) => assert_eq!(error.code(), &Code::Overloaded),
            Err(_gone) => {}
        }
    }
    assert_eq!(gauge.most(), 16);
    // Two seconds of 16 calls at a time, less those whose caller left.
    assert!(answers > 2_000, "{answers}");
    assert_idle(&limiter);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_leak_no_turn() {
    let (limiter, gauge) = (fixed(3, 10_000, ms(60_000)), Arc::<Gauge>::default());
    let inside = Arc::clone(&gauge);
    let service = layer(&[&limiter]).0.around(testing::function(move |_| {
        let inside = inside.enter();
        async move {
            let _inside = inside;
            tokio::task::yield_now().await;
            Ok(Reply::text("done"))
        }
    }));
    let all: Vec<_> = (0..5_000_u32)
        .map(|number| {
            let service = service.clone();
            tokio::spawn(async move {
                let mut call = Box::pin(service.run(testing::call(json!({}))));
                // A third of them leave wherever they happen to be.
                for _ in 0..number % 3 {
                    let _ = futures_util::poll!(&mut call);
                    tokio::task::yield_now().await;
                }
                if number % 3 == 0 {
                    call.await.unwrap();
                }
            })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    assert!(gauge.most() <= 3);
    assert_idle(&limiter);
}

/// Callers that come every `every`, for `time`.
async fn load(limiter: &Arc<Limiter>, takes_ms: u64, every: Duration, time: Duration) -> Report {
    let gauge = Arc::default();
    let service = layer(&[limiter]).0.around(takes(ms(takes_ms), &gauge));
    let (start, mut all) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        let service = service.clone();
        all.push(tokio::spawn(async move {
            let came = Instant::now();
            let answer = service.run(testing::call(json!({}))).await;
            answer.map(|_| came.elapsed())
        }));
        sleep(every).await;
    }
    let mut report = Report::default();
    // By then the load has lasted for a while, and doesn't end yet.
    let settled = all.len() / 2..all.len() * 9 / 10;
    for (number, one) in all.into_iter().enumerate() {
        match one.await.unwrap() {
            Ok(took) if settled.contains(&number) => report.took.push(took),
            Ok(_) => {}
            Err(_) => report.shed += 1,
        }
    }
    report
}

#[derive(Default)]
struct Report {
    shed: usize,
    /// How long answers took, once the load had lasted for a while.
    took: Vec<Duration>,
}

#[tokio::test(start_paused = true)]
async fn under_overload_accepted_calls_keep_their_latency() {
    // Twice as many as there is room for.
    let limiter = fixed(4, 64, ms(1_000));
    let report = load(&limiter, 40, ms(5), ms(10_000)).await;
    assert!(report.shed > 500, "{}", report.shed);
    assert!(report.took.len() > 350, "{}", report.took.len());
    // The target is 100 ms, and 40 ms is the call itself.
    let worst = report.took.iter().max().unwrap();
    assert!(*worst <= ms(140), "{worst:?}");
    assert_idle(&limiter);
}

#[tokio::test(start_paused = true)]
async fn without_overload_nobody_is_shed() {
    let limiter = fixed(4, 64, ms(1_000));
    let report = load(&limiter, 40, ms(11), ms(10_000)).await;
    assert_eq!(report.shed, 0);
}

fn config() -> impl Strategy<Value = (Concurrency, Queue)> {
    let queue = (0..8_u32, 0..3_000_u64).prop_map(|(depth, wait)| Queue { depth, wait: ms(wait) });
    let concurrency = (1..4_u32, any::<bool>()).prop_map(|(max, adaptive)| {
        if adaptive { Concurrency::Adaptive { max } } else { Concurrency::Fixed(max) }
    });
    (concurrency, queue)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes: bounds hold, waits end in time, and nothing is left behind.
    #[test]
    fn no_wait_outlasts_its_bounds(
        (concurrency, queue) in config(),
        callers in prop::collection::vec((0..4_000_u64, 1..2_000_u64, 1..3_000_u64), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let limiter = Limiter::of_tool(concurrency, Some(queue));
            let gauge = Arc::<Gauge>::default();
            let all: Vec<_> = callers
                .into_iter()
                .map(|(comes, works, limit)| {
                    let service = layer(&[&limiter]).0.around(takes(ms(works), &gauge));
                    let tool = crate::tool::ToolInfo { timeout: ms(limit), ..testing::tool() };
                    tokio::spawn(async move {
                        sleep(ms(comes)).await;
                        let start = Instant::now();
                        let call = testing::call_of(&Arc::new(tool), "anna", json!({}));
                        let answer = service.run(call).await;
                        let work = if answer.is_ok() { ms(works) } else { ms(0) };
                        (start.elapsed().saturating_sub(work), queue.wait.min(ms(limit)))
                    })
                })
                .collect();
            for one in all {
                let (waited, bound) = one.await.unwrap();
                assert!(waited <= bound + ms(1), "{waited:?} of {bound:?}");
            }
            assert!(gauge.most() <= concurrency.max());
            assert_idle(&limiter);
        });
    }
}
