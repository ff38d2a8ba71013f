//! Faults on every way in.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

mod tools;

use std::time::Duration;

use mcp_runtime::{Code, Effect, ToolError};
use mcp_testkit::{Fault, Faults, Mode, on_every_mode, on_modes};
use serde_json::json;
use tools::server;

#[on_every_mode]
async fn faults_of_a_function_strike(mode: Mode) {
    let down = ToolError::new(Code::BackendUnavailable, "no answer").retryable();
    let faults =
        Faults::seeded(7).tool("sum", Fault::error(down).nth(1)).tool("sum", Fault::hang().nth(2));
    let server = server().faults(&faults).mode(mode);
    server.listed().await;
    tokio::time::pause();
    let sum = async || server.call("sum", json!({ "a": 1, "b": 2 })).await;
    sum().await.is_error(Code::BackendUnavailable).retryable();
    sum().await.is_error(Code::Timeout);
    assert_eq!(sum().await.data::<i64>(), 3);
    faults.assert_all_struck();
}

#[on_every_mode]
async fn faults_of_a_call_are_its_callers(mode: Mode) {
    let faults = Faults::seeded(7)
        .call("everything", Fault::drop_request().nth(1))
        .call("everything", Fault::drop_reply_after_effect().nth(2))
        .call("everything", Fault::latency(Duration::from_millis(5)).nth(3));
    let seen = tools::Seen::default();
    let server = tools::server_with(seen.clone()).faults(&faults).mode(mode);
    for runs in [0, 1] {
        let lost = server.call("everything", json!({})).await;
        lost.is_error("no_answer").effect(Effect::Unknown).retryable();
        assert_eq!(seen.all().len(), runs);
    }
    server.call("everything", json!({})).await.ok();
    faults.assert_all_struck();
}

#[on_every_mode]
async fn a_server_has_one_time(mode: Mode) {
    let server = server().mode(mode);
    let start = server.time().now();
    server.time().wall_forward(Duration::from_hours(1));
    assert!(server.time().now() >= start + Duration::from_hours(1));
    server.call("sum", json!({ "a": 1, "b": 2 })).await.ok();
}

#[on_modes(stdio, http, http_legacy)]
async fn faults_of_the_transport_strike(mode: Mode) {
    let seen = tools::Seen::default();
    let faults = Faults::seeded(7).replies(Fault::disconnect().nth(1));
    let server = tools::server_with(seen.clone()).faults(&faults).mode(mode);
    server.listed().await;
    tokio::time::pause();
    let lost = server.call("everything", json!({})).await;
    lost.is_error("no_answer").effect(Effect::Unknown);
    assert_eq!(seen.all().len(), 1, "it was carried out");
    // Another connection is made where this one is gone.
    server.call("everything", json!({})).await.ok();
    faults.assert_all_struck();
}
