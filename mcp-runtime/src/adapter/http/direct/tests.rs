use std::sync::Arc;

use axum::body::Bytes;
use proptest::prelude::*;
use rmcp::model::{CallToolResponse, MetaObject, RequestId, ServerJsonRpcMessage, ServerResult};
use serde_json::json;

use super::request::{Form, KEPT, list};
use super::*;
use crate::adapter::convert;
use crate::adapter::handler::SERVER_INFO;
use crate::call::Reply;
use crate::content::{Content, ResourceLink};
use crate::context::ClientRequest;
use crate::data::Data;
use crate::error::ToolError;
use crate::json::{Limits, Plain, inspect_gist};
use crate::policy::testing;

const LIMITS: Limits = Limits { message: 1 << 20, depth: 64, string: 1 << 20 };

/// A call as it comes, of this id and with this `_meta`.
fn request(id: &Value, meta: &Value) -> Option<Request> {
    request_with(id, meta, &json!({}))
}

fn request_with(id: &Value, meta: &Value, arguments: &Value) -> Option<Request> {
    let text = json!({
        "jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": { "name": "t", "arguments": arguments, "_meta": meta },
    });
    let text = Bytes::from(text.to_string());
    let (said, plain) = inspect_gist(&text, LIMITS).unwrap();
    let Plain::Call(call) = plain? else { panic!("{text:?}") };
    Request::new(0, &said.id, call, Whole { text: text.clone(), limits: LIMITS })
}

/// Whether a list with this `_meta` is one for the path.
fn is_list(meta: &Value) -> bool {
    let text = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": meta },
    });
    let text = text.to_string();
    let Some(Plain::List(gist)) = inspect_gist(text.as_bytes(), LIMITS).unwrap().1 else {
        panic!("{text}")
    };
    list(&json!(1), &gist).is_some()
}

#[test]
fn a_call_says_all_that_its_revision_wants() {
    let meta = |name: &str, value: Value| {
        let mut meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        meta[name] = value;
        meta
    };
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    let plain = meta("x", json!(1));
    for (id, taken) in [
        (json!("x"), true),
        (json!(-7), true),
        (json!(i64::MAX), true),
        (json!(u64::MAX), false),
        (json!(1.0), false),
        (Value::Null, false),
    ] {
        assert_eq!(request(&id, &plain).is_some(), taken, "{id}");
    }
    for (name, value, taken) in [
        (version, json!("2025-11-25"), false),
        (version, json!(7), false),
        (capabilities, json!({ "roots": {}, "anything": 7 }), true),
        (capabilities, json!({ "roots": 7 }), false),
        (capabilities, json!([]), false),
        (capabilities, Value::Null, false),
        ("progressToken", json!(1), false),
        ("progressToken", Value::Null, false),
        ("traceparent", json!(7), true),
    ] {
        assert_eq!(
            request(&json!(1), &meta(name, value.clone())).is_some(),
            taken,
            "{name}: {value}"
        );
    }
    assert!(is_list(&plain) && !is_list(&meta("progressToken", json!(1))));
    assert!(!is_list(&meta(version, json!("2025-11-25"))));
    assert!(request(&json!(1), &json!({ version: "2026-07-28" })).is_none());
    assert!(request(&json!(1), &json!({ capabilities: {} })).is_none());
    let with_tasks = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    assert!(request(&json!(1), &meta(capabilities, with_tasks)).unwrap().form.tasks);
}

#[test]
fn a_client_says_what_its_meta_says() {
    let heeded = [
        ("traceparent", json!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")),
        ("tracestate", json!("a=1")),
        ("baggage", json!({ "b": [2] })),
        ("mcp-runtime/idempotency-key", json!(7)),
    ];
    for present in 0..1 << heeded.len() {
        let mut meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "c", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": { "roots": {} },
            "example.com/tenant": { "id": [7, 1.5, "\u{e9}"] },
        });
        for (index, (name, value)) in heeded.iter().enumerate() {
            if present & 1 << index != 0 {
                meta[name] = value.clone();
            }
        }
        let client = request(&json!(1), &meta).unwrap().input.client;
        for (name, _) in &heeded {
            assert_eq!(client.entry(name), meta.get(name), "{name}");
        }
        assert!(client.is_unread(), "what is heeded is known already");
        for name in ["example.com/tenant", "io.modelcontextprotocol/clientInfo", "x"] {
            assert_eq!(client.entry(name), meta.get(name), "{name}");
        }
        assert_eq!(Value::Object(client.meta().clone()), meta);
    }
}

#[test]
fn a_large_message_is_let_go_of_once_it_is_read() {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "example.com/tenant": "anna",
    });
    let client = |length: usize| {
        let arguments = json!({ "text": "x".repeat(length) });
        request_with(&json!(1), &meta, &arguments).unwrap().input.client
    };
    let large = client(KEPT);
    assert!(!large.keeps_message());
    assert_eq!(Value::Object(large.meta().clone()), meta);
    let small = client(KEPT / 2);
    assert!(small.keeps_message() && small.is_unread());
}

