use super::*;

const LIMITS: Limits = Limits { message: 1 << 20, depth: 8, string: 64 };

fn refusal(text: &str) -> (i32, String) {
    let malformed = inspect(text.as_bytes(), LIMITS).unwrap_err();
    (malformed.code, malformed.message)
}

#[test]
fn the_envelope_is_read() {
    let text = r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":{"id":8,"method":"x"}}"#;
    let envelope = inspect(text.as_bytes(), LIMITS).unwrap();
    assert_eq!(envelope.id, 7);
    assert_eq!(envelope.method.as_deref(), Some("ping"));
    assert_eq!(envelope.name, None);
    let text = r#"{"name":"a","params":{"x":{"name":"b"},"name":"c"},"method":"tools/call"}"#;
    assert_eq!(inspect(text.as_bytes(), LIMITS).unwrap().name.as_deref(), Some("c"));
    for other in [r#"{"params":{"name":1}}"#, r#"{"params":["name"]}"#, r#"{"name":"a"}"#] {
        assert_eq!(inspect(other.as_bytes(), LIMITS).unwrap().name, None, "{other}");
    }
}

#[test]
fn what_is_not_json_is_a_parse_error() {
    for text in ["", "{", "{\"a\":1}x", "{\"a\":1e999}", "\u{7f}"] {
        assert_eq!(refusal(text).0, -32700, "{text}");
    }
}

#[test]
fn what_is_no_text_is_a_parse_error() {
    for (bytes, at) in [(&b"\xff"[..], 0), (b"{}\xff", 2), (b"{\"a\":\"\xed\xa0\x80\"}", 6)] {
        let malformed = inspect(bytes, LIMITS).unwrap_err();
        assert_eq!(malformed.code, -32700);
        assert_eq!(malformed.message, format!("not UTF-8: byte {at}"));
    }
}

