//! A client that goes away in the middle of a call: the same becomes of it on both ways.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use mcp_runtime::private::Ways;
use mcp_runtime::{AuditLine, AuditLog, AuditSink, Server, State, tool, tools};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{DIRECT, log, without_ids};
use crate::support::{begin_call, call_message, listen, post, send, until};

/// The audit log, as it was written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<Value>>>);

impl AuditSink for Written {
    fn append(&mut self, lines: &[AuditLine]) -> io::Result<()> {
        let lines = lines.iter().map(|line| serde_json::from_str(&line.to_json_line()).unwrap());
        self.0.lock().unwrap().extend(lines);
        Ok(())
    }
}

impl Written {
    /// What the records say of calls' ends.
    fn ends(&self) -> Vec<(Value, Value)> {
        let lines = self.0.lock().unwrap();
        let record = |line: &Value| match &line["record"] {
            Value::Null => line.clone(),
            record => record.clone(),
        };
        let ends = lines.iter().map(record).filter(|record| record["kind"] == "outcome");
        ends.map(|record| (record["outcome"].clone(), record["effect"].clone())).collect()
    }
}

#[derive(Clone, Default)]
struct Work {
    started: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
    go_on: Arc<Notify>,
}

struct OnDrop(Arc<AtomicUsize>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Work {
    async fn run(self) -> usize {
        let _dropped = OnDrop(self.dropped);
        self.started.fetch_add(1, Ordering::SeqCst);
        self.go_on.notified().await;
        self.ended.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Work until told otherwise.
#[tool(public, timeout = "1h")]
async fn works(State(work): State<Work>) -> usize {
    work.run().await
}

/// Work until told otherwise, once.
#[tool(public, idempotent, timeout = "1h")]
async fn works_once(State(work): State<Work>) -> usize {
    work.run().await
}

struct Bench {
    router: Router,
    work: Work,
    written: Written,
}

impl Bench {
    fn new(ways: Ways) -> Self {
        let (work, written) = (Work::default(), Written::default());
        let server = Server::new("ways", "0").state(work.clone()).tools(tools![works, works_once]);
        let server = server.audit(AuditLog::to(written.clone())).in_memory().unwrap();
        Self { router: server.router_by(ways), work, written }
    }

    /// Begins a call, and goes away once its function runs.
    async fn leave(&self, tool: &str) {
        let address = listen(self.router.clone()).await;
        let started = self.work.started.load(Ordering::SeqCst);
        let connection = begin_call(address, tool, json!({})).await;
        until("the call starts", || self.work.started.load(Ordering::SeqCst) > started).await;
        drop(connection);
    }
}

#[tokio::test]
async fn a_call_without_a_key_is_dropped_logged_and_recorded() {
    for ways in [Ways::Both, Ways::Sdk] {
        let (log, lines) = log();
        let _logging = tracing::subscriber::set_default(lines);
        let bench = Bench::new(ways);
        bench.leave("works").await;
        until("it is dropped", || bench.work.dropped.load(Ordering::SeqCst) == 1).await;
        until("it is recorded", || !bench.written.ends().is_empty()).await;
        assert_eq!(bench.work.ended.load(Ordering::SeqCst), 0, "{ways:?}");
        assert_eq!(bench.written.ends(), [(json!("cancelled"), json!("unknown"))], "{ways:?}");
        let lines = without_ids(&log.text());
        assert_eq!(lines.contains(DIRECT), ways == Ways::Both);
        let ends: Vec<_> = lines.lines().filter(|line| line.contains("outcome=")).collect();
        assert!(matches!(ends[..], [end] if end.contains("outcome=\"cancelled\"")), "{lines}");
    }
}

#[tokio::test]
async fn a_call_with_a_key_goes_on_and_its_answer_is_kept() {
    for ways in [Ways::Both, Ways::Sdk] {
        let bench = Bench::new(ways);
        let mut body = call_message("works_once", &json!({}));
        body["params"]["_meta"]["mcp-runtime/idempotency-key"] = json!("k");
        let request = || post("works_once", body.to_string());
        let first = tokio::spawn({
            let (router, request) = (bench.router.clone(), request());
            async move { send(&router, request).await }
        });
        until("the call starts", || bench.work.started.load(Ordering::SeqCst) == 1).await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(bench.work.dropped.load(Ordering::SeqCst), 0, "{ways:?}");
        bench.work.go_on.notify_one();
        until("it is recorded", || !bench.written.ends().is_empty()).await;
        let (status, answer) = send(&bench.router, request()).await;
        assert_eq!(status, 200);
        let result = &answer["result"];
        assert_eq!(result["structuredContent"], json!({ "result": 1 }), "{ways:?}: {answer}");
        assert!(result["_meta"]["mcp-runtime/replayed"].is_string(), "{ways:?}: {answer}");
        assert_eq!(bench.work.started.load(Ordering::SeqCst), 1, "{ways:?}");
    }
}
