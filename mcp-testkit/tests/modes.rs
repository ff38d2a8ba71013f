//! One test body on every way in, and the same answers on all of them.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

mod tools;

use std::time::Duration;

use mcp_runtime::{Code, Decision, Effect, NextAction, Reply, ToolError, meta};
use mcp_testkit::{Answer, Mode, anonymous, caller, local, on_every_mode, on_modes};
use serde_json::{Map, Value, json};
use tools::{Seen, server};

/// What can be the same: all but an error's own id.
fn comparable(answer: &Answer) -> Value {
    match answer.outcome() {
        Ok(reply) => json!({
            "content": format!("{:?}", reply.content()),
            "structured": reply.structured(),
            "meta": reply.meta(),
        }),
        Err(error) => {
            let mut public = error.to_json();
            public.as_object_mut().map(|public| public.remove("correlation_id"));
            public
        }
    }
}

#[on_every_mode]
async fn answers_are_the_same(mode: Mode) {
    let calls: &[(&str, Value)] = &[
        ("sum", json!({ "a": 1, "b": 2 })),
        ("sum", json!({ "a": "one" })),
        ("sum", json!({ "a": i64::MAX, "b": 1 })),
        ("text", json!({})),
        ("nothing", json!({})),
        ("blocks", json!({})),
        ("everything", json!({})),
        ("fails", json!({})),
        ("scoped", json!({ "customer": 17 })),
        ("remove", json!({ "what": "a" })),
    ];
    let (typed, other) = (server(), server().mode(mode));
    for who in [local(), anonymous(), caller("anna").scope("read:rows.where(customer=18)")] {
        for (tool, arguments) in calls {
            let expected = typed.as_caller(&who).call(tool, arguments).await;
            let came = other.as_caller(&who).call(tool, arguments).await;
            assert_eq!(comparable(&came), comparable(&expected), "{who:?} {tool}");
        }
    }
}

#[on_every_mode]
async fn the_caller_is_the_same_person(mode: Mode) {
    let server = server().mode(mode);
    let anna = caller("anna").scope("read:rows").claim("team", json!({ "name": "a" }));
    let who = server.as_caller(&anna).call("who", json!({})).await.data::<Value>();
    assert_eq!(who, json!(["anna", ["read:rows"], { "name": "a" }]));
    let who = server.call("who", json!({})).await.data::<Value>();
    assert_eq!(who, json!([local().principal(), [], null]));
    let who = server.as_caller(anonymous()).call("who", json!({})).await.data::<Value>();
    assert_eq!(who, json!(["anonymous", [], null]));
}

#[on_every_mode]
async fn callers_keep_apart(mode: Mode) {
    let server = server().mode(mode);
    for name in ["anna", "bert"] {
        let one = server.as_caller(caller(name));
        one.call("once", json!({})).await.ok();
        one.call("once", json!({})).await.is_error(Code::RateLimited);
    }
    assert_eq!(server.count("once", Decision::Limited), 2);
}

#[on_every_mode]
async fn lists_show_what_a_caller_may_call(mode: Mode) {
    let server = server().mode(mode);
    let typed: Vec<Value> =
        tools::server().listed().await.iter().map(|t| t.json().clone()).collect();
    let shown: Vec<Value> = server.listed().await.iter().map(|t| t.json().clone()).collect();
    assert_eq!(shown, typed);
    assert_eq!(shown.len(), server.list().count());
    let names = |tools: Vec<mcp_testkit::ListedTool>| {
        tools.iter().map(|tool| tool.name().to_owned()).collect::<Vec<_>>()
    };
    let eve = names(server.as_caller(caller("eve")).listed().await);
    assert!(eve.iter().all(|name| name != "scoped") && eve.iter().any(|name| name == "sum"));
    let reader = caller("rita").scope("read:rows.where(customer=1)");
    assert!(names(server.as_caller(reader).listed().await).contains(&"scoped".to_owned()));
}

#[on_every_mode]
async fn a_person_confirms_or_nobody_does(mode: Mode) {
    let server = server().mode(mode);
    let anna = server.as_caller(caller("anna"));
    let asked = anna.call("remove", json!({ "what": "a" })).await;
    asked.is_error(Code::ConfirmationRequired).effect(Effect::None);
    let done = anna.confirmed().call("remove", json!({ "what": "a" })).await;
    assert_eq!(done.text(), "removed a");
    anna.call("remove", json!({ "what": "a" })).await.is_error(Code::ConfirmationRequired);
}

#[on_every_mode]
async fn meta_travels_both_ways(mode: Mode) {
    let seen = Seen::default();
    let server = tools::server_with(seen.clone()).mode(mode);
    let keyed = server.as_caller(local()).key("k-1").meta("example.com/x", 7);
    let answer = keyed.call("everything", json!({})).await;
    assert_eq!(answer.meta("example.com/shown"), &json!({ "a": 1 }));
    let seen = seen.all().pop().unwrap();
    assert_eq!(seen["mcp-runtime/idempotency-key"], "k-1");
    assert_eq!(seen["example.com/x"], 7);
}

