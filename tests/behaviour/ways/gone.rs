//! A client that goes away in the middle of a call: the same becomes of it on both ways.

use std::sync::atomic::Ordering;

use mcp_runtime::private::Ways;
use serde_json::json;

use super::bench::Bench;
use super::written::ends;
use super::{DIRECT, log, without_ids};
use crate::support::{begin_call, call_message, listen, post, send, until};

/// Begins a call, and goes away once its function runs.
async fn leave(bench: &Bench, tool: &str) {
    let address = listen(bench.router.clone()).await;
    let connection = begin_call(address, tool, json!({})).await;
    bench.until_started(1).await;
    drop(connection);
}

#[tokio::test]
async fn a_call_without_a_key_is_dropped_logged_and_recorded() {
    for ways in [Ways::Both, Ways::Sdk] {
        let (log, lines) = log();
        let _logging = tracing::subscriber::set_default(lines);
        let bench = Bench::new(ways);
        leave(&bench, "works").await;
        until("it is dropped", || bench.work.dropped.load(Ordering::SeqCst) == 1).await;
        until("it is recorded", || !ends(bench.app()).is_empty()).await;
        assert_eq!(bench.work.ended.load(Ordering::SeqCst), 0, "{ways:?}");
        assert_eq!(ends(bench.app()), [(json!("cancelled"), json!("unknown"))], "{ways:?}");
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
        let first = bench.begin(request());
        bench.until_started(1).await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(bench.work.dropped.load(Ordering::SeqCst), 0, "{ways:?}");
        bench.work.go_on.notify_one();
        until("it is recorded", || !ends(bench.app()).is_empty()).await;
        let (status, answer) = send(&bench.router, request()).await;
        assert_eq!(status, 200);
        let result = &answer["result"];
        assert_eq!(result["structuredContent"], json!({ "result": 1 }), "{ways:?}: {answer}");
        assert!(result["_meta"]["mcp-runtime/replayed"].is_string(), "{ways:?}: {answer}");
        assert_eq!(bench.work.started.load(Ordering::SeqCst), 1, "{ways:?}");
    }
}
