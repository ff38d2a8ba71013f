//! What both ways have in common where more than one call, or more than a call, is concerned: a
//! server that ends, one that is full, and what layers in front put beside a request.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use mcp_runtime::private::Ways;
use serde_json::json;

use super::bench::{Bench, call};
use super::without_ids;
use super::written::{ends, written};
use crate::support::{send, until};

/// How many calls may run at a time, unless settings say otherwise.
const IN_FLIGHT: usize = 1024;

#[tokio::test]
async fn a_call_is_cut_off_where_the_server_ends() {
    let mut told = Vec::new();
    for ways in [Ways::Both, Ways::Sdk] {
        let bench = Bench::new(ways);
        let answer = bench.begin(call("works"));
        bench.until_started(1).await;
        bench.end.cancel();
        let (status, answer) = answer.await.unwrap();
        until("it is recorded", || !ends(bench.app()).is_empty()).await;
        assert_eq!(bench.work.dropped.load(Ordering::SeqCst), 1, "{ways:?}");
        assert_eq!(bench.work.ended.load(Ordering::SeqCst), 0, "{ways:?}");
        assert_eq!(ends(bench.app()), [(json!("cancelled"), json!("unknown"))], "{ways:?}");
        told.push((status, answer, written(bench.app())));
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn a_call_too_many_is_shed() {
    let mut told = Vec::new();
    for ways in [Ways::Both, Ways::Sdk] {
        let bench = Bench::new(ways);
        let running: Vec<_> = (0..IN_FLIGHT).map(|_| bench.begin(call("works"))).collect();
        bench.until_started(IN_FLIGHT).await;
        let (status, answer) = send(&bench.router, call("works")).await;
        let error = &answer["result"]["_meta"]["mcp-runtime/error"];
        assert_eq!(error["code"], "overloaded", "{answer}");
        told.push((status, without_ids(&answer.to_string()), written(bench.app()).refusals));
        for call in running {
            call.abort();
        }
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn what_a_layer_puts_beside_a_request_is_held_until_its_answer() {
    for ways in [Ways::Both, Ways::Sdk] {
        let bench = Bench::new(ways);
        let permit = Arc::new(());
        let held = Arc::downgrade(&permit);
        let mut request = call("works");
        request.extensions_mut().insert(permit);
        let answer = bench.begin(request);
        bench.until_started(1).await;
        assert!(held.strong_count() > 0, "{ways:?}");
        bench.work.go_on.notify_one();
        assert_eq!(answer.await.unwrap().0, 200);
        until("it is given back", || held.strong_count() == 0).await;
    }
}