#[test]
fn what_is_no_request_is_an_invalid_request() {
    for (text, why) in [
        ("[]", "batches"),
        ("1", "object"),
        (r#"{"id":1,"id":2}"#, "twice"),
        (r#"{"params":{"a":1,"\u0061":2}}"#, "twice"),
    ] {
        let (code, message) = refusal(text);
        assert_eq!(code, -32600, "{text}");
        assert!(message.contains(why), "{message}");
    }
    assert!(refusal(&format!(r#"{{"a":"{}"}}"#, "x".repeat(65))).1.contains("64 bytes"));
    let many: Vec<String> = (0..40).map(|i| format!("\"k{}\":0", i % 39)).collect();
    assert!(refusal(&format!("{{{}}}", many.join(","))).1.contains("twice"));
}

#[test]
fn depth_is_bounded_wherever_it_stands() {
    for (before, after) in [("{\"a\":", "}"), ("{\"id\":", "}"), ("{\"method\":", "}"), ("", "")] {
        let deep = format!("{before}{}{}{after}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(refusal(&deep).1.contains("8 levels"), "{before}");
    }
}

type Whole = Map<String, Value>;

fn plain(text: &str) -> Option<Plain<Whole>> {
    let plain = inspect_plain(text.as_bytes(), LIMITS).unwrap().1;
    #[cfg(feature = "http")]
    assert_eq!(
        inspect_gist(text.as_bytes(), LIMITS).unwrap().1.is_some(),
        plain.is_some(),
        "{text}"
    );
    plain
}

fn call(text: &str) -> Option<Call<Whole>> {
    match plain(text)? {
        Plain::Call(call) => Some(call),
        Plain::List(_) => None,
    }
}

#[test]
fn a_plain_call_is_read_whole() {
    let text = r#"{"params":{"_meta":{"m":[1.0,"\u00e9"]},"arguments":{"a":{"b":null},"c":-0},
        "name":"t"},"method":"tools/call","id":"x","jsonrpc":"2.0"}"#;
    let (envelope, plain) = inspect_plain(text.as_bytes(), LIMITS).unwrap();
    let Some(Plain::Call(call)) = plain else { panic!("{plain:?}") };
    let whole: Value = serde_json::from_str(text).unwrap();
    assert_eq!(Value::Object(call.arguments), whole["params"]["arguments"]);
    assert_eq!(call.meta.map(Value::Object).as_ref(), Some(&whole["params"]["_meta"]));
    assert_eq!((envelope.id, envelope.name.as_deref()), ("x".into(), Some("t")));
    assert!(inspect(text.as_bytes(), LIMITS).is_ok());
}

#[test]
fn what_is_more_or_less_than_a_plain_call_is_none() {
    let message = |params: &str, rest: &str| format!(r#"{{"params":{params},{rest}}}"#);
    let (params, rest) =
        (r#"{"name":"t","_meta":{}}"#, r#""id":1,"method":"tools/call","jsonrpc":"2.0""#);
    assert!(call(&message(params, rest)).unwrap().arguments.is_empty());
    assert!(call(&message(r#"{"name":"t"}"#, rest)).unwrap().meta.is_none());
    for params in [
        "7",
        "[]",
        "{}",
        r#"{"_meta":{}}"#,
        r#"{"name":7,"_meta":{}}"#,
        r#"{"name":"t","_meta":null}"#,
        r#"{"name":"t","_meta":[]}"#,
        r#"{"name":"t","_meta":{},"arguments":null}"#,
        r#"{"name":"t","_meta":{},"arguments":[]}"#,
        r#"{"name":"t","_meta":{},"inputResponses":{}}"#,
        r#"{"name":"t","_meta":{},"requestState":null}"#,
        r#"{"name":"t","_meta":{},"x":1}"#,
    ] {
        assert!(plain(&message(params, rest)).is_none(), "{params}");
    }
    for rest in [
        r#""id":1,"method":"tools/call""#,
        r#""id":1,"method":"tools/call","jsonrpc":"1.0""#,
        r#""id":1,"method":"tools/call","jsonrpc":2.0"#,
        r#""method":"tools/call","jsonrpc":"2.0""#,
        r#""id":null,"method":"tools/call","jsonrpc":"2.0""#,
        r#""id":true,"method":"tools/call","jsonrpc":"2.0""#,
        r#""id":[1],"method":"tools/call","jsonrpc":"2.0""#,
        r#""id":1,"jsonrpc":"2.0""#,
        r#""id":1,"method":"tools/list","jsonrpc":"2.0""#,
        r#""id":1,"method":"prompts/get","jsonrpc":"2.0""#,
        r#""id":1,"method":"tools/call","jsonrpc":"2.0","result":1"#,
        r#""id":1,"method":"tools/call","jsonrpc":"2.0","error":null"#,
    ] {
        assert!(plain(&message(params, rest)).is_none(), "{rest}");
    }
}

#[test]
fn a_list_is_plain_from_its_beginning_alone() {
    let list = |params: &str| {
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{params}}}"#);
        plain(&text)
    };
    assert!(matches!(list(r#"{"_meta":{"a":1}}"#), Some(Plain::List(meta)) if meta["a"] == 1));
    for params in [
        "{}",
        "null",
        r#"{"_meta":null}"#,
        r#"{"_meta":{},"cursor":"x"}"#,
        r#"{"_meta":{},"cursor":null}"#,
        r#"{"_meta":{},"name":"t"}"#,
        r#"{"_meta":{},"name":null}"#,
        r#"{"_meta":{},"arguments":{}}"#,
    ] {
        assert!(list(params).is_none(), "{params}");
    }
}

#[test]
fn a_call_keeps_the_rules_of_every_message() {
    let deep = format!(r#"{{"a":{}}}"#, "[".repeat(9));
    let long = format!(r#"{{"a":["{}"]}}"#, "x".repeat(65));
    let name = format!(r#"{{"a":[{{"{}":1}}]}}"#, "x".repeat(65));
    let whole = [
        deep.as_str(),
        &long,
        &name,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"a":{"b":[{"c":1,"c":2}]}}"#,
        r#"{"a":1e999}"#,
        r#"{"a":"\ud800"}"#,
        r#"{"a":01}"#,
        "{",
        "nul",
    ];
    for wrong in whole {
        for place in ["arguments", "_meta", "name", "x"] {
            let text = format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"{place}":{wrong}}}}}"#
            );
            let (expected, found) =
                (inspect(text.as_bytes(), LIMITS), inspect_plain(text.as_bytes(), LIMITS));
            let (expected, found) = (expected.unwrap_err(), found.unwrap_err());
            assert_eq!(found.code, expected.code, "{text}");
            assert_eq!(found.message, expected.message, "{text}");
            #[cfg(feature = "http")]
            {
                let found = inspect_gist(text.as_bytes(), LIMITS).unwrap_err();
                assert_eq!((found.code, &found.message), (expected.code, &expected.message));
            }
        }
    }
}

#[cfg(feature = "http")]
#[test]
fn of_a_meta_the_gist_is_kept_and_the_whole_is_there_to_be_had() {
    let message = |meta: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"_meta":{meta},"name":"t"}}}}"#
        )
    };
    let text = message(
        r#"{"io.modelcontextprotocol/protocol\u0056ersion":"2026-07-28","x":[{"y":1.0}],"tracestate":7,
            "io.modelcontextprotocol/clientCapabilities":{"roots":{}},"progressToken":null}"#,
    );
    let Some(Plain::Call(call)) = inspect_gist(text.as_bytes(), LIMITS).unwrap().1 else {
        panic!("{text}")
    };
    let gist = call.meta.unwrap();
    assert_eq!(gist.revision.as_deref(), Some("2026-07-28"));
    assert_eq!(gist.capabilities, Some(serde_json::json!({ "roots": {} })));
    assert!(gist.wants_progress);
    assert_eq!(gist.heeded.get("tracestate"), Some(&Value::from(7)));
    assert_eq!((gist.heeded.get("baggage"), gist.heeded.get("x")), (None, None));
    assert!(Heeded::knows("baggage") && !Heeded::knows("x"));
    let whole: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        meta(text.as_bytes(), LIMITS).map(Value::Object).as_ref(),
        Some(&whole["params"]["_meta"])
    );
    for (name, value) in [
        ("io.modelcontextprotocol/protocolVersion", "1"),
        ("io.modelcontextprotocol/clientInfo", "{}"),
        ("progressToken", "1"),
        ("traceparent", "\"\""),
        ("x", "1"),
    ] {
        let twice = message(&format!(r#"{{"{name}":{value},"a":1,"{name}":{value}}}"#));
        let malformed = inspect_gist(twice.as_bytes(), LIMITS).unwrap_err();
        assert!(malformed.message.contains("twice"), "{name}");
    }
}
