use tokio::time::{advance, sleep};

use super::*;
use crate::call::Reply;
use crate::policy::testing::{Around, call, call_of, function, stats, tool};
use crate::principal::Principal;
use crate::store::rate::MemoryRates;

const MINUTE: RateLimit = RateLimit::new(60, 60_000, Per::Caller).burst(2);

fn limited(limits: &[RateLimit], store: Arc<dyn RateStore>) -> (ToolService, Arc<ToolStats>) {
    let stats = stats();
    let layer = RateLimitLayer::new("t", limits, store, Arc::clone(&stats));
    (layer.around(function(|_| async { Ok(Reply::text("done")) })), stats)
}

fn in_memory(limits: &[RateLimit]) -> (ToolService, Arc<ToolStats>) {
    limited(limits, Arc::new(MemoryRates::new()))
}

/// Decides whatever it was made with, when that time has come.
struct Elsewhere(fn() -> Result<Verdict, StoreError>, Duration);

impl RateStore for Elsewhere {
    fn take(&self, _: &Principal, _: &[Rate]) -> Step<Verdict> {
        let (decide, after) = (self.0, self.1);
        Step::Waits(Box::pin(async move {
            sleep(after).await;
            decide()
        }))
    }
}

async fn fails(service: &ToolService) -> ToolError {
    service.run(call(json!({}))).await.expect_err("it was admitted")
}

async fn passes(service: &ToolService) {
    service.run(call(json!({}))).await.expect("it was refused");
}

#[tokio::test(start_paused = true)]
async fn the_refusal_says_what_the_limit_is_and_when_to_come_back() {
    let (service, stats) = in_memory(&[MINUTE]);
    passes(&service).await;
    passes(&service).await;
    advance(Duration::from_nanos(1)).await;
    let error = fails(&service).await;
    assert_eq!(
        error.to_json(),
        json!({
            "code": "rate_limited",
            "message": "calls of this tool are limited to 60 in 60s for each caller (2 at once): \
                        wait 1s before you make this call again",
            "retryable": true,
            "retry_after": 1,
            "effect": "none",
            "next_action": "retry",
            "details": {"limit": 60, "period": 60, "per": "caller", "burst": 2},
        })
    );
    assert_eq!(stats.get(Decision::Limited), 1);
    advance(Duration::from_secs(1)).await;
    passes(&service).await;
}

#[tokio::test(start_paused = true)]
async fn callers_do_not_share_unless_told_to() {
    let tool = Arc::new(tool());
    for (per, expected) in [
        (Per::Caller, [true, false, true, false]),
        (Per::Tool, [true, false, false, false]),
        (Per::Global, [true, false, false, false]),
    ] {
        let (service, _) = in_memory(&[RateLimit::new(1, 1_000, per)]);
        let mut passed = Vec::new();
        for caller in ["anna", "anna", "bert", "bert"] {
            let call = call_of(&tool, caller, json!({}));
            passed.push(service.run(call).await.is_ok());
        }
        assert_eq!(passed, expected, "{per:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_given_twice_counts_once() {
    let (service, _) = in_memory(&[MINUTE, MINUTE]);
    passes(&service).await;
    passes(&service).await;
    fails(&service).await;
}

#[tokio::test(start_paused = true)]
async fn the_longest_wait_answers() {
    let hour = RateLimit::new(1, 3_600_000, Per::Global);
    let (service, _) = in_memory(&[RateLimit::new(1, 1_500, Per::Caller), hour]);
    passes(&service).await;
    let error = fails(&service).await.to_json();
    assert_eq!((&error["retry_after"], &error["details"]["per"]), (&json!(3600), &json!("global")));
}

#[tokio::test(start_paused = true)]
async fn a_store_elsewhere_decides() {
    let soon = Duration::from_millis(100);
    let (service, _) = limited(&[MINUTE], Arc::new(Elsewhere(|| Ok(Verdict::Allowed), soon)));
    passes(&service).await;
    let refuse = || Ok(Verdict::Refused { which: 0, retry_after: Duration::from_micros(1_500) });
    let (service, _) = limited(&[MINUTE], Arc::new(Elsewhere(refuse, soon)));
    let error = fails(&service).await.to_json();
    assert_eq!((&error["code"], &error["retry_after"]), (&json!("rate_limited"), &json!(0.002)));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_down_admits_nothing() {
    let down = || Err(StoreError("no route to 10.0.0.1".to_owned()));
    let slow = Duration::from_mins(1);
    for store in [Elsewhere(down, Duration::ZERO), Elsewhere(|| Ok(Verdict::Allowed), slow)] {
        let (service, stats) = limited(&[MINUTE], Arc::new(store));
        let start = Instant::now();
        let error = fails(&service).await;
        assert!(start.elapsed() <= STORE_WAIT + Duration::from_millis(1));
        assert_eq!((error.code(), error.is_retryable()), (&Code::Overloaded, true));
        assert_eq!(error.stated_effect(), Some(Effect::None));
        assert!(
            error.developer_message().is_some() && !error.to_json().to_string().contains("10.")
        );
        assert_eq!(stats.get(Decision::Shed), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_bounds_the_store() {
    let slow = Elsewhere(|| Ok(Verdict::Allowed), Duration::from_mins(1));
    let (service, _) = limited(&[MINUTE], Arc::new(slow));
    let mut tool = tool();
    tool.timeout = Duration::from_millis(20);
    let start = Instant::now();
    let late = call_of(&Arc::new(tool), "anna", json!({}));
    service.run(late).await.expect_err("it was admitted");
    assert!(start.elapsed() <= Duration::from_millis(21));
}
