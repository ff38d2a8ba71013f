//! What a call sees, and what becomes of a call that is dropped.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::{SETTINGS, ms};
use crate::call::{Reply, ToolCall};
use crate::error::{Code, Effect, ToolError};
use crate::policies::{Dependency, DependencyDef};
use crate::policy::Outcome;
use crate::policy::dependency::circuit::{Phase, Verdict};
use crate::policy::dependency::{Breaker, BreakerLayer, verdict};
use crate::policy::service::ToolService;
use crate::policy::testing::{self, Around};
use crate::stats::{Decision, ToolStats};

struct Bank;

impl Dependency for Bank {
    const DEF: &'static DependencyDef = &DependencyDef::new::<Self>("bank").breaker(SETTINGS);
}

fn breaker() -> Arc<Breaker> {
    Breaker::of(Bank::DEF).unwrap()
}

fn layer(breakers: &[&Arc<Breaker>]) -> (BreakerLayer, Arc<ToolStats>) {
    let stats = testing::stats();
    let breakers = breakers.iter().map(|breaker| Arc::clone(breaker)).collect();
    (BreakerLayer::new(breakers, Arc::clone(&stats)), stats)
}

fn call() -> ToolCall {
    testing::call(json!({}))
}

fn fails() -> ToolService {
    testing::function(|_| async { Err(ToolError::new("timeout", "no")) })
}

/// A function that takes 100 ms, and how often it ran.
fn works() -> (ToolService, Arc<AtomicU32>) {
    let runs = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&runs);
    let function = testing::function(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        async {
            sleep(ms(100)).await;
            Ok(Reply::text("done"))
        }
    });
    (function, runs)
}

async fn trip(breaker: &Arc<Breaker>) {
    let service = layer(&[breaker]).0.around(fails());
    for _ in 0..5 {
        service.run(call()).await.unwrap_err();
    }
    assert!(matches!(breaker.snapshot().phase, Phase::Open { .. }));
}

async fn half_open() -> Arc<Breaker> {
    let breaker = breaker();
    trip(&breaker).await;
    sleep(ms(5_501)).await;
    breaker
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_refuses_and_says_when_to_come_back() {
    let breaker = breaker();
    trip(&breaker).await;
    let Phase::Open { until } = breaker.snapshot().phase else { panic!("tripped") };
    let open = until - Instant::now();
    assert!((ms(4_500)..=ms(5_500)).contains(&open), "{open:?}");

    let (layer, stats) = layer(&[&breaker]);
    let (function, runs) = works();
    let error = layer.around(function).run(call()).await.unwrap_err();
    assert_eq!(error.code(), &Code::CircuitOpen);
    assert_eq!(error.stated_effect(), Some(Effect::None));
    let public = error.to_json();
    let after = Duration::from_secs_f64(public["retry_after"].as_f64().unwrap());
    assert!(after >= open && after <= open + ms(1), "{after:?} of {open:?}");
    assert_eq!(public["next_action"], "retry");
    assert_eq!(public["details"], json!({ "dependency": "bank" }));
    assert_eq!(stats.get(Decision::Tripped), 1);
    assert_eq!(runs.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn replicas_do_not_probe_together() {
    let mut times = Vec::new();
    for _ in 0..50 {
        let breaker = breaker();
        trip(&breaker).await;
        let Phase::Open { until } = breaker.snapshot().phase else { panic!("tripped") };
        times.push(until - Instant::now());
    }
    assert!(times.iter().all(|time| (ms(4_500)..=ms(5_500)).contains(time)));
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*most > *least + ms(300), "{least:?} to {most:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lack_of_room_in_this_server_is_not_the_dependencys_failure() {
    let breaker = breaker();
    let (layer, _) = layer(&[&breaker]);
    for _ in 0..50 {
        let shed = testing::function(|_| async { Err(ToolError::shed("no thread", ms(100))) });
        layer.around(shed).run(testing::call(json!({}))).await.unwrap_err();
    }
    assert_eq!((breaker.snapshot().phase, breaker.snapshot().failed), (Phase::Closed, 0));
}

#[tokio::test(start_paused = true)]
async fn one_of_a_thousand_probes_is_admitted() {
    let breaker = half_open().await;
    let (layer, stats) = layer(&[&breaker]);
    for probe in 1..=3 {
        let (function, runs) = works();
        let service = layer.around(function);
        let all: Vec<_> = (0..1_000).map(|_| tokio::spawn(service.run(call()))).collect();
        let mut answers = 0;
        for one in all {
            answers += u32::from(one.await.unwrap().is_ok());
        }
        assert_eq!((answers, runs.load(Ordering::SeqCst)), (1, 1));
        assert_eq!(stats.get(Decision::Tripped), probe * 999);
    }
    assert_eq!(breaker.snapshot().phase, Phase::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_probe_frees_its_slot_and_one_at_its_deadline_failed() {
    for (dropped_after, frees) in [(9_999, true), (10_000, false)] {
        let breaker = half_open().await;
        let service = layer(&[&breaker]).0.around(testing::function(|_| pending()));
        assert!(timeout(ms(dropped_after), service.run(call())).await.is_err());
        let free = breaker.snapshot().phase == Phase::HalfOpen { good: 0, probing: false };
        assert_eq!(free, frees, "{:?}", breaker.snapshot());
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure() {
    let breaker = half_open().await;
    let function = testing::function(|call: ToolCall| async move {
        assert!(call.arguments().contains_key("unknown"), "a bug");
        Ok(Reply::text("done"))
    });
    let service = layer(&[&breaker]).0.around(function);
    assert!(tokio::spawn(service.run(call())).await.unwrap_err().is_panic());
    assert!(matches!(breaker.snapshot().phase, Phase::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn all_dependencies_must_permit() {
    let (healthy, broken) = (half_open().await, breaker());
    broken.force_open();
    let (function, runs) = works();
    let service = layer(&[&healthy, &broken]).0.around(function);
    let error = service.run(call()).await.unwrap_err();
    assert_eq!(error.code(), &Code::CircuitOpen);
    assert_eq!(healthy.snapshot().phase, Phase::HalfOpen { good: 0, probing: false });
    broken.enable();
    service.run(call()).await.unwrap();
    assert_eq!(healthy.snapshot().phase, Phase::HalfOpen { good: 1, probing: false });
    assert_eq!((broken.snapshot().calls, runs.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_disabled_breaker_lets_everything_through() {
    let breaker = breaker();
    breaker.disable();
    let service = layer(&[&breaker]).0.around(fails());
    for _ in 0..100 {
        let error = service.run(call()).await.unwrap_err();
        assert_eq!(error.code(), &Code::Timeout);
    }
    assert_eq!((breaker.name(), breaker.snapshot().failed), ("bank", 0));
}

#[test]
fn what_counts() {
    let error = |code: &'static str| -> Outcome { Err(ToolError::new(code, "no")) };
    let retryable = |code: &'static str| -> Outcome { Err(ToolError::new(code, "no").retryable()) };
    assert_eq!(verdict(&Ok(Reply::text("done"))), Verdict::Good);
    for code in ["timeout", "backend_unavailable", "overloaded", "internal"] {
        assert_eq!(verdict(&error(code)), Verdict::Failed, "{code}");
    }
    for code in ["invalid_arguments", "not_found", "conflict", "cancelled", "already_paid"] {
        assert_eq!(verdict(&error(code)), Verdict::Ignored, "{code}");
    }
    assert_eq!(verdict(&retryable("bank_is_down")), Verdict::Failed);
    assert_eq!(verdict(&retryable("rate_limited")), Verdict::Ignored);
}
