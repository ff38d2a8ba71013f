//! Confirmation on the wire, as JSON over a pipe: both ways of asking, and clients that can't be.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};
use tokio::time::{Instant, sleep};

use super::super::handler::{Handler, ToolsOnly};
use super::*;
use crate::call::Reply;
use crate::clock::Clock;
use crate::output::{OutputSchema, Returned};
use crate::params::param;
use crate::server::Server;
use crate::stats::{Decision, Stats};
use crate::tool::{ToolDef, Tools};

static DELETE: ToolDef = ToolDef::new(
    "delete",
    "Delete an entry.",
    &[param::<u64, _>("n").def()],
    |_| OutputSchema(None),
    |call| {
        let n = param::<u64, _>("n").take(call)?;
        Ok(Box::pin(async move { Ok(Returned::reply(Reply::text(format!("deleted {n}")))) }))
    },
)
.destructive();

/// A client's end of the pipe.
struct Client {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    write: WriteHalf<DuplexStream>,
    clock: Clock,
    stats: Stats,
    id: u64,
}

impl Client {
    fn new() -> Self {
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_hours(500_000));
        let server = Server::new("t", "0").tools(Tools(vec![&DELETE])).clock(clock.clone());
        let app = server.build().unwrap();
        let stats = app.stats().clone();
        let handler = Arc::new(Handler::new(app, ToolsOnly));
        let (near, far) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move {
            if let Ok(running) = rmcp::serve_server(handler, tokio::io::split(far)).await {
                let _ = running.waiting().await;
            }
        });
        let (read, write) = tokio::io::split(near);
        Self { lines: BufReader::new(read).lines(), write, clock, stats, id: 0 }
    }

    /// One that has shaken hands the way it was done before 2026-07-28.
    async fn legacy(capabilities: Value) -> Self {
        let mut client = Self::new();
        let params = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": capabilities,
            "clientInfo": { "name": "c", "version": "0" },
        });
        client.request("initialize", params).await;
        client.receive().await;
        client.send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        client
    }

    async fn send(&mut self, message: Value) {
        self.write.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn request(&mut self, method: &str, params: Value) {
        self.id += 1;
        let id = self.id;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
    }

    async fn receive(&mut self) -> Value {
        let line = timeout(Duration::from_hours(1), self.lines.next_line()).await;
        serde_json::from_str(&line.expect("an answer").unwrap().unwrap()).unwrap()
    }

    /// A call of the newest revision, with what an earlier answer asks for.
    async fn modern(&mut self, elicitation: Value, n: u64, more: Value) -> Value {
        let mut params = json!({
            "name": "delete",
            "arguments": { "n": n },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "c", "version": "0" },
                "io.modelcontextprotocol/clientCapabilities": elicitation,
            },
        });
        let (all, more) = (params.as_object_mut().unwrap(), more.as_object().unwrap().clone());
        all.extend(more);
        self.request("tools/call", params).await;
        self.receive().await["result"].take()
    }

    /// The state of a question about deleting 7.
    async fn asked(&mut self) -> String {
        let result = self.modern(able(), 7, json!({})).await;
        assert_eq!(result["resultType"], "input_required", "{result}");
        result["requestState"].as_str().unwrap().to_owned()
    }

    /// The same call again with an answer.
    async fn answers(&mut self, n: u64, state: &str, answer: Value) -> Value {
        let more = json!({ "inputResponses": { "confirmation": answer }, "requestState": state });
        self.modern(able(), n, more).await
    }

    /// A call of an older revision, and the request that the server makes meanwhile.
    async fn begins(&mut self) -> Value {
        self.request("tools/call", json!({ "name": "delete", "arguments": { "n": 7 } })).await;
        let question = self.receive().await;
        assert_eq!(question["method"], "elicitation/create", "{question}");
        question
    }

    async fn reply(&mut self, question: &Value, answer: Value) {
        self.send(json!({ "jsonrpc": "2.0", "id": question["id"], "result": answer })).await;
    }
}

/// What a client declares that can show forms.
fn able() -> Value {
    json!({ "elicitation": { "form": {} } })
}

fn yes() -> Value {
    json!({ "action": "accept", "content": { "confirm": true } })
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_default()
}

