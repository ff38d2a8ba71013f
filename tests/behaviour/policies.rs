//! The policies as a user writes them: attribute, pipeline and answer together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mcp_runtime::{
    Caller, Code, Context, Decision, Effect, Reply, Server, State, ToolError, dependency, tool,
    tools,
};
use mcp_testkit::TestServer;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

/// How often a function ran, and how often it is to fail.
#[derive(Clone, Default)]
struct Log(Arc<(AtomicU64, AtomicU64)>);

impl Log {
    fn failing(times: u64) -> Self {
        Self(Arc::new((AtomicU64::new(0), AtomicU64::new(times))))
    }

    fn fail(&self, times: u64) {
        self.0.1.store(times, Ordering::SeqCst);
    }

    fn runs(&self) -> u64 {
        self.0.0.load(Ordering::SeqCst)
    }

    fn run(&self) -> Result<u64, ToolError> {
        let runs = self.0.0.fetch_add(1, Ordering::SeqCst) + 1;
        let left = self.0.1.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => Err(ToolError::new("backend_unavailable", "the exchange is down").retryable()),
            Err(_) => Ok(runs),
        }
    }
}

/// A price that may be asked again.
#[tool(read_only, retry(attempts = 3, base = "10ms"))]
async fn retried(State(log): State<Log>) -> Result<u64, ToolError> {
    log.run()
}

#[tokio::test(start_paused = true)]
async fn a_read_is_tried_again() {
    let server = TestServer::new(tools![retried]).state(Log::failing(2));
    assert_eq!(server.call("retried", json!({})).await.data::<u64>(), 3);
    assert_eq!(server.stats().get("retried", Decision::Retried), 2);
}

/// The exchange.
#[dependency(breaker(failures = 3, open = "5s"))]
struct Exchange;

/// A price from the exchange.
#[tool(read_only, dependency = Exchange)]
async fn from_exchange(State(log): State<Log>) -> Result<u64, ToolError> {
    log.run()
}

/// Another price from the exchange.
#[tool(read_only, dependency = Exchange)]
async fn also_from_exchange(State(log): State<Log>) -> Result<u64, ToolError> {
    log.run()
}

#[tokio::test(start_paused = true)]
async fn an_exchange_that_fails_is_left_alone_by_all_its_tools() {
    let log = Log::failing(3);
    let server = TestServer::new(tools![from_exchange, also_from_exchange]).state(log.clone());
    for _ in 0..3 {
        server.call("from_exchange", json!({})).await.error();
    }
    let refused = server.call("also_from_exchange", json!({})).await;
    assert_eq!(*refused.error().code(), Code::CircuitOpen);
    assert_eq!(refused.error().stated_effect(), Some(Effect::None));
    assert_eq!(log.runs(), 3);
    assert_eq!(server.stats().get("also_from_exchange", Decision::Tripped), 1);
    sleep(Duration::from_secs(6)).await;
    server.call("also_from_exchange", json!({})).await.reply();
}

/// A price that is good for a while.
#[tool(
    read_only,
    cache_ttl = "30s",
    stale_while_revalidate = "10s",
    stale_if_error = "10m",
    cache(shared, normalize = upper)
)]
async fn cached(symbol: String, State(log): State<Log>) -> Result<String, ToolError> {
    log.run().map(|runs| format!("{symbol} {runs}"))
}

fn upper(arguments: &mut Map<String, Value>) {
    if let Some(Value::String(symbol)) = arguments.get_mut("symbol") {
        *symbol = symbol.trim().to_uppercase();
    }
}

