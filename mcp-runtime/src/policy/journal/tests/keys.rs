//! Which key a call has.

use std::borrow::Cow;

use serde_json::json;

use super::*;
use crate::context::ClientRequest;
use crate::ending::Ending;
use crate::error::Code;
use crate::policy::journal::key::{From, Key};

/// A request with a `_meta` and a header.
struct Asked(Map<String, Value>, Option<Result<&'static str, &'static str>>);

impl ClientRequest for Asked {
    fn meta(&self) -> &Map<String, Value> {
        &self.0
    }

    fn idempotency_key(&self) -> Option<Result<Cow<'_, str>, &'static str>> {
        self.1.map(|key| key.map(Cow::Borrowed))
    }
}

fn call(
    who: &str,
    meta: Option<Value>,
    header: Option<Result<&'static str, &'static str>>,
    arguments: Value,
) -> ToolCall {
    let meta = meta.map(|key| (meta::IDEMPOTENCY_KEY.to_owned(), key));
    let origin = Origin {
        request: Box::new(Asked(meta.into_iter().collect(), header)),
        caller: Caller::new(who),
        ending: Ending::default(),
    };
    let info = Arc::new(tool());
    let context = Context::new(info.name, info.timeout, origin);
    ToolCall { context, ..call_of(&info, who, arguments) }
}

fn key(terms: Idempotency, call: &ToolCall) -> Option<(From, String)> {
    Key::of(call, &terms).unwrap().map(|key| (key.from, key.text))
}

const FIELDS: Idempotency = Idempotency::new().key_of(&["invoice", "year"]);
const ALL: Idempotency = Idempotency::new().key_of_arguments();

#[test]
fn the_clients_key_comes_first() {
    let arguments = json!({ "invoice": "7", "year": 2024 });
    for terms in [Idempotency::new(), FIELDS, ALL] {
        for (meta, header) in
            [(Some(json!("k")), None), (None, Some(Ok("k"))), (Some(json!("k")), Some(Ok("k")))]
        {
            let call = call("anna", meta, header, arguments.clone());
            assert_eq!(key(terms, &call), Some((From::Client, "k".to_owned())));
        }
    }
    let bare = call("anna", None, None, arguments);
    assert_eq!(key(Idempotency::new(), &bare), None);
    let fields = r#"{"invoice":"7","year":2024}"#.to_owned();
    assert_eq!(key(FIELDS, &bare), Some((From::Field, fields.clone())));
    assert_eq!(key(ALL, &bare), Some((From::Arguments, fields)));
}

#[test]
fn fields_make_one_key_in_whatever_order_they_are_named() {
    const TURNED: Idempotency = Idempotency::new().key_of(&["year", "invoice", "year"]);
    let call = call("anna", None, None, json!({ "invoice": "7", "year": 2024 }));
    assert_eq!(key(TURNED, &call), key(FIELDS, &call));
}

#[test]
fn a_field_without_a_value_is_no_key() {
    for arguments in [json!({ "invoice": "7" }), json!({ "invoice": "7", "year": null }), json!({})]
    {
        assert_eq!(key(FIELDS, &call("anna", None, None, arguments)), None);
    }
}

#[test]
fn what_is_no_key_is_told() {
    let long = "k".repeat(256);
    for (meta, header, problem) in [
        (Some(json!(7)), None, "not a string"),
        (Some(json!("")), None, "1 to 255"),
        (Some(json!(long)), None, "1 to 255"),
        (Some(json!("a\nb")), None, "control characters"),
        (Some(json!("a\u{85}b")), None, "control characters"),
        (None, Some(Ok("")), "1 to 255"),
        (None, Some(Err("is broken")), "is broken"),
        (Some(json!("k")), Some(Ok("l")), "another than"),
        (Some(json!("k")), Some(Err("is broken")), "is broken"),
    ] {
        let call = call("anna", meta, header, json!({}));
        let error = Key::of(&call, &Idempotency::new()).err().unwrap();
        assert_eq!(
            (error.code(), error.stated_effect()),
            (&Code::InvalidArguments, Some(Effect::None))
        );
        assert!(error.message().contains(problem), "{error}");
    }
    let longest = "ä".repeat(255);
    assert!(
        key(Idempotency::new(), &call("anna", Some(json!(longest)), None, json!({}))).is_some()
    );
}

