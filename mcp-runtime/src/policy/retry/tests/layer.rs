use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{Settings, call, layer, ms, retried};
use crate::call::{Held, Reply, ToolCall};
use crate::error::{Code, Effect, ToolError};
use crate::policy::retry::{AttemptTimeoutLayer, RetryLayer, Terms};
use crate::policy::service::ToolService;
use crate::policy::testing::{self, Around};
use crate::stats::Decision;
use crate::tool::ToolInfo;

/// A function that always fails so, and how often it ran.
fn fails(error: ToolError) -> (ToolService, Arc<AtomicU32>) {
    let runs = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&runs);
    let function = testing::function(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        let error = error.clone();
        async { Err(error) }
    });
    (function, runs)
}

fn down() -> ToolError {
    ToolError::new(Code::BackendUnavailable, "no").retryable()
}

fn call_of(tool: ToolInfo) -> ToolCall {
    testing::call_of(&Arc::new(tool), "anna", json!({}))
}

async fn runs_of(tool: ToolInfo, error: ToolError) -> u32 {
    let (function, runs) = fails(error);
    retried(call_of(tool), function).await.unwrap_err();
    runs.load(Ordering::SeqCst)
}

#[tokio::test(start_paused = true)]
async fn so_many_attempts_in_all_each_with_the_same_arguments() {
    let (layer, stats) = layer(Settings::new(3), &[]);
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let arrived = Arc::clone(&seen);
    let service = layer.around(testing::function(move |call: ToolCall| {
        let shared = matches!(call.arguments, Held::Shared(_));
        arrived.lock().unwrap().push((call.arguments().clone(), shared));
        async { Err(down()) }
    }));
    let call = testing::call(json!({ "id": 7 }));
    let arguments = || call.arguments().clone();
    let expected = [(arguments(), true), (arguments(), true), (arguments(), false)];
    assert_eq!(service.run(call).await.unwrap_err().code(), &Code::BackendUnavailable);
    assert_eq!(*seen.lock().unwrap(), expected, "the last one has them for itself");
    assert_eq!((stats.get(Decision::Retried), stats.get(Decision::RetryDenied)), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_it() {
    let runs = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&runs);
    let function = testing::function(move |_| {
        let run = counter.fetch_add(1, Ordering::SeqCst);
        async move { if run == 0 { Err(down()) } else { Ok(Reply::text("done")) } }
    });
    retried(call(), function).await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_retryable_and_never_what_a_repeat_cannot_mend() {
    assert_eq!(runs_of(testing::tool(), ToolError::new("bank_is_down", "no")).await, 1);
    assert_eq!(runs_of(testing::tool(), ToolError::new("bank_is_down", "no").retryable()).await, 3);
    for code in ["invalid_arguments", "unauthenticated", "insufficient_scope", "circuit_open"] {
        let error = ToolError::new(code, "no").retryable();
        assert_eq!(runs_of(testing::tool(), error).await, 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_is_repeated_only_where_that_is_safe() {
    let write = || ToolInfo { read_only: false, ..testing::tool() };
    assert_eq!(runs_of(write(), down()).await, 1);
    assert_eq!(runs_of(write(), down().effect(Effect::Unknown)).await, 1);
    assert_eq!(runs_of(write(), down().effect(Effect::Applied)).await, 1);
    assert_eq!(runs_of(write(), down().effect(Effect::None)).await, 3);
    let idempotent = ToolInfo { idempotent: true, ..write() };
    assert_eq!(runs_of(idempotent, down().effect(Effect::Unknown)).await, 3);
}

/// Else a key would be free again, or another tool asked, after an effect.
#[tokio::test(start_paused = true)]
async fn the_last_attempt_does_not_undo_what_an_earlier_one_left() {
    let write = ToolInfo { read_only: false, idempotent: true, ..testing::tool() };
    for (tool, first, told) in [
        (write.clone(), None, Effect::Unknown),
        (write.clone(), Some(Effect::Unknown), Effect::Unknown),
        (write.clone(), Some(Effect::Applied), Effect::Applied),
        (write, Some(Effect::None), Effect::None),
        (testing::tool(), None, Effect::None),
    ] {
        for last in [down(), ToolError::new(Code::CircuitOpen, "no").retryable()] {
            let runs = Arc::new(AtomicU32::new(0));
            let function = testing::function(move |_| {
                let error = if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                    first.into_iter().fold(down(), ToolError::effect)
                } else {
                    last.clone().effect(Effect::None)
                };
                async { Err(error) }
            });
            let error = retried(call_of(tool.clone()), function).await.unwrap_err();
            assert_eq!(error.stated_effect(), Some(told), "{first:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn retries_within_retries_are_one_attempt() {
    let (function, runs) = fails(down());
    let inner = layer(Settings::new(3), &[]).0.around(function);
    retried(call(), inner).await.unwrap_err();
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn retries_within_retries_are_one_attempt_in_another_task_too() {
    let (function, runs) = fails(down());
    let inner = layer(Settings::new(3), &[]).0.around(function);
    let elsewhere = testing::function(move |call: ToolCall| {
        let task = tokio::spawn(crate::trying::carried(inner.run(call)));
        async { task.await.unwrap() }
    });
    retried(call(), elsewhere).await.unwrap_err();
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

fn terms(settings: Settings) -> Terms {
    Terms { settings, budgets: Vec::new(), stats: testing::stats() }
}

#[test]
fn pauses_double_to_five_seconds_and_spread_from_zero() {
    let terms = terms(Settings::new(3));
    let most: Vec<_> = (1..9).map(|number| terms.pause(number, &down(), 1.0)).collect();
    let expected = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map(ms);
    assert_eq!(most, expected);
    assert_eq!(terms.pause(3, &down(), 0.0), ms(0));
    assert_eq!(terms.pause(3, &down(), 0.5), ms(200));
    assert_eq!(terms.pause(u32::MAX, &down(), 1.0), ms(5_000));
}

#[test]
fn throttled_pauses_start_at_a_second() {
    for code in ["rate_limited", "overloaded"] {
        let error = ToolError::new(code, "no").retryable();
        assert_eq!(terms(Settings::new(3)).pause(1, &error, 1.0), ms(1_000), "{code}");
        let slower = Settings { base: ms(3_000), ..Settings::new(3) };
        assert_eq!(terms(slower).pause(1, &error, 1.0), ms(3_000), "{code}");
    }
}

#[test]
fn a_stated_pause_is_the_least() {
    let terms = terms(Settings::new(3));
    let error = down().retry_after(ms(1_500));
    assert_eq!(terms.pause(1, &error, 0.0), ms(1_500));
    assert_eq!(terms.pause(1, &error, 1.0), ms(1_600));
    assert!(terms.pause(1, &down().retry_after(Duration::MAX), 1.0) > ms(1_u64 << 62));
}

#[tokio::test(start_paused = true)]
async fn the_stated_pause_is_kept() {
    let (function, _) = fails(down().retry_after(ms(2_000)));
    let start = Instant::now();
    retried(call(), function).await.unwrap_err();
    assert!((ms(4_000)..=ms(4_302)).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn no_attempt_starts_that_the_deadline_cannot_hold() {
    // Within the 10 s of the call.
    for (attempt_timeout, retry_after, expected) in [
        (None, 9_000, 2),
        (None, 10_000, 1),
        (Some(ms(5_000)), 3_000, 2),
        (Some(ms(5_000)), 5_001, 1),
    ] {
        let settings = Settings { attempt_timeout, ..Settings::new(2) };
        let (function, runs) = fails(down().retry_after(ms(retry_after)));
        let service = layer(settings, &[]).0.around(function);
        let start = Instant::now();
        service.run(call()).await.unwrap_err();
        assert_eq!(runs.load(Ordering::SeqCst), expected, "{attempt_timeout:?} {retry_after}");
        assert_eq!(start.elapsed() == ms(0), expected == 1, "nobody waits for nothing");
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_timeout() {
    let hangs = testing::function(|_| std::future::pending());
    let runs = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&runs);
    let inner = AttemptTimeoutLayer::new(ms(500)).around(hangs);
    let attempts = testing::function(move |call| {
        counter.fetch_add(1, Ordering::SeqCst);
        inner.run(call)
    });
    let start = Instant::now();
    let error = retried(call(), attempts).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), (&Code::Timeout, true));
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert!((ms(1_500)..=ms(1_802)).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_not_the_attempts_to_tell() {
    let takes = testing::function(|_| async {
        sleep(ms(10_500)).await;
        Ok(Reply::text("done"))
    });
    AttemptTimeoutLayer::new(ms(10_000)).around(takes).run(call()).await.unwrap();
}

/// What an attempt does: how long it takes, and how it fails.
type Script = (u64, Option<u64>, bool);

fn scripted(script: Vec<Script>) -> ToolService {
    let run = Arc::new(AtomicU32::new(0));
    testing::function(move |call: ToolCall| {
        let at = run.fetch_add(1, Ordering::SeqCst) as usize;
        let (takes, retry_after, throttled) = script[at % script.len()];
        async move {
            // Stands for what waits within: it keeps the deadline, as every policy must.
            sleep(ms(takes).min(call.context().remaining())).await;
            let code = if throttled { Code::RateLimited } else { Code::BackendUnavailable };
            let error = ToolError::new(code, "no").retryable();
            Err(match retry_after {
                Some(pause) => error.retry_after(ms(pause)),
                None => error,
            })
        }
    })
}

proptest! {
    #[test]
    fn the_deadline_holds_whatever_the_mix(
        timeout in 1..20_000_u64,
        attempts in 0..20_u32,
        attempt_timeout in prop::option::of(1..6_000_u64),
        base in 0..10_000_u64,
        script in prop::collection::vec(
            (0..5_000_u64, prop::option::of(0..8_000_u64), any::<bool>()),
            1..10,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let took = runtime.block_on(async {
            let attempt_timeout = attempt_timeout.map(ms);
            let settings = Settings { attempts, attempt_timeout, base: ms(base) };
            let service = RetryLayer::new(settings, Vec::new(), testing::stats())
                .around(scripted(script));
            let start = Instant::now();
            let tool = ToolInfo { timeout: ms(timeout), ..testing::tool() };
            service.run(call_of(tool)).await.unwrap_err();
            start.elapsed()
        });
        prop_assert!(took <= ms(timeout + 1), "{took:?}");
    }
}
