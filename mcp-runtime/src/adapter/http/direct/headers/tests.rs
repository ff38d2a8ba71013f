use axum::http::{HeaderName, HeaderValue, Request};

use super::*;

/// The headers of a plain call.
const PLAIN: [(&str, &str); 6] = [
    ("host", "localhost"),
    ("content-type", "application/json"),
    ("accept", "application/json, text/event-stream"),
    ("mcp-protocol-version", "2026-07-28"),
    ("mcp-method", "tools/call"),
    ("mcp-name", "t"),
];

/// The head of a request.
fn head(method: Method, headers: &[(&'static str, &'static str)]) -> Parts {
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = method;
    for (name, value) in headers {
        let name = HeaderName::from_static(name);
        parts.headers.append(name, HeaderValue::from_static(value));
    }
    parts
}

fn is_plain(headers: &[(&'static str, &'static str)]) -> bool {
    asked(&head(Method::POST, headers)).is_some()
}

#[test]
fn headers_are_those_of_a_plain_call_or_the_sdk_answers() {
    assert_eq!(asked(&head(Method::POST, &PLAIN)), Some(Asked::Call("t")));
    assert_eq!(asked(&head(Method::PUT, &PLAIN)), None);
    for (at, (name, _)) in PLAIN.iter().enumerate().skip(1) {
        let without: Vec<_> = PLAIN.iter().filter(|header| header.0 != *name).copied().collect();
        assert!(!is_plain(&without), "without {name}");
        let twice: Vec<_> = PLAIN.iter().chain([&PLAIN[at]]).copied().collect();
        assert!(!is_plain(&twice), "{name} twice");
    }
    let session: Vec<_> = PLAIN.iter().copied().chain([("mcp-session-id", "x")]).collect();
    assert!(!is_plain(&session));
    for (name, value, plain) in [
        ("content-type", "application/json; charset=utf-8", true),
        ("content-type", "Application/JSON", true),
        ("content-type", "application/jsonx", false),
        ("content-type", "text/plain", false),
        ("accept", "text/event-stream,application/json,*/*", true),
        ("accept", "application/json", false),
        ("accept", "text/event-stream", false),
        ("accept", "*/*", false),
        ("accept", "application/json;q=0, text/event-stream", false),
        ("accept", "application/json, text/event-stream;q=0", false),
        ("accept", "application/json, text/event-stream, \"a", false),
        ("mcp-protocol-version", "2025-11-25", false),
        ("mcp-protocol-version", "2026-07-29", false),
        ("mcp-method", "tools/list", false),
        ("mcp-method", "Tools/Call", false),
    ] {
        let changed = PLAIN.map(|header| if header.0 == name { (name, value) } else { header });
        assert_eq!(is_plain(&changed), plain, "{name}: {value}");
    }
}

#[test]
fn what_is_no_text_is_not_plain() {
    for (at, (name, value)) in PLAIN.iter().enumerate().skip(1) {
        let mut head = head(Method::POST, &PLAIN);
        let odd = [value.as_bytes(), b";\xff"].concat();
        head.headers.insert(PLAIN[at].0, HeaderValue::from_bytes(&odd).unwrap());
        assert_eq!(asked(&head), None, "{name}");
    }
}

#[test]
fn a_list_names_no_tool() {
    let list = PLAIN.map(|header| match header.0 {
        "mcp-method" => ("mcp-method", "tools/list"),
        _ => header,
    });
    assert_eq!(asked(&head(Method::POST, &list[..5])), Some(Asked::List));
    assert!(!is_plain(&list));
}