#[test]
fn a_required_key_is_asked_for() {
    let call = call("anna", None, None, json!({}));
    let error = Key::of(&call, &Idempotency::new().required()).err().unwrap();
    assert_eq!(error.code(), &Code::InvalidArguments);
    assert!(error.message().contains("`mcp-runtime/idempotency-key`"), "{error}");
    assert!(error.message().contains("`Idempotency-Key`"), "{error}");
    assert!(Key::of(&call, &ALL.required()).is_ok());
}

#[test]
fn keys_belong_to_their_caller_tool_and_kind() {
    let of = |who, meta, terms, arguments| {
        Key::of(&call(who, meta, None, arguments), &terms).unwrap().unwrap().once
    };
    let client = |who, text| of(who, Some(json!(text)), Idempotency::new(), json!({}));
    assert_eq!(client("anna", "k"), client("anna", "k"));
    assert_ne!(client("anna", "k"), client("bert", "k"));
    assert_ne!(client("anna", "k"), client("anna", "l"));
    let arguments = json!({ "invoice": "7", "year": 2024 });
    let field = of("anna", None, FIELDS, arguments.clone());
    assert_ne!(field, client("anna", r#"{"invoice":"7","year":2024}"#));
    assert_ne!(field, of("anna", None, ALL, arguments));
    let mut other = call("anna", Some(json!("k")), None, json!({}));
    other.tool = Arc::new(ToolInfo { name: "other", ..tool() });
    let other = Key::of(&other, &Idempotency::new()).unwrap().unwrap().once;
    assert_ne!(other, client("anna", "k"));
}

#[test]
fn a_payload_is_of_all_arguments() {
    let of = |arguments| {
        Key::of(&call("anna", Some(json!("k")), None, arguments), &FIELDS).unwrap().unwrap().payload
    };
    assert_eq!(of(json!({ "a": 1, "b": 2 })), of(json!({ "b": 2, "a": 1 })));
    assert_ne!(of(json!({ "a": 1 })), of(json!({ "a": 2 })));
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_key_runs_each_time_and_says_so() {
    let bench = Bench::keyed(Idempotency::new());
    for run in 1..=2 {
        let (call, _) = bench.call(None, argument());
        let context = call.context().clone();
        let reply = bench.send(call).await.unwrap();
        assert_eq!(reply.meta()[meta::UNKEYED], true);
        assert_eq!(bench.ran(), run);
        assert!(!context.repeats(&bench.tool), "nobody repeats it");
    }
    let error = bench.run(None, json!({ "fails": "" })).await.unwrap_err();
    assert_eq!(error.meta()[meta::UNKEYED], true);
    assert_eq!(bench.journal.written()[..2], ["intent", "outcome"]);
    let required = Bench::keyed(Idempotency::new().required());
    assert_eq!(told(&required.run(None, argument()).await), "invalid_arguments None");
    assert_eq!(required.journal.written(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_key_counts_for_the_whole_call() {
    let bench = Bench::keyed(Idempotency::new());
    let (call, _) = bench.call(Some("k"), argument());
    let context = call.context().clone();
    bench.send(call).await.unwrap();
    assert!(context.repeats(&bench.tool));
    let (again, _) = bench.call(Some("k"), argument());
    let other = again.context().clone();
    bench.send(again).await.unwrap();
    assert_eq!(context.derive_key("bank"), other.derive_key("bank"));
}

/// Of a secret that has few values, a digest is as good as the secret.
#[test]
fn no_digest_is_made_of_a_secret() {
    let of = |terms, meta: Option<&str>, pin: &str, cents: u64| {
        let arguments = json!({ "pin": pin, "cents": cents });
        let mut call = call("anna", meta.map(Value::from), None, arguments);
        call.tool = Arc::new(ToolInfo { secrets: vec!["pin"], ..tool() });
        Key::of(&call, &terms).unwrap().unwrap()
    };
    let both = |key: &Key| (key.once, key.payload);
    let cents = Idempotency::new().key_of(&["cents"]);
    for (terms, meta) in [(Idempotency::new(), Some("k")), (cents, None), (ALL, None)] {
        let (one, other) = (of(terms, meta, "4711", 1), of(terms, meta, "0815", 1));
        assert_eq!(both(&one), both(&other), "a fresh one-time code is the same call");
        assert!(!one.text.contains("4711"), "{}", one.text);
        assert_ne!(of(terms, meta, "4711", 2).payload, one.payload);
    }
}
