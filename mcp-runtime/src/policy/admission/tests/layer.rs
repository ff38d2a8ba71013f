//! What a call sees.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::{assert_idle, call, dependency, fixed, layer, ms, takes};
use crate::call::ToolCall;
use crate::error::{Code, Effect, ToolError};
use crate::policies::{Concurrency, Queue};
use crate::policy::admission::adaptive::Sample;
use crate::policy::admission::limiter::target;
use crate::policy::admission::{Limiter, sample};
use crate::policy::testing::{self, Around};
use crate::stats::Decision;

fn call_with(timeout: Duration) -> ToolCall {
    let tool = crate::tool::ToolInfo { timeout, ..testing::tool() };
    testing::call_of(&Arc::new(tool), "anna", json!({}))
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once_and_says_when_to_come_back() {
    let (limiter, gauge) = (fixed(1, 2, ms(9_000)), Arc::default());
    let (layer, stats) = layer(&[&limiter]);
    let service = layer.around(takes(ms(400), &gauge));
    service.run(call()).await.unwrap();
    let running: Vec<_> = (0..3).map(|_| tokio::spawn(service.run(call()))).collect();
    tokio::task::yield_now().await;
    let start = Instant::now();
    let error = service.run(call()).await.unwrap_err();
    assert_eq!(start.elapsed(), ms(0));
    assert_eq!(error.code(), &Code::Overloaded);
    assert_eq!(error.stated_effect(), Some(Effect::None));
    // Two wait before it, and each takes 400 ms.
    assert_eq!(error.to_json()["retry_after"], json!(1.2));
    assert_eq!(error.to_json()["details"], json!({ "limit": "tool" }));
    assert_eq!((stats.get(Decision::Queued), stats.get(Decision::Shed)), (2, 1));
    for one in running {
        one.await.unwrap().unwrap();
    }
    assert_eq!((gauge.most(), gauge.runs()), (1, 4));
    assert_idle(&limiter);
}

#[tokio::test(start_paused = true)]
async fn a_depth_of_zero_means_no_waiting() {
    let (limiter, gauge) = (fixed(1, 0, ms(9_000)), Arc::default());
    let service = layer(&[&limiter]).0.around(takes(ms(400), &gauge));
    let first = tokio::spawn(service.run(call()));
    tokio::task::yield_now().await;
    assert_eq!(service.run(call()).await.unwrap_err().code(), &Code::Overloaded);
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_pause_is_reckoned_within_reason() {
    // What calls have taken, and what a refused one is told, in seconds.
    for (took, told) in [(None, 1.0), (Some(1), 0.1), (Some(700), 0.7), (Some(90_000), 30.0)] {
        let (limiter, gauge) = (fixed(1, 0, ms(0)), Arc::default());
        let (layer, _) = layer(&[&limiter]);
        if let Some(took) = took {
            layer.around(takes(ms(took), &gauge)).run(call()).await.unwrap();
        }
        let service = layer.around(takes(ms(50), &gauge));
        let first = tokio::spawn(service.run(call()));
        tokio::task::yield_now().await;
        let error = service.run(call()).await.unwrap_err();
        assert_eq!(error.to_json()["retry_after"].as_f64(), Some(told), "{took:?}");
        first.await.unwrap().unwrap();
    }
}

#[test]
fn the_target_is_a_tenth_of_the_timeout_and_at_most_100_ms() {
    assert_eq!([200, 1_000, 10_000].map(|timeout| target(ms(timeout))), [20, 100, 100].map(ms));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_the_wait_or_the_deadline() {
    for (wait, timeout, expected) in [(500, 10_000, 500), (5_000, 700, 700)] {
        let (limiter, gauge) = (fixed(1, 8, ms(wait)), Arc::default());
        let (layer, stats) = layer(&[&limiter]);
        let service = layer.around(takes(ms(60_000), &gauge));
        let first = tokio::spawn(service.run(call()));
        tokio::task::yield_now().await;
        let start = Instant::now();
        let error = service.run(call_with(ms(timeout))).await.unwrap_err();
        assert_eq!(start.elapsed(), ms(expected));
        assert_eq!(error.code(), &Code::Overloaded);
        assert_eq!((stats.get(Decision::Queued), stats.get(Decision::Shed)), (1, 1));
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_idle(&limiter);
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_as_its_waiter_goes_passes_on() {
    let (limiter, gauge) = (fixed(1, 8, ms(9_000)), Arc::default());
    let service = layer(&[&limiter]).0.around(takes(ms(100), &gauge));
    let first = tokio::spawn(service.run(call()));
    tokio::task::yield_now().await;
    let mut leaver = Box::pin(service.run(call()));
    assert!(futures_util::poll!(&mut leaver).is_pending());
    let last = tokio::spawn(service.run(call()));
    first.await.unwrap().unwrap();
    assert_eq!(limiter.counts().granted, 1);
    drop(leaver);
    timeout(ms(101), last).await.unwrap().unwrap().unwrap();
    assert_idle(&limiter);
}

#[tokio::test(start_paused = true)]
async fn permits_are_taken_in_one_order() {
    let (a, b) = (dependency("a", 1), dependency("b", 1));
    let gauge = Arc::default();
    let only = layer(&[&a]).0.around(takes(ms(100), &gauge));
    let forth = layer(&[&a, &b]).0.around(takes(ms(100), &gauge));
    let back = layer(&[&b, &a]).0.around(takes(ms(100), &gauge));
    let start = Instant::now();
    let all = [
        tokio::spawn(only.run(call())),
        tokio::spawn(forth.run(call())),
        tokio::spawn(back.run(call())),
    ];
    for one in all {
        one.await.unwrap().unwrap();
    }
    assert_eq!(start.elapsed(), ms(300));
}

#[tokio::test(start_paused = true)]
async fn the_tool_comes_first_and_gives_its_permit_back_when_a_dependency_refuses() {
    let tool = fixed(2, 0, ms(0));
    let bank = dependency("bank", 1);
    let gauge = Arc::default();
    let service = layer(&[&bank, &tool]).0.around(takes(ms(3_000), &gauge));
    let first = tokio::spawn(service.run(call()));
    let waits = tokio::spawn(service.run(call()));
    tokio::task::yield_now().await;
    let refused = service.run(call()).await.unwrap_err();
    assert_eq!(refused.to_json()["details"], json!({ "limit": "tool" }));
    let refused = waits.await.unwrap().unwrap_err();
    assert_eq!(refused.to_json()["details"], json!({ "limit": "bank" }));
    assert_eq!(tool.counts().running, 1);
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_saturated_tool_delays_nobody_else() {
    let (noisy, quiet) = (fixed(4, 64, ms(1_000)), fixed(4, 64, ms(1_000)));
    let gauge = Arc::default();
    let slow = layer(&[&noisy]).0.around(takes(ms(5_000), &gauge));
    let (quiet, stats) = layer(&[&quiet]);
    let quick = quiet.around(takes(ms(20), &gauge));
    let flood = tokio::spawn(async move {
        for _ in 0..5_000 {
            tokio::spawn(slow.run(call()));
            sleep(ms(1)).await;
        }
    });
    for _ in 0..100 {
        let start = Instant::now();
        quick.run(call()).await.unwrap();
        assert_eq!(start.elapsed(), ms(20));
        sleep(ms(7)).await;
    }
    assert_eq!((stats.get(Decision::Queued), stats.get(Decision::Shed)), (0, 0));
    assert_eq!(noisy.counts().running, 4);
    flood.abort();
}

#[test]
fn what_a_calls_end_says_about_load() {
    let second = Duration::from_secs(1);
    let reply = || Ok(crate::call::Reply::text("done"));
    assert_eq!(sample(&reply(), second * 5, second * 10), Sample::Good);
    assert_eq!(sample(&reply(), second * 6, second * 10), Sample::Neutral);
    for (code, expected) in [
        ("timeout", Sample::Overload),
        ("overloaded", Sample::Overload),
        ("rate_limited", Sample::Overload),
        ("backend_unavailable", Sample::Neutral),
        ("invalid_arguments", Sample::Neutral),
    ] {
        let outcome = Err(ToolError::new(code, "no"));
        assert_eq!(sample(&outcome, second, second * 10), expected, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_at_its_deadline_lowers_the_limit_and_a_cancelled_one_does_not() {
    let queue = Queue { depth: 0, wait: ms(0) };
    for (dropped_after, limit) in [(9_999, 2), (10_000, 1)] {
        let limiter = Limiter::of_tool(Concurrency::Adaptive { max: 4 }, Some(queue));
        let service = layer(&[&limiter]).0.around(testing::function(|_| pending()));
        let call = service.run(call());
        assert!(timeout(ms(dropped_after), call).await.is_err());
        assert_eq!(limiter.counts().limit, limit);
        assert_idle(&limiter);
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_waited_for_one_waits_for_the_next_one_too() {
    let (a, b) = (dependency("a", 1), dependency("b", 1));
    let gauge = Arc::default();
    let holds_a = layer(&[&a]).0.around(takes(ms(100), &gauge));
    let holds_b = layer(&[&b]).0.around(takes(ms(300), &gauge));
    let (both, stats) = layer(&[&a, &b]);
    let both = both.around(takes(ms(50), &gauge));
    let start = Instant::now();
    let held = [tokio::spawn(holds_a.run(call())), tokio::spawn(holds_b.run(call()))];
    tokio::task::yield_now().await;
    both.run(call()).await.unwrap();
    assert_eq!(start.elapsed(), ms(350));
    assert_eq!(stats.get(Decision::Queued), 1, "it is one call");
    for one in held {
        one.await.unwrap().unwrap();
    }
    assert_idle(&a);
    assert_idle(&b);
}

/// Where a limit is one, a dropped call and the next one never run at once.
#[tokio::test(start_paused = true)]
async fn a_dropped_call_ends_before_it_gives_its_place_back() {
    struct Ending(Arc<Limiter>, Arc<AtomicU32>);

    impl Drop for Ending {
        fn drop(&mut self) {
            self.1.store(self.0.counts().running, Ordering::SeqCst);
        }
    }

    let (limiter, seen) = (fixed(1, 0, ms(0)), Arc::new(AtomicU32::new(0)));
    let (inside, told) = (Arc::clone(&limiter), Arc::clone(&seen));
    let service = layer(&[&limiter]).0.around(testing::function(move |_| {
        let ending = Ending(Arc::clone(&inside), Arc::clone(&told));
        async move {
            let _ending = ending;
            pending().await
        }
    }));
    assert!(timeout(ms(1), service.run(call())).await.is_err());
    assert_eq!(seen.load(Ordering::SeqCst), 1);
    assert_idle(&limiter);
}
