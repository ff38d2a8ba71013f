use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant as RealInstant};

use mcp_runtime::{Code, Effect, State, ToolError, tool, tools};
use serde_json::json;
use tokio::time::Instant;

use super::super::{Fault, Faults, Strike};
use crate::{Answer, TestServer};

/// How often a function ran.
#[derive(Clone, Default)]
struct Runs(Arc<AtomicU32>);

impl Runs {
    fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Run once more.
#[tool(timeout = "10s")]
async fn run(State(runs): State<Runs>) -> u32 {
    runs.0.fetch_add(1, Ordering::Relaxed) + 1
}

/// Look, as often as it takes.
#[tool(read_only, timeout = "10s", retry(attempts = 3, attempt_timeout = "1s"))]
async fn look(State(runs): State<Runs>) -> u32 {
    runs.0.fetch_add(1, Ordering::Relaxed) + 1
}

/// Work for a moment.
#[tool(timeout = "10s", blocking)]
async fn work(State(runs): State<Runs>) -> u32 {
    thread::sleep(Duration::from_millis(30));
    runs.0.fetch_add(1, Ordering::Relaxed) + 1
}

const SECOND: Duration = Duration::from_secs(1);

fn server(tool: &str, fault: Fault) -> (TestServer, Runs) {
    let runs = Runs::default();
    let server = TestServer::new(tools![run, look, work]).state(runs.clone());
    (server.fault(tool, fault), runs)
}

async fn once(tool: &str, fault: Fault) -> (Answer, u32, Duration) {
    let (server, runs) = server(tool, fault);
    let started = Instant::now();
    let answer = server.call(tool, json!({})).await;
    (answer, runs.count(), started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn before_the_effect_nothing_has_run() {
    let full = ToolError::new("disk_full", "no room");
    let (answer, runs, _) = once("run", Fault::error(full)).await;
    assert_eq!((answer.error().code().as_str(), runs), ("disk_full", 0));

    let (answer, runs, _) = once("run", Fault::panic_with("secret")).await;
    assert_eq!((answer.error().code(), runs), (&Code::Internal, 0));
    assert!(!answer.error().to_json().to_string().contains("secret"));
    assert_eq!(answer.error().developer_message(), Some("panicked: secret"));

    let (answer, runs, took) = once("run", Fault::hang()).await;
    assert_eq!((answer.error().code(), runs, took), (&Code::Timeout, 0, 10 * SECOND));

    let (answer, runs, took) = once("run", Fault::latency(SECOND)).await;
    assert_eq!((answer.data::<u32>(), runs, took), (1, 1, SECOND));
}

#[tokio::test(start_paused = true)]
async fn after_the_effect_the_function_has_run() {
    let full = ToolError::new("disk_full", "no room");
    let (answer, runs, _) = once("run", Fault::error(full).after_effect()).await;
    assert_eq!((answer.error().code().as_str(), runs), ("disk_full", 1));

    let (answer, runs, _) = once("run", Fault::panic().after_effect()).await;
    assert_eq!((answer.error().code(), runs), (&Code::Internal, 1));

    let (answer, runs, _) = once("run", Fault::hang().after_effect()).await;
    assert_eq!((answer.error().code(), runs), (&Code::Timeout, 1));
    assert_eq!(answer.error().stated_effect(), Some(Effect::Unknown));

    let (answer, runs, took) = once("run", Fault::latency(SECOND).after_effect()).await;
    assert_eq!((answer.data::<u32>(), runs, took), (1, 1, SECOND));
}

/// The caller can't tell a lost request from a lost reply. The server can.
#[tokio::test(start_paused = true)]
async fn what_is_lost_is_lost_to_the_caller_alone() {
    for (fault, expected) in [(Fault::drop_request(), 0), (Fault::drop_reply_after_effect(), 1)] {
        let (answer, runs, _) = once("run", fault).await;
        let error = answer.error();
        assert_eq!((error.code().as_str(), runs), ("no_answer", expected));
        assert!(error.is_retryable());
        assert_eq!(error.stated_effect(), Some(Effect::Unknown));
    }
    // The pipeline doesn't try again: for it, nothing has failed.
    let (answer, runs, _) = once("look", Fault::drop_reply_after_effect()).await;
    assert_eq!((answer.error().code().as_str(), runs), ("no_answer", 1));
}

/// Around a call there is no deadline: its caller waits for itself.
#[tokio::test(start_paused = true)]
async fn a_call_suffers_outside_of_its_pipeline() {
    let runs = Runs::default();
    let down = ToolError::new("proxy_down", "try later");
    let faults = Faults::of(1)
        .call("run", Fault::latency(60 * SECOND).nth(1))
        .call("run", Fault::error(down).nth(2))
        .call("run", Fault::hang().after_effect().nth(3));
    let server = TestServer::new(tools![run]).state(runs.clone()).faults(&faults);
    let started = Instant::now();
    assert_eq!(server.call("run", json!({})).await.data::<u32>(), 1);
    assert_eq!(started.elapsed(), 60 * SECOND);
    assert_eq!(server.call("run", json!({})).await.error().code().as_str(), "proxy_down");
    assert_eq!(runs.count(), 1);
    let hung = tokio::time::timeout(60 * SECOND, server.call("run", json!({}))).await;
    assert!(hung.is_err());
    assert_eq!(runs.count(), 2);
}

/// Around the function each attempt counts, and the pipeline does what it is there for.
#[tokio::test(start_paused = true)]
async fn each_attempt_passes_the_edge_of_the_function() {
    let runs = Runs::default();
    let down = ToolError::new(Code::BackendUnavailable, "no answer").retryable();
    let faults =
        Faults::of(1).tool("look", Fault::error(down).nth(1)).tool("look", Fault::hang().nth(2));
    let server = TestServer::new(tools![look]).state(runs.clone()).faults(&faults);
    let started = Instant::now();
    assert_eq!(server.call("look", json!({})).await.data::<u32>(), 1);
    assert!(started.elapsed() >= SECOND, "the second attempt has its whole second");
    let struck: Vec<_> = faults.journal().iter().map(Strike::ordinal).collect();
    assert_eq!(struck, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_condition_sees_the_call() {
    let eve = mcp_runtime::Caller::new("eve");
    let down = ToolError::new("down", "down");
    let about_eve = Fault::error(down).when(|call| {
        call.tool() == Some("run") && call.caller().is_some_and(|who| who.principal() == "eve")
    });
    let (server, _) = server("run", about_eve);
    assert!(server.call("run", json!({})).await.outcome().is_ok());
    assert!(server.as_caller(&eve).call("run", json!({})).await.outcome().is_err());
}

#[tokio::test(start_paused = true)]
async fn the_servers_clock_jumps() {
    let (server, _) = server("run", Fault::wall_back(90 * SECOND).once());
    let start = server.time().now();
    server.call("run", json!({})).await.data::<u32>();
    assert_eq!(server.time().now(), start - 90 * SECOND);
    server.call("run", json!({})).await.data::<u32>();
    assert_eq!(server.time().now(), start - 90 * SECOND);
}

/// In real time: paused time has no part in it.
#[tokio::test(start_paused = true)]
async fn a_block_takes_real_time_and_no_other() {
    for tool in ["run", "work"] {
        let real = RealInstant::now();
        let (answer, runs, took) = once(tool, Fault::block(Duration::from_millis(50))).await;
        assert_eq!((answer.data::<u32>(), runs, took), (1, 1, Duration::ZERO), "{tool}");
        assert!(real.elapsed() >= Duration::from_millis(50), "{tool}");
    }
}

/// Whom a block delays: everybody, unless the tool said that it blocks.
#[tokio::test]
async fn a_blocking_tool_blocks_a_thread_of_its_own() {
    for (tool, order) in [("run", ["run", "look"]), ("work", ["look", "work"])] {
        let (server, _) = server(tool, Fault::block(Duration::from_millis(200)));
        let ended = Mutex::new(Vec::new());
        let call = async |tool| {
            server.call(tool, json!({})).await.data::<u32>();
            ended.lock().unwrap().push(tool);
        };
        tokio::join!(call(tool), call("look"));
        assert_eq!(*ended.lock().unwrap(), order);
    }
}

/// A hang can be seen on a `blocking` tool although time is paused: it hangs before the thread.
#[tokio::test(start_paused = true)]
async fn a_blocking_tool_can_hang_in_paused_time() {
    let (answer, runs, took) = once("work", Fault::hang()).await;
    assert_eq!((answer.error().code(), runs, took), (&Code::Timeout, 0, 10 * SECOND));
}

#[tokio::test]
#[should_panic(expected = "a fault is meant for `rum`: the server has no such tool")]
async fn a_fault_for_no_tool_is_refused() {
    let (server, _) = server("rum", Fault::hang());
    server.call("run", json!({})).await;
}

#[test]
#[should_panic(expected = "the server has a plan already")]
fn a_server_has_one_plan() {
    let (server, _) = server("run", Fault::hang());
    drop(server.faults(&Faults::of(1)));
}

/// Configuring goes on, and loses neither faults nor time.
#[tokio::test(start_paused = true)]
async fn a_server_with_faults_can_be_configured() {
    let (server, _) = server("run", Fault::hang().nth(1));
    let server = server.fault("run", Fault::drop_reply_after_effect().nth(2));
    let server = server.configure(|server| server.timeout(SECOND));
    assert_eq!(server.call("run", json!({})).await.error().code(), &Code::Timeout);
    let lost = server.call("run", json!({})).await;
    assert_eq!(lost.error().code().as_str(), "no_answer");
    let start = server.time().now();
    server.time().wall_forward(SECOND);
    assert_eq!(server.time().now(), start + SECOND);
}
