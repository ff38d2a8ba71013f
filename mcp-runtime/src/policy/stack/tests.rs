//! The whole composition: what no room can promise alone.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::shared::Shared;
use super::{Parts, compose};
use crate::call::Reply;
use crate::caller::Caller;
use crate::config::Settings;
use crate::error::{Code, ToolError};
use crate::output::{OutputSchema, Returned};
use crate::policies::{
    Breaker, Cache, Concurrency, Dependency, DependencyDef, Idempotency, Policies, Queue, Retry,
};
use crate::policy::fallback::Target;
use crate::policy::service::ToolService;
use crate::policy::testing::{call_by, call_of, function, tool};
use crate::records::Records;
use crate::stats::{Decision, Stats};
use crate::store::testing::TestJournal;
use crate::tool::{ToolDef, ToolInfo};
use crate::validate::Validator;

struct Backend;

impl Dependency for Backend {
    const DEF: &'static DependencyDef =
        &DependencyDef::new::<Self>("backend").concurrency(3).queue(8, 700).breaker(Breaker::new());
}

/// Takes as long as its argument says, and fails where it says so.
const DEF: ToolDef = ToolDef::new(
    "t",
    "d",
    &[],
    |_| OutputSchema(None),
    |call| {
        let millis = call.arguments.get("millis").and_then(Value::as_u64).unwrap_or_default();
        let panics = call.arguments.contains_key("panics");
        let fails = call.arguments.get("fails").and_then(Value::as_bool).unwrap_or_default();
        Ok(Box::pin(async move {
            sleep(Duration::from_millis(millis)).await;
            assert!(!panics, "as it was asked to");
            if fails {
                return Err(ToolError::new(Code::BackendUnavailable, "down").retryable());
            }
            Ok(Returned::reply(Reply::text("done")))
        }))
    },
);

#[allow(clippy::large_types_passed_by_value, reason = "written where it is used")]
fn pipeline(timeout: Duration, policies: Policies) -> (Arc<ToolInfo>, ToolService, Stats) {
    let info = ToolInfo { timeout, policies, ..tool() };
    composed(info, Records::default(), None)
}

fn composed(
    info: ToolInfo,
    records: Records,
    fallback: Option<Target>,
) -> (Arc<ToolInfo>, ToolService, Stats) {
    static LEAKED: std::sync::OnceLock<&'static ToolDef> = std::sync::OnceLock::new();
    let def = *LEAKED.get_or_init(|| Box::leak(Box::new(DEF)));
    let stats = Stats::default();
    let shared = Shared::new(&Settings::default(), stats.clone(), records).unwrap();
    let info = Arc::new(info);
    let validator = Validator::new(&serde_json::Map::new()).unwrap();
    let parts = Parts { def, info: &info, validator, rate_limits: &[], users: &[], fallback };
    let service = compose(parts, &shared);
    (info, service, stats)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever the mix of queue, pauses, attempts, breaker and cache: every call is answered, and
    /// none later than its deadline.
    #[test]
    fn no_call_outlives_its_deadline(
        timeout in 50_u64..3_000,
        attempts in 1_u32..5,
        attempt_timeout in proptest::option::of(10_u64..1_000),
        base in 1_u64..800,
        limit in 1_u32..4,
        wait in 1_u64..2_000,
        cached in any::<bool>(),
        calls in proptest::collection::vec((0_u64..2_500, any::<bool>(), 0_u64..500), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut retry = Retry::new(attempts).base_ms(base);
            retry.attempt_timeout = attempt_timeout.map(Duration::from_millis);
            let policies = Policies {
                retry: Some(retry),
                dependencies: &[Backend::DEF],
                concurrency: Some(Concurrency::Fixed(limit)),
                queue: Some(Queue { depth: 8, wait: Duration::from_millis(wait) }),
                cache: cached.then_some(Cache::new(5_000).stale_if_error_ms(60_000)),
                ..Policies::NONE
            };
            let timeout = Duration::from_millis(timeout);
            let (info, service, _) = pipeline(timeout, policies);
            let mut running = Vec::new();
            for (millis, fails, pause) in calls {
                sleep(Duration::from_millis(pause)).await;
                let call = call_of(&info, "anna", json!({ "millis": millis, "fails": fails }));
                let service = service.clone();
                running.push(tokio::spawn(async move {
                    let started = Instant::now();
                    let outcome = service.run(call).await;
                    (started.elapsed(), outcome)
                }));
            }
            for call in running {
                let (elapsed, outcome) = call.await.unwrap();
                prop_assert!(elapsed <= timeout + Duration::from_millis(1), "{elapsed:?} {outcome:?}");
                if let Err(error) = outcome {
                    let known = [
                        Code::Timeout,
                        Code::Overloaded,
                        Code::CircuitOpen,
                        Code::BackendUnavailable,
                    ];
                    prop_assert!(known.contains(error.code()), "{error:?}");
                }
            }
            Ok(())
        })?;
    }
}

