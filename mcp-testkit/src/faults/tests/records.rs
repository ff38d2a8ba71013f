//! Faults where a server writes, and what becomes of its calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mcp_runtime::{Code, Effect, State, Store, tool, tools};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::{Fault, Faults, Write};
use crate::{Answer, Folder, TestServer, local};

#[derive(Clone, Default)]
pub(super) struct Runs(Arc<AtomicU32>);

impl Runs {
    pub(super) fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Pay.
#[tool(idempotent, timeout = "10s")]
async fn pay(State(runs): State<Runs>) -> u32 {
    runs.0.fetch_add(1, Ordering::SeqCst) + 1
}

/// Send.
#[tool(timeout = "100ms")]
async fn send(State(runs): State<Runs>) -> u32 {
    runs.0.fetch_add(1, Ordering::SeqCst) + 1
}

/// A server under a plan, and how often its functions ran.
pub(super) fn server(faults: &Faults) -> (TestServer, Runs) {
    let runs = Runs::default();
    let server = TestServer::new(tools![pay, send]).state(runs.clone()).faults(faults);
    (server, runs)
}

pub(super) async fn pays(server: &TestServer, key: &str) -> Answer {
    server.as_caller(local()).key(key).call("pay", json!({})).await
}

/// What the log says of calls that had an intent: that, and what came of it.
pub(super) fn log(server: &TestServer) -> Vec<String> {
    let records = server.app().audit(100).unwrap();
    let text = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let said = |record: &Value| match text(record, "kind").as_str() {
        "outcome" => text(record, "outcome"),
        kind => kind.to_owned(),
    };
    let begun = records.iter().filter(|record| record["kind"] != "refusal");
    begun.map(said).collect()
}

#[tokio::test(start_paused = true)]
async fn an_outage_refuses_and_its_end_is_the_end_of_it() {
    for (edge, write) in [(true, Write::Begin), (true, Write::Start), (false, Write::Begin)] {
        let fault = Fault::outage().on(write).once();
        let faults = if edge { Faults::of(1).store(fault) } else { Faults::of(1).audit(fault) };
        let (server, runs) = server(&faults);
        let refused = pays(&server, "k").await;
        assert!(refused.outcome().is_err(), "{write:?}");
        assert_eq!(refused.error().stated_effect(), Some(Effect::None), "{write:?}");
        assert_eq!(runs.count(), 0, "{write:?}");
        assert_eq!(pays(&server, "k").await.data::<u32>(), 1, "{write:?}");
        faults.assert_all_struck();
    }
}

/// The end of a call is written again for 5 s.
#[tokio::test(start_paused = true)]
async fn an_end_that_is_refused_for_a_while_is_written_later() {
    let faults = Faults::of(1).store(Fault::outage().on(Write::End).times(3));
    let (server, runs) = server(&faults);
    assert_eq!(pays(&server, "k").await.data::<u32>(), 1);
    assert_eq!(log(&server), ["intent", "ok"]);
    assert_eq!(pays(&server, "k").await.data::<u32>(), 1);
    assert_eq!(runs.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_its_end_on_record_a_call_is_not_acknowledged_and_not_repeated() {
    let faults = Faults::of(1)
        .store(Fault::outage().on(Write::End).window(Duration::ZERO..Duration::from_secs(40)));
    let (server, runs) = server(&faults);
    let unclosed = pays(&server, "k").await;
    assert_eq!(unclosed.error().code(), &Code::AuditUnavailable);
    assert_eq!(unclosed.error().stated_effect(), Some(Effect::Applied));
    server.time().advance(Duration::from_mins(2)).await;
    pays(&server, "k").await.is_error(Code::Indeterminate);
    assert_eq!(runs.count(), 1);
}

/// Written, and the server is told that it failed.
#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_runs_nothing_twice() {
    for write in [Write::Begin, Write::Start, Write::End] {
        let faults = Faults::of(1).store(Fault::drop_reply_after_effect().on(write).once());
        let (server, runs) = server(&faults);
        let first = pays(&server, "k").await;
        let succeeds = write == Write::End;
        assert_eq!(first.outcome().is_ok(), succeeds, "{write:?}: {first:?}");
        assert_eq!(runs.count(), u32::from(succeeds), "{write:?}");
        // Whoever holds the key without knowing so gives no sign of life.
        let patient = server.as_caller(local()).key("k").retrying();
        let mut again = patient.call("pay", json!({})).await;
        for _ in 0..10 {
            if again.outcome().is_ok() {
                break;
            }
            server.time().advance(Duration::from_mins(2)).await;
            again = patient.call("pay", json!({})).await;
        }
        assert_eq!(again.data::<u32>(), 1, "{write:?}");
        assert_eq!(runs.count(), 1, "{write:?}");
        faults.assert_all_struck();
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_slows_calls_and_stops_none() {
    let slow = Fault::latency(Duration::from_millis(200));
    let faults = Faults::of(1).store(slow);
    let (server, runs) = server(&faults);
    let began = Instant::now();
    assert_eq!(pays(&server, "k").await.data::<u32>(), 1);
    assert_eq!(began.elapsed(), Duration::from_millis(600), "begin, start, end");
    // The deadline holds, whoever is slow: nothing was done.
    let began = Instant::now();
    let late = server.call("send", json!({})).await;
    assert_eq!(late.error().code(), &Code::Timeout);
    assert_eq!(began.elapsed(), Duration::from_millis(100));
    server.time().advance(Duration::from_secs(1)).await;
    assert_eq!(runs.count(), 1, "what was slow runs nothing later");
    assert_eq!(log(&server), ["intent", "ok", "intent", "timeout"]);
}

#[tokio::test(start_paused = true)]
async fn what_takes_longer_than_its_limit_fails_closed() {
    let slow = Fault::latency(Duration::from_millis(260));
    let silent = Fault::hang().after_effect();
    for fault in [slow, Fault::hang(), silent] {
        let faults = Faults::of(1).audit(fault.on(Write::Begin).once());
        let (server, runs) = server(&faults);
        let began = Instant::now();
        let refused = pays(&server, "k").await;
        assert_eq!(refused.error().code(), &Code::AuditUnavailable, "{faults}");
        assert_eq!(began.elapsed(), Duration::from_millis(250), "{faults}");
        assert_eq!(runs.count(), 0, "{faults}");
    }
}

/// A claim that becomes durable when its call has been refused is given back.
#[tokio::test(start_paused = true)]
async fn a_claim_that_comes_late_is_no_claim() {
    let slow = Fault::latency(Duration::from_millis(300)).on(Write::Begin).once();
    let faults = Faults::of(1).store(slow);
    let (server, runs) = server(&faults);
    pays(&server, "k").await.is_error(Code::AuditUnavailable);
    server.time().advance(Duration::from_secs(1)).await;
    let began = Instant::now();
    assert_eq!(pays(&server, "k").await.data::<u32>(), 1);
    assert_eq!((runs.count(), began.elapsed()), (1, Duration::ZERO));
    assert_eq!(log(&server), ["intent", "audit_unavailable", "intent", "ok"]);
}

/// A fault that can't stand at its edge.
#[track_caller]
fn misfits(put: impl FnOnce(Faults) -> Faults, why: &str) {
    let put = std::panic::AssertUnwindSafe(|| put(Faults::of(1)));
    let panic = std::panic::catch_unwind(put).expect_err("it is refused");
    let told = panic.downcast_ref::<String>().unwrap();
    assert!(told.contains(why), "{told}");
}

#[test]
fn what_does_not_fit_is_told_as_it_is_put_there() {
    let never = "it can't happen there";
    misfits(|f| f.tool("pay", Fault::outage()), never);
    misfits(|f| f.store(Fault::panic()), never);
    misfits(|f| f.audit(Fault::half_frame()), never);
    misfits(|f| f.dependency("bank", Fault::torn()), never);
    misfits(|f| f.store(Fault::torn().after_effect()), "neither before it nor after it");
    let error = || Fault::error(mcp_runtime::ToolError::new("x", "y"));
    misfits(|f| f.store(error()), "`Fault::outage` is one");
    misfits(|f| f.requests(Fault::hang().on(Write::End)), "is of the store and the audit log");
}

/// Conditions compose as elsewhere, and the journal says what was struck.
#[tokio::test(start_paused = true)]
async fn strikes_are_counted_by_kind_and_kept_in_the_journal() {
    let faults = Faults::of(7).store(Fault::outage().on(Write::Begin).nth(2)).audit(
        Fault::latency(Duration::from_millis(5))
            .when(|passing| passing.write() == Some(Write::End) && passing.tool() == Some("send")),
    );
    let (server, runs) = server(&faults);
    assert!(pays(&server, "a").await.outcome().is_ok());
    pays(&server, "b").await.is_error(Code::AuditUnavailable);
    server.call("send", json!({})).await.ok();
    assert_eq!(runs.count(), 2);
    assert_eq!(
        faults.to_string(),
        "faults of seed 7, which MCP_TEST_SEED=7 repeats:
  +0.000s  store, number 4: outage
  +0.000s  audit log, number 5: latency of 5ms",
    );
}

/// The same seed strikes the same writes.
#[tokio::test(start_paused = true)]
async fn a_rate_of_writes_is_the_same_again() {
    let strikes = async || {
        let faults = Faults::of(42).store(Fault::outage().rate(0.2));
        let (server, _) = server(&faults);
        for call in 0..30 {
            let _ = pays(&server, &call.to_string()).await;
        }
        faults.journal().iter().map(super::super::Strike::ordinal).collect::<Vec<_>>()
    };
    let first = strikes().await;
    assert!(first.len() > 5, "{first:?}");
    assert_eq!(strikes().await, first);
}

/// A file keeps its promises too.
#[tokio::test]
async fn a_file_fails_as_memory_does() {
    let folder = Folder::new();
    let faults = Faults::of(1)
        .store(Fault::outage().on(Write::Begin).nth(1))
        .store(Fault::drop_reply_after_effect().on(Write::End).nth(1));
    let (server, runs) = server(&faults);
    let server = server.configure(|s| s.store(Store::file(folder.join("records.db"))));
    pays(&server, "k").await.is_error(Code::AuditUnavailable);
    for _ in 0..2 {
        assert_eq!(pays(&server, "k").await.data::<u32>(), 1);
    }
    assert_eq!(runs.count(), 1);
}
