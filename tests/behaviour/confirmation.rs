//! Confirmation and checks as a user writes them, in process and over HTTP.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, Response};
use futures_util::StreamExt;
use mcp_runtime::private::{Binding, CheckDef, CheckError, ScopeDef, Scopes, ToolDef};
use mcp_runtime::{Caller, Code, Decision, Effect, Server, Tool, Tools, tool, tools};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{PATIENCE, call_message, post, send};

/// Delete an entry for good.
#[tool(destructive, cost = 2.0)]
async fn delete(number: u64) -> String {
    format!("deleted {number}")
}

/// Take back what was done.
#[tool(read_only)]
async fn look(number: u64) -> u64 {
    number
}

#[tokio::test]
async fn an_unconfirmed_call_costs_nothing_and_is_no_loop() {
    let app = Server::new("t", "0").tools(tools![delete]).build().unwrap();
    for _ in 0..20 {
        let error = app.call("delete", json!({ "number": 7 })).await.unwrap_err();
        let found = (error.code(), error.stated_effect());
        assert_eq!(found, (&Code::ConfirmationRequired, Some(Effect::None)));
        assert!(!error.message().contains("change the arguments or stop"), "{error}");
    }
    assert_eq!(app.usage(), []);
    assert_eq!(app.stats().get("delete", Decision::Unconfirmed), 20);

    let error = app.call("delete", json!({ "number": "x" })).await.unwrap_err();
    assert_eq!(*error.code(), Code::InvalidArguments, "only what would run is asked about");
    let request = app.request("delete", json!({ "number": 7 }));
    request.caller(Caller::new("anna")).confirmed().await.unwrap();
    assert_eq!(app.usage(), [("anna".to_owned(), "delete", 2.0)]);
}

#[tokio::test]
async fn confirmation_is_for_those_that_ask() {
    static NEVER: ToolDef = (*<delete as Tool>::DEF).confirm_never();
    let app = Server::new("t", "0").tools(Tools::new(&[(0, &NEVER)])).build().unwrap();
    app.call("delete", json!({ "number": 7 })).await.unwrap();
    let app = Server::new("t", "0").tools(tools![look]).build().unwrap();
    app.request("look", json!({ "number": 7 })).confirmed().await.unwrap();
}

/// A check of `number` that waits, and panics over 13.
const EXISTS: CheckDef = CheckDef::new(
    &["number"],
    || true,
    |call| {
        let number = call.arguments()["number"].as_u64().unwrap_or_default();
        Ok(Box::pin(async move {
            LOOKED.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            assert_ne!(number, 13, "on purpose");
            if number < 100 { Ok(()) } else { Err(CheckError::Rule("must exist".into())) }
        }))
    },
);
static LOOKED: AtomicU64 = AtomicU64::new(0);

#[tokio::test]
async fn a_person_is_asked_only_about_what_passes_the_checks() {
    static BOUND: ToolDef = CHECKED.scopes(
        &[ScopeDef::new("write:entries", &[Binding::new("number", Some("number"))])],
        Scopes::NONE,
    );
    const CHECKED: ToolDef = (*<delete as Tool>::DEF).checks(&[EXISTS]);
    let app = Server::new("t", "0").tools(Tools::new(&[(0, const { &CHECKED })])).build().unwrap();
    for (number, code) in [
        (json!(7), Code::ConfirmationRequired),
        (json!(100), Code::InvalidArguments),
        (json!(13), Code::Internal),
    ] {
        let error = app.call("delete", json!({ "number": number })).await.unwrap_err();
        assert_eq!(*error.code(), code, "{error}");
    }
    assert_eq!(LOOKED.load(Ordering::Relaxed), 3);
    app.call("delete", json!({ "number": "x" })).await.unwrap_err();
    assert_eq!(LOOKED.load(Ordering::Relaxed), 3, "nothing is looked up for what isn't valid");

    let app = Server::new("t", "0").tools(Tools::new(&[(0, &BOUND)])).build().unwrap();
    let anna = Caller::new("anna").with_scope("write:entries.where(number=7)").unwrap();
    for (number, code) in [(100, Code::InsufficientScope), (7, Code::ConfirmationRequired)] {
        let request = app.request("delete", json!({ "number": number })).caller(anna.clone());
        assert_eq!(*request.await.unwrap_err().code(), code, "{number}");
    }
    assert_eq!(LOOKED.load(Ordering::Relaxed), 4, "nor for what the caller may not see");
}

fn router() -> Router {
    Server::new("t", "0").tools(tools![delete]).router().unwrap()
}

#[tokio::test]
async fn over_http_the_result_asks_and_the_next_call_answers() {
    let router = router();
    let mut body = call_message("delete", &json!({ "number": 7 }));
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    body["params"]["_meta"][capabilities] = json!({ "elicitation": { "form": {} } });
    let (_, asked) = send(&router, post("delete", body.to_string())).await;
    assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");

    let yes = json!({ "action": "accept", "content": { "confirm": true } });
    body["params"]["inputResponses"] = json!({ "confirmation": yes });
    body["params"]["requestState"] = asked["result"]["requestState"].clone();
    let (_, answer) = send(&router, post("delete", body.to_string())).await;
    assert_eq!(answer["result"]["content"][0]["text"], "deleted 7", "{answer}");
}

/// A client of an older revision, over HTTP.
struct Legacy {
    router: Router,
    session: Option<String>,
}

impl Legacy {
    async fn post(&self, message: Value) -> Response<Body> {
        let mut request = Request::post("/mcp")
            .header("host", "localhost:8080")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18");
        if let Some(session) = &self.session {
            request = request.header("mcp-session-id", session);
        }
        let request = request.body(Body::from(message.to_string())).unwrap();
        let answer = self.router.clone().oneshot(request);
        tokio::time::timeout(PATIENCE, answer).await.unwrap().unwrap()
    }
}

/// The next message of an event stream.
async fn next(stream: &mut BodyDataStream) -> Value {
    loop {
        let chunk = tokio::time::timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap();
        let text = String::from_utf8(chunk.to_vec()).unwrap();
        let data = text.lines().find_map(|line| line.strip_prefix("data: "));
        if let Some(message) = data.and_then(|data| serde_json::from_str(data).ok()) {
            return message;
        }
    }
}

#[tokio::test]
async fn over_http_an_older_client_is_asked_on_the_stream_of_its_call() {
    let mut client = Legacy { router: router(), session: None };
    let params = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": { "elicitation": {} },
        "clientInfo": { "name": "c", "version": "0" },
    });
    let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    let opened = client.post(initialize).await;
    client.session = Some(opened.headers()["mcp-session-id"].to_str().unwrap().to_owned());
    next(&mut opened.into_body().into_data_stream()).await;
    client.post(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;

    let params = json!({ "name": "delete", "arguments": { "number": 7 } });
    let called = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params });
    let mut stream = client.post(called).await.into_body().into_data_stream();
    let question = next(&mut stream).await;
    assert_eq!(question["method"], "elicitation/create", "{question}");
    let yes = json!({ "action": "accept", "content": { "confirm": true } });
    client.post(json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes })).await;
    let answer = next(&mut stream).await;
    assert_eq!(answer["id"], 2);
    assert_eq!(answer["result"]["content"][0]["text"], "deleted 7", "{answer}");
}