#[tokio::test(start_paused = true)]
async fn one_spelling_and_one_flight_for_all() {
    let log = Log::default();
    let server = TestServer::new(tools![cached]).state(log.clone());
    let calls =
        ["AAPL", "aapl ", "Aapl"].map(|symbol| server.call("cached", json!({ "symbol": symbol })));
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.text(), "AAPL 1");
    }
    assert_eq!(log.runs(), 1);
    server.call("cached", json!({ "symbol": "MSFT" })).await.reply();
    assert_eq!(log.runs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stale_price_is_better_than_none_and_says_so() {
    let log = Log::default();
    let server = TestServer::new(tools![cached]).state(log.clone());
    server.call("cached", json!({ "symbol": "AAPL" })).await.reply();
    log.fail(u64::MAX);
    sleep(Duration::from_mins(2)).await;
    let answer = server.call("cached", json!({ "symbol": "AAPL" })).await;
    assert_eq!(answer.text(), "AAPL 1");
    let shown = format!("{:?}", answer.reply().content());
    assert!(shown.contains("stale"), "{shown}");
    assert!(answer.reply().meta().keys().any(|key| key.contains("stale")));
    assert_eq!(server.stats().get("cached", Decision::CacheStale), 1);
    sleep(Duration::from_hours(1)).await;
    server.call("cached", json!({ "symbol": "AAPL" })).await.error();
}

/// A balance of one's own.
#[tool(read_only, cache_ttl = static)]
async fn own(caller: Caller) -> String {
    caller.principal().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_cached_result_is_the_callers_own() {
    let app = Server::new("t", "0").tools(tools![own]).build().unwrap();
    for caller in [Caller::local(), Caller::anonymous(), Caller::local()] {
        let reply = app.call_as(caller.clone(), "own", json!({}), Map::new()).await.unwrap();
        assert_eq!(reply.content()[0], mcp_runtime::Content::text(caller.principal()));
    }
}

/// Yesterday's price.
#[tool(read_only)]
async fn yesterday(symbol: String) -> Result<String, ToolError> {
    Ok(format!("{symbol} yesterday"))
}

/// Today's price.
#[tool(read_only, fallback = yesterday)]
async fn today(symbol: String, days: u32, State(log): State<Log>) -> Result<String, ToolError> {
    log.run().map(|_| format!("{symbol} {days}"))
}

#[tokio::test(start_paused = true)]
async fn the_fallback_answers_and_says_so() {
    let server = TestServer::new(tools![today]).state(Log::failing(1));
    let arguments = json!({ "symbol": "AAPL", "days": 1 });
    let answer = server.call("today", &arguments).await;
    assert_eq!(answer.text(), "AAPL yesterday");
    assert_eq!(answer.reply().meta()["mcp-runtime/fallback"], "yesterday");
    assert_eq!(server.call("today", &arguments).await.text(), "AAPL 1");
}

/// At most two a minute, and one at once.
#[tool(rate_limit = "2/1m per caller burst 1")]
async fn limited() {}

#[tokio::test(start_paused = true)]
async fn a_rate_is_kept_and_says_when() {
    let server = TestServer::new(tools![limited]);
    server.call("limited", json!({})).await.reply();
    let refused = server.call("limited", json!({})).await;
    let public = refused.error().to_json();
    assert_eq!((&public["code"], &public["retry_after"]), (&json!("rate_limited"), &json!(30)));
    assert_eq!(public["effect"], "none");
    sleep(Duration::from_secs(30)).await;
    server.call("limited", json!({})).await.reply();
}

/// Take a second, one at a time, with two waiting.
#[tool(read_only, concurrency = 1, queue(depth = 2, wait = "5s"))]
async fn narrow() -> u32 {
    sleep(Duration::from_secs(1)).await;
    1
}

#[tokio::test(start_paused = true)]
async fn the_queue_is_bounded_and_the_rest_is_shed() {
    let server = TestServer::new(tools![narrow]);
    let started = Instant::now();
    let calls = (0..10).map(|_| server.call("narrow", json!({})));
    let answers = futures_util::future::join_all(calls).await;
    let (done, shed): (Vec<_>, Vec<_>) = answers.iter().partition(|one| one.outcome().is_ok());
    assert_eq!((done.len(), shed.len()), (3, 7));
    for answer in shed {
        assert_eq!(*answer.error().code(), Code::Overloaded);
        assert!(answer.error().to_json()["retry_after"].is_number());
    }
    assert_eq!(started.elapsed(), Duration::from_secs(3));
}

/// Far too much.
#[tool(read_only, max_result = "1KB")]
async fn large(limit: Option<u32>) -> Vec<u32> {
    (0..limit.unwrap_or(10_000)).collect()
}

#[tokio::test]
async fn a_result_that_is_too_large_says_how_to_narrow() {
    let server = TestServer::new(tools![large]);
    let answer = server.call("large", json!({})).await;
    assert_eq!(answer.error().code().as_str(), "result_too_large");
    assert!(answer.error().message().contains("limit"), "{}", answer.error());
    server.call("large", json!({ "limit": 10 })).await.reply();
}

/// Block a thread.
#[tool(read_only, blocking)]
async fn blocks() -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn blocking_work_has_threads_of_its_own() {
    let server = TestServer::new(tools![blocks]);
    let here = std::thread::current().name().unwrap_or_default().to_owned();
    assert_ne!(server.call("blocks", json!({})).await.text(), here);
}

/// Fail, whatever is asked.
#[tool(read_only)]
async fn fails(what: String) -> Result<Reply, ToolError> {
    Err(ToolError::new("odd_number", format!("{} is odd", what.len())).retryable())
}

#[tokio::test(start_paused = true)]
async fn the_same_failing_call_again_and_again_becomes_final() {
    let server = TestServer::new(tools![fails]);
    for _ in 0..4 {
        assert!(server.call("fails", json!({ "what": "x" })).await.error().is_retryable());
    }
    assert!(!server.call("fails", json!({ "what": "x" })).await.error().is_retryable());
    assert!(server.call("fails", json!({ "what": "y" })).await.error().is_retryable());
    assert_eq!(server.stats().get("fails", Decision::Guarded), 1);
}

/// Remain silent for a while.
#[tool(read_only, heartbeat = "1s")]
async fn silent(ctx: Context) -> String {
    sleep(Duration::from_secs(4)).await;
    ctx.tool().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_does_not_disturb() {
    let server = TestServer::new(tools![silent]);
    assert_eq!(server.call("silent", json!({})).await.text(), "silent");
}

mod elsewhere {
    use mcp_runtime::{ToolError, tool};

    /// Another tool of the same name.
    #[tool(read_only)]
    pub(super) async fn yesterday(symbol: String) -> Result<String, ToolError> {
        Ok(symbol)
    }
}

/// A tool whose fallback has the name of another tool.
#[tool(read_only, fallback = elsewhere::yesterday)]
async fn confused(symbol: String) -> Result<String, ToolError> {
    Ok(symbol)
}

#[test]
fn a_fallback_with_another_tools_name_is_an_error_at_start() {
    let built = Server::new("t", "0").tools(tools![yesterday, confused]).build();
    let message = built.unwrap_err().to_string();
    assert!(message.contains("tool `yesterday`: another tool, here or as a fallback"), "{message}");
    assert!(Server::new("t", "0").tools(tools![confused]).build().is_ok());
}

#[test]
fn a_wait_that_the_servers_timeout_never_lets_end_is_an_error_at_start() {
    let built = Server::new("t", "0")
        .timeout(Duration::from_secs(1))
        .state(Log::default())
        .tools(tools![silent, narrow])
        .build();
    let message = built.unwrap_err().to_string();
    assert!(message.contains("tool `silent`: `heartbeat` of 1s never ends"), "{message}");
    assert!(message.contains("tool `narrow`: the wait of `queue` of 5s never ends"), "{message}");
}

/// What costs a unit.
#[tool(read_only, cost = 1.0)]
async fn costly(what: String) -> String {
    what
}

#[tokio::test]
async fn what_valid_calls_cost_is_counted_by_caller_and_tool() {
    let app = Server::new("t", "0").tools(tools![costly]).build().unwrap();
    for arguments in [json!({ "what": "a" }), json!({ "what": "b" }), json!({ "what": 7 })] {
        let _ = app.call_as(Caller::anonymous(), "costly", arguments, Map::new()).await;
    }
    assert_eq!(app.usage(), [("anonymous".to_owned(), "costly", 2.0)]);
}

/// What this server knows of a customer.
#[tool(read_only, cache_ttl = "30s")]
async fn tenant_report(ctx: Context) -> String {
    ctx.call_id().to_owned()
}

#[test]
fn a_cached_tool_that_reads_the_request_is_an_error_at_start() {
    let built = Server::new("t", "0").tools(tools![tenant_report]).build();
    assert!(built.unwrap_err().to_string().contains("`FromCall::IS_THE_CALLERS`"));
}

/// Hang on the exchange, with an older price in hand.
#[tool(read_only, dependency = Exchange, timeout = "1s", cache_ttl = "1s", stale_if_error = "1h")]
async fn hanging(State(log): State<Log>) -> Result<u64, ToolError> {
    if log.runs() > 0 {
        log.run().ok();
        std::future::pending::<()>().await;
    }
    log.run()
}

#[tokio::test(start_paused = true)]
async fn a_hang_is_the_dependencys_failure_although_a_stale_result_answers() {
    let server = TestServer::new(tools![hanging]).state(Log::default());
    server.call("hanging", json!({})).await.reply();
    sleep(Duration::from_secs(2)).await;
    for _ in 0..5 {
        server.call("hanging", json!({})).await.reply();
        sleep(Duration::from_millis(100)).await;
    }
    assert!(server.stats().get("hanging", Decision::Tripped) > 0, "{:?}", server.stats());
}

/// Panic each time.
#[tool(read_only)]
async fn panicking() {
    panic!("on purpose");
}

#[tokio::test]
async fn the_loop_guard_sees_panics_too() {
    let server = TestServer::new(tools![panicking]);
    for _ in 0..5 {
        server.call("panicking", json!({})).await.error();
    }
    assert_eq!(server.stats().get("panicking", Decision::Guarded), 1);
}

/// Block, again and again.
#[tool(read_only, blocking, retry(attempts = 2, attempt_timeout = "100ms"))]
async fn blocks_twice() {}

#[test]
fn an_attempt_that_blocks_its_thread_cannot_be_timed() {
    let built = Server::new("t", "0").tools(tools![blocks_twice]).build();
    let message = built.unwrap_err().to_string();
    assert!(message.contains("`attempt_timeout` can't end an attempt that blocks"), "{message}");
}