#[on_every_mode]
async fn an_error_says_all_that_it_may(mode: Mode) {
    let answer = server().mode(mode).call("fails", json!({})).await;
    answer
        .is_error("out_of_stock")
        .retryable()
        .retry_after(Duration::from_millis(1_500))
        .retry_within(Duration::from_secs(2))
        .effect(Effect::None)
        .next_action(NextAction::Fallback);
    let public = answer.error().to_json();
    assert_eq!(public["fallback_tool"], "sum");
    assert_eq!(public["details"], json!({ "left": 0 }));
    assert_eq!(public["partial_data"], json!(["a"]));
    let log = answer.error().developer_message();
    assert_eq!(log, (mode == Mode::Typed).then_some("shelf 7"), "the log's part stays here");
}

#[on_every_mode]
async fn a_concealed_tool_is_not_there(mode: Mode) {
    let server = server().configure(mcp_runtime::Server::conceal).mode(mode);
    let eve = server.as_caller(caller("eve"));
    eve.call("scoped", json!({ "customer": 1 })).await.is_error(Code::NotFound);
    eve.call("sum", json!({ "a": 1, "b": 1 })).await.ok();
}

#[on_every_mode]
async fn time_can_be_paused(mode: Mode) {
    let server = server().mode(mode);
    server.listed().await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    server.call("sleeps", json!({})).await.is_error(Code::Timeout).effect(Effect::None);
    let took = begun.elapsed();
    assert!(
        (Duration::from_mins(4)..Duration::from_mins(4) + Duration::from_secs(5)).contains(&took),
        "{took:?}"
    );
}

#[on_every_mode]
async fn calls_run_beside_each_other(mode: Mode) {
    let server = server().mode(mode);
    let anna = server.as_caller(caller("anna"));
    let calls = (0..20).map(|a| anna.call("sum", json!({ "a": a, "b": 1 })));
    let answers = futures_util::future::join_all(calls).await;
    for (a, answer) in answers.iter().enumerate() {
        assert_eq!(answer.data::<usize>(), a + 1);
    }
}

#[on_every_mode]
async fn a_call_that_is_dropped_is_cancelled(mode: Mode) {
    let seen = Seen::default();
    let server = tools::server_with(seen.clone()).mode(mode);
    server.listed().await;
    let call = server.call("waits", json!({}));
    let given_up = tokio::time::timeout(Duration::from_millis(50), call).await;
    assert!(given_up.is_err());
    let dropped = async {
        while !seen.all().iter().any(|entry| entry.contains_key("dropped")) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), dropped).await.unwrap();
}

#[on_every_mode]
async fn a_body_may_fail_by_its_result(mode: Mode) -> Result<(), ToolError> {
    server().mode(mode).call("sum", json!({ "a": 1, "b": 1 })).await.ok();
    Ok(())
}

#[on_every_mode]
#[should_panic(expected = "the server has no tool `sun`: it has [\"sum\"")]
async fn a_tool_that_is_not_there_is_a_mistake(mode: Mode) {
    server().mode(mode).call("sun", json!({})).await;
}

#[on_every_mode]
#[should_panic(expected = "call: sum {\"a\":\"x\"} as anna [read:rows], ")]
async fn a_message_names_the_call(mode: Mode) {
    let anna = caller("anna").scope("read:rows");
    server().mode(mode).as_caller(&anna).call("sum", json!({ "a": "x" })).await.ok();
}

#[on_modes(stdio, http, http_legacy)]
#[should_panic(expected = "a client can only send an object")]
async fn only_objects_are_arguments(mode: Mode) {
    server().mode(mode).call("sum", 7).await;
}

#[on_modes(stdio, http, http_legacy)]
async fn a_call_without_an_answer_ends(mode: Mode) {
    let server = server().mode(mode);
    server.listed().await;
    tokio::time::pause();
    let bulky = json!({ "a": 1, "b": "x".repeat(8 << 20) });
    let answer = server.call("sum", bulky).await;
    answer.is_error("no_answer").effect(Effect::Unknown).retryable();
    server.call("sum", json!({ "a": 1, "b": 1 })).await.ok();
}

#[on_modes(stdio, http, http_legacy)]
async fn many_callers_have_few_connections(mode: Mode) {
    let server = server().mode(mode);
    for number in 0..150 {
        let one = server.as_caller(caller(format!("caller {number}")));
        one.call("sum", json!({ "a": 1, "b": 1 })).await.ok();
    }
}

#[test]
fn every_mode_is_named() {
    let names: Vec<String> = Mode::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["typed", "stdio", "http", "http_legacy"]);
    assert_eq!(Mode::default(), Mode::Typed);
}

/// The names of the runtime's own that the assertions rely on.
#[test]
fn names_are_as_they_travel() {
    let empty: Map<String, Value> = Map::new();
    assert_eq!(Reply::text("x").meta(), &empty);
    assert_eq!(meta::ERROR, "mcp-runtime/error");
}