#[test]
fn no_header_of_a_call_is_one_of_its_answer() {
    let mut headers = HeaderMap::new();
    for name in ["authorization", "x-own", "content-type"] {
        headers.append(name, HeaderValue::from_static("secret"));
        headers.append(name, HeaderValue::from_static("secret"));
    }
    let response = in_json(StatusCode::OK, headers, b"{}".to_vec());
    let expected = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(JSON))]);
    assert_eq!(response.headers(), &expected);
}

#[test]
fn the_path_takes_tools_of_which_all_is_known() {
    let with = |change: fn(&mut ToolInfo)| {
        let mut tool = testing::tool();
        change(&mut tool);
        takes(&tool)
    };
    assert!(with(|_| {}));
    assert!(!with(|tool| tool.confirms = true));
    assert!(!with(|tool| tool.may_see_raw = true));
    assert!(!with(|tool| {
        let schema = json!({ "properties": { "a": { "anyOf": [{ "x-mcp-header": "A" }] } } });
        tool.input_schema = Arc::new(schema.as_object().unwrap().clone());
    }));
}

#[test]
fn an_answer_is_written_whole_or_not_at_all() {
    struct Fails;
    impl serde::Serialize for Fails {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("told to"))
        }
    }
    assert_eq!(answer::written(&[1], 0).unwrap(), b"[1]");
    assert!(answer::written(&(1, Fails), 0).is_err());
}

#[test]
fn blocks_are_about_as_large_as_what_they_hold() {
    let content = [Content::text("12345"), Content::image("1234567", "image/png")];
    assert_eq!(block::Blocks(&content).size(), 12);
}

/// What the SDK makes of an outcome.
fn by_the_sdk(form: &Form, outcome: Outcome, tool: &ToolInfo, info: &Value) -> String {
    let mut response = convert::response(outcome, tool).unwrap();
    if let CallToolResponse::Complete(result) = &mut response {
        let meta = result.meta.get_or_insert_with(MetaObject::default);
        meta.0.insert(SERVER_INFO.into(), info.clone());
    }
    let message = ServerJsonRpcMessage::response(ServerResult::from(response), form.id.clone());
    serde_json::to_string(&message).unwrap()
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn block() -> impl Strategy<Value = Content> {
    let texts = (any::<String>(), any::<String>(), any::<Option<String>>(), any::<Option<u64>>());
    (0..6, texts).prop_map(|(kind, (a, b, c, size))| match kind {
        0 => Content::text(a),
        1 => Content::image(a, b),
        2 => Content::audio(a, b),
        3 => Content::ResourceText { uri: a, mime_type: c, text: b },
        4 => Content::ResourceBlob { uri: a, mime_type: c, blob: b },
        _ => {
            let link = ResourceLink::new(a, &*b);
            let link = size.map_or(link.clone(), |size| link.size(size).title(&*b));
            c.map_or(link.clone(), |c| link.description(&*c).mime_type(c)).into()
        }
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), Just("a/b".to_owned()), Just(SERVER_INFO.to_owned())]
}

fn reply() -> impl Strategy<Value = Reply> {
    let meta = prop::collection::hash_map(name(), value(), 0..4);
    let content = prop::collection::vec(block(), 0..4);
    (content, prop::option::of(value()), meta).prop_map(|(content, structured, meta)| Reply {
        content,
        structured: structured.map(Data::from),
        meta: meta.into_iter().collect(),
        raw: None,
    })
}

fn error() -> impl Strategy<Value = ToolError> {
    (any::<String>(), any::<String>(), value(), name()).prop_map(|(code, message, value, name)| {
        ToolError::new(code, message).details(value.clone()).with_meta(&name, value)
    })
}

fn id() -> impl Strategy<Value = RequestId> {
    prop_oneof![
        any::<i64>().prop_map(RequestId::Number),
        any::<String>().prop_map(|text| RequestId::String(text.into())),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_what_the_sdk_writes(
        id in id(),
        reply in reply(),
        error in error(),
        schema in any::<bool>(),
    ) {
        let info = json!({ "name": "s", "version": "1" });
        let form = Form { position: 0, id, tasks: false, headers: HeaderMap::new() };
        let mut tool = testing::tool();
        tool.output_schema = schema.then(Arc::default);
        let writer = Writer::new(&info);
        let again = Reply {
            content: reply.content.clone(),
            structured: reply.structured.clone(),
            meta: reply.meta.clone(),
            raw: None,
        };
        for (one, other) in [(Ok(reply), Ok(again)), (Err(error.clone()), Err(error))] {
            let (_, written) = writer.answer(&form, one, &tool).unwrap();
            let expected = by_the_sdk(&form, other, &tool, &info);
            prop_assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }
}