fn code(result: &Value) -> &str {
    result["_meta"]["mcp-runtime/error"]["code"].as_str().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_modern_client_is_asked_by_the_result_and_calls_again() {
    let mut client = Client::new();
    let result = client.modern(able(), 7, json!({})).await;
    assert_eq!(result["resultType"], "input_required");
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "t");
    let question = &result["inputRequests"]["confirmation"];
    assert_eq!(
        (&question["method"], &question["params"]["mode"]),
        (&json!("elicitation/create"), &json!("form"))
    );
    let message = question["params"]["message"].as_str().unwrap();
    assert!(message.contains("`delete`") && message.ends_with("\nn: 7"), "{message}");
    let form = &question["params"]["requestedSchema"];
    assert_eq!(
        (&form["properties"]["confirm"]["type"], &form["required"]),
        (&json!("boolean"), &json!(["confirm"]))
    );

    let state = result["requestState"].as_str().unwrap();
    assert_eq!(text(&client.answers(7, state, yes()).await), "deleted 7");
}

#[tokio::test(start_paused = true)]
async fn a_modern_client_that_says_no_is_not_asked_again() {
    for answer in [
        json!({ "action": "decline" }),
        json!({ "action": "cancel" }),
        json!({ "action": "accept" }),
        json!({ "action": "accept", "content": { "confirm": false } }),
        json!({ "action": "accept", "content": { "confirm": "true" } }),
        json!({ "action": "decline", "content": { "confirm": true } }),
    ] {
        let mut client = Client::new();
        let state = client.asked().await;
        let result = client.answers(7, &state, answer.clone()).await;
        assert_eq!((&result["isError"], code(&result)), (&json!(true), "declined"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_yes_that_does_not_count_is_asked_about_anew() {
    let mut client = Client::new();
    let state = client.asked().await;
    let mut tampered = state.clone().into_bytes();
    tampered[20] = if tampered[20] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    for (n, state) in [(7, tampered.as_str()), (8, state.as_str())] {
        let result = client.answers(n, state, yes()).await;
        assert_eq!(result["resultType"], "input_required", "{result}");
        assert_ne!(result["requestState"], state);
    }
    assert_eq!(text(&client.answers(7, &state, yes()).await), "deleted 7");
    let replayed = client.answers(7, &state, yes()).await;
    assert_eq!(replayed["resultType"], "input_required", "{replayed}");

    let fresh = replayed["requestState"].as_str().unwrap();
    client.clock.forward(Duration::from_mins(5));
    let expired = client.answers(7, fresh, yes()).await;
    assert_eq!(expired["resultType"], "input_required", "{expired}");
    let fresh = expired["requestState"].as_str().unwrap();
    assert_eq!(text(&client.answers(7, fresh, yes()).await), "deleted 7");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_asked_about_anew() {
    let mut client = Client::new();
    let state = client.asked().await;
    for more in [
        json!({ "requestState": state }),
        json!({ "inputResponses": { "confirmation": yes() } }),
        json!({ "inputResponses": { "other": yes() }, "requestState": state }),
        json!({ "inputResponses": { "confirmation": 7 }, "requestState": state }),
        json!({ "inputResponses": { "confirmation": { "action": "maybe" } }, "requestState": state }),
    ] {
        let result = client.modern(able(), 7, more.clone()).await;
        assert_eq!(result["resultType"], "input_required", "{more}");
    }
    assert_eq!(text(&client.answers(7, &state, yes()).await), "deleted 7");
}

#[tokio::test(start_paused = true)]
async fn a_modern_client_is_asked_only_for_what_it_declares_with_this_request() {
    for (capabilities, asked) in [
        (json!({}), false),
        (json!({ "elicitation": { "url": {} } }), false),
        (json!({ "sampling": {} }), false),
        (json!({ "elicitation": {} }), true),
        (json!({ "elicitation": { "form": {}, "url": {} } }), true),
    ] {
        let mut client = Client::new();
        let result = client.modern(capabilities.clone(), 7, json!({})).await;
        assert_eq!(result["resultType"] == "input_required", asked, "{capabilities}");
        if !asked {
            assert_eq!(code(&result), "confirmation_required", "{result}");
            assert_eq!(result.get("requestState"), None);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_older_client_is_asked_while_its_call_is_under_way() {
    let mut client = Client::legacy(json!({ "elicitation": {} })).await;
    let question = client.begins().await;
    assert!(question["params"]["message"].as_str().unwrap().ends_with("\nn: 7"));
    // Longer than the tool's own 10 seconds: people take their time.
    sleep(Duration::from_mins(4)).await;
    client.reply(&question, yes()).await;
    let answer = client.receive().await;
    assert_eq!((&answer["id"], text(&answer["result"])), (&json!(2), "deleted 7"));
    assert_eq!(client.stats.get("delete", Decision::Unconfirmed), 1);
}

#[tokio::test(start_paused = true)]
async fn an_older_client_says_no_or_cannot_say() {
    for (answer, expected) in [
        (json!({ "action": "decline" }), "declined"),
        (json!({ "action": "cancel" }), "declined"),
        (json!({ "action": "accept", "content": {} }), "declined"),
        (json!({ "unheard": "of" }), "confirmation_required"),
    ] {
        let mut client = Client::legacy(json!({ "elicitation": {} })).await;
        let question = client.begins().await;
        client.reply(&question, answer.clone()).await;
        assert_eq!(code(&client.receive().await["result"]), expected, "{answer}");
    }
    let mut client = Client::legacy(json!({ "elicitation": {} })).await;
    let question = client.begins().await;
    let error = json!({ "code": -32601, "message": "not after all" });
    client.send(json!({ "jsonrpc": "2.0", "id": question["id"], "error": error })).await;
    assert_eq!(code(&client.receive().await["result"]), "confirmation_required");
}

#[tokio::test(start_paused = true)]
async fn an_older_client_is_waited_for_as_long_as_an_answer_would_count() {
    let mut client = Client::legacy(json!({ "elicitation": {} })).await;
    let started = Instant::now();
    let question = client.begins().await;
    let cancelled = client.receive().await;
    assert_eq!(cancelled["method"], "notifications/cancelled", "{cancelled}");
    assert_eq!(cancelled["params"]["requestId"], question["id"]);
    assert_eq!(code(&client.receive().await["result"]), "confirmation_required");
    assert_eq!(started.elapsed().as_secs(), 300);
    // Too late.
    client.reply(&question, yes()).await;
    let question = client.begins().await;
    client.reply(&question, yes()).await;
    assert_eq!(text(&client.receive().await["result"]), "deleted 7");
}

#[tokio::test(start_paused = true)]
async fn who_cancels_the_call_is_no_longer_asked() {
    let mut client = Client::legacy(json!({ "elicitation": {} })).await;
    let question = client.begins().await;
    let started = Instant::now();
    let params = json!({ "requestId": 2, "reason": "changed my mind" });
    let method = "notifications/cancelled";
    client.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    let cancelled = client.receive().await;
    assert_eq!(
        (&cancelled["method"], &cancelled["params"]["requestId"]),
        (&json!(method), &question["id"])
    );
    assert!(started.elapsed().is_zero(), "at once");
    client.reply(&question, yes()).await;
    client.request("tools/list", json!({})).await;
    assert_eq!(client.receive().await["id"], 3, "nothing else is answered");
}

#[tokio::test(start_paused = true)]
async fn an_older_client_that_did_not_declare_it_is_not_asked() {
    let mut client = Client::legacy(json!({})).await;
    client.request("tools/call", json!({ "name": "delete", "arguments": { "n": 7 } })).await;
    let answer = client.receive().await;
    assert_eq!(code(&answer["result"]), "confirmation_required", "{answer}");
}

#[tokio::test(start_paused = true)]
async fn no_more_people_are_waited_for_than_there_are_places() {
    let mut client = Client::legacy(json!({ "elicitation": {} })).await;
    for _ in 0..MAX_WAITING {
        client.begins().await;
    }
    client.request("tools/call", json!({ "name": "delete", "arguments": { "n": 7 } })).await;
    assert_eq!(code(&client.receive().await["result"]), "confirmation_required");
}

#[test]
fn one_caller_does_not_take_the_places_of_all() {
    let waiting = Waiting::default();
    let (anna, bert) = (Caller::new("anna"), Caller::new("bert"));
    let mut places: Vec<_> = (0..MAX_OF_ONE).map(|_| waiting.enter(&anna).unwrap()).collect();
    assert!(waiting.enter(&anna).is_none());
    let berts = waiting.enter(&bert).unwrap();
    places.pop();
    places.push(waiting.enter(&anna).expect("a place is given back"));
    assert!(waiting.enter(&anna).is_none());

    let local = Caller::local();
    let others: Vec<_> = std::iter::from_fn(|| waiting.enter(&local)).collect();
    assert_eq!(others.len(), MAX_WAITING - MAX_OF_ONE - 1);
    assert!(waiting.enter(&bert).is_none(), "there is no place at all");
    drop((places, berts, others));
    assert!(waiting.places().is_empty());
}