/// One tool that is saturated leaves another as quick as it was.
#[tokio::test(start_paused = true)]
async fn a_noisy_neighbour_is_not_heard() {
    let narrow = Policies { concurrency: Some(Concurrency::Fixed(2)), ..Policies::NONE };
    let (noisy, noisy_pipeline, _) = pipeline(Duration::from_secs(10), narrow);
    let (quiet, quiet_pipeline, _) = pipeline(Duration::from_secs(10), narrow);
    for _ in 0..5_000 {
        let call = call_of(&noisy, "bert", json!({ "millis": 9_000 }));
        tokio::spawn(noisy_pipeline.run(call));
    }
    tokio::task::yield_now().await;
    for _ in 0..100 {
        let started = Instant::now();
        let call = call_of(&quiet, "anna", json!({ "millis": 20 }));
        quiet_pipeline.run(call).await.unwrap();
        assert_eq!(started.elapsed(), Duration::from_millis(20));
    }
}

/// A policy that a tool doesn't use decides nothing about its calls.
#[tokio::test(start_paused = true)]
async fn policies_decide_nothing_where_none_is_used() {
    let (info, service, stats) = pipeline(Duration::from_secs(1), Policies::NONE);
    for arguments in [json!({}), json!({ "fails": true }), json!({ "millis": 500 })] {
        let _ = service.run(call_of(&info, "anna", arguments)).await;
    }
    assert_eq!(stats.all(), []);
}

/// A panic is caught where the dependency's part in it can't be seen any more.
#[tokio::test(start_paused = true)]
async fn a_panic_is_held_against_the_dependency() {
    for retry in [None, Some(Retry::new(3))] {
        let policies = Policies { retry, dependencies: &[Backend::DEF], ..Policies::NONE };
        let (info, service, stats) = pipeline(Duration::from_secs(1), policies);
        let mut codes = Vec::new();
        for _ in 0..6 {
            let call = call_of(&info, "anna", json!({ "panics": true }));
            codes.push(service.run(call).await.unwrap_err().code().clone());
        }
        assert!(codes[..5].iter().all(|code| *code == Code::Internal), "{codes:?}");
        assert_eq!(codes[5], Code::CircuitOpen);
        assert_eq!(stats.get("t", Decision::Tripped), 1);
    }
}

/// A tool with keys, and the journal that they are kept in.
#[allow(clippy::large_types_passed_by_value, reason = "written where it is used")]
fn keyed(
    policies: Policies,
    fallback: Option<Target>,
) -> (TestJournal, Arc<ToolInfo>, ToolService, Stats) {
    let journal = TestJournal::default();
    let records = Records { journal: Some(Arc::new(journal.clone())), ..Records::default() };
    let policies =
        Policies { idempotency: Some(Idempotency::new().key_of_arguments()), ..policies };
    let info = ToolInfo { read_only: false, idempotent: true, policies, ..tool() };
    let (info, service, stats) = composed(info, records, fallback);
    (journal, info, service, stats)
}

/// Further attempts are within one start, and a call without a key has none.
#[tokio::test(start_paused = true)]
async fn a_key_makes_attempts_safe_which_are_one_start() {
    let policies = Policies { retry: Some(Retry::new(3)), ..Policies::NONE };
    let (journal, info, service, stats) = keyed(policies, None);
    let call = call_of(&info, "anna", json!({ "fails": true }));
    service.run(call).await.unwrap_err();
    assert_eq!(stats.get("t", Decision::Retried), 2);
    assert_eq!(journal.written(), ["begin", "start", "doubt"]);

    let policies = Policies { idempotency: Some(Idempotency::new()), ..policies };
    let info = ToolInfo { read_only: false, idempotent: true, policies, ..tool() };
    let (info, service, stats) = composed(info, Records::default(), None);
    let call = call_of(&info, "anna", json!({ "fails": true }));
    service.run(call).await.unwrap_err();
    assert_eq!(stats.get("t", Decision::Retried), 0);
}

/// What answers instead has its effect after the start too.
#[tokio::test(start_paused = true)]
async fn a_fallback_answers_within_the_start() {
    let journal = Arc::new(std::sync::OnceLock::<TestJournal>::new());
    let seen = Arc::clone(&journal);
    let answers = function(move |_| {
        let written = seen.get().map(TestJournal::written).unwrap_or_default();
        async move { Ok(Reply::text(written.join(" "))) }
    });
    let other = Arc::new(ToolInfo { name: "other", ..tool() });
    let target = Target { tool: other, pipeline: answers, whole: true };
    let policies = Policies {
        concurrency: Some(Concurrency::Fixed(1)),
        queue: Some(Queue { depth: 1, wait: Duration::from_millis(1) }),
        ..Policies::NONE
    };
    let (kept, info, service, _) = keyed(policies, Some(target));
    let _ = journal.set(kept);
    let long = call_by(&info, Caller::new("bert"), json!({ "millis": 5_000 }));
    tokio::spawn(service.run(long));
    tokio::task::yield_now().await;
    sleep(Duration::from_millis(1)).await;
    let reply = service.run(call_of(&info, "anna", json!({}))).await.unwrap();
    assert_eq!(reply.content()[0], crate::Content::text("begin start begin start"));
}
