//! HTTP: what is refused at the door, and that every refusal is a JSON-RPC error.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use mcp_runtime::{Server, tool, tools};
use serde_json::{Value, json};

use crate::support::{PATIENCE, call, call_message, post, send};

/// Repeat a text.
#[tool(read_only)]
async fn echo(text: String) -> String {
    text
}

/// Count the characters of a text.
#[tool(read_only)]
async fn length(text: String) -> usize {
    text.chars().count()
}

fn router() -> Router {
    Server::new("test", "0.0.0").tools(tools![echo, length]).router().unwrap()
}

fn code(answer: &Value) -> i64 {
    assert_eq!(answer["jsonrpc"], "2.0", "{answer}");
    assert!(answer["error"]["message"].is_string(), "{answer}");
    answer["error"]["code"].as_i64().unwrap()
}

fn good_body() -> String {
    call_message("echo", &json!({ "text": "x" })).to_string()
}

#[tokio::test]
async fn a_call_is_answered() {
    let result = call(&router(), "echo", json!({ "text": "x" })).await;
    assert_eq!(result["content"], json!([{ "type": "text", "text": "x" }]));
    assert_eq!(result["isError"], json!(false));
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "test");
}

#[tokio::test]
async fn a_tool_error_is_a_result() {
    let result = call(&router(), "echo", json!({ "text": 7 })).await;
    assert_eq!(result["isError"], json!(true));
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text["code"], "invalid_arguments");
    assert_eq!(result["_meta"]["mcp-runtime/error"], text);
    assert_eq!(result["structuredContent"], text);
}

#[tokio::test]
async fn a_tool_error_does_not_break_the_output_schema() {
    let result = call(&router(), "length", json!({ "text": 7 })).await;
    assert_eq!(result["isError"], json!(true));
    assert_eq!(result.get("structuredContent"), None);
    let good = call(&router(), "length", json!({ "text": "abc" })).await;
    assert_eq!(good["structuredContent"], json!({ "result": 3 }));
}

#[tokio::test]
async fn an_unknown_tool_is_invalid_params() {
    let body = call_message("ecko", &json!({})).to_string();
    let (_, answer) = send(&router(), post("ecko", body)).await;
    assert_eq!(code(&answer), -32602);
    assert_eq!(answer["error"]["message"], "unknown tool; did you mean `echo`?");
    assert_eq!(answer["id"], 1);
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused() {
    for (header, value, status) in [
        ("host", "evil.example.com", StatusCode::FORBIDDEN),
        ("host", "localhost.evil.example.com:8080", StatusCode::FORBIDDEN),
        ("origin", "http://evil.example.com", StatusCode::FORBIDDEN),
        ("origin", "http://localhost:9999", StatusCode::FORBIDDEN),
        ("origin", "null", StatusCode::FORBIDDEN),
        ("host", "127.0.0.1:1234", StatusCode::OK),
        ("host", "LOCALHOST", StatusCode::OK),
        ("origin", "http://localhost:8080", StatusCode::OK),
    ] {
        let mut request = post("echo", good_body());
        request.headers_mut().insert(header, value.parse().unwrap());
        let (answered, answer) = send(&router(), request).await;
        assert_eq!(answered, status, "{header}: {value}");
        if status == StatusCode::FORBIDDEN {
            assert_eq!(code(&answer), 403);
        }
    }
}

#[tokio::test]
async fn a_host_and_an_origin_can_be_allowed() {
    let router = Server::new("test", "0")
        .tools(tools![echo])
        .allow_host("tools.example.com")
        .allow_origin("https://app.example.com")
        .router()
        .unwrap();
    let mut request = post("echo", good_body());
    request.headers_mut().insert("host", "tools.example.com:8443".parse().unwrap());
    request.headers_mut().insert("origin", "https://app.example.com".parse().unwrap());
    assert_eq!(send(&router, request).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_program_can_serve_without_our_command_line() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = Server::new("test", "0").tools(tools![echo]);
    let serving = tokio::spawn(server.serve_http(free, async { drop(stopped.await) }));
    let connected = async {
        while tokio::net::TcpStream::connect(free).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, connected).await.unwrap();
    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, serving).await.unwrap().unwrap().unwrap();

    let open = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = Server::new("test", "0").serve_http(open, std::future::pending()).await;
    assert!(refused.unwrap_err().to_string().contains("refusing to listen"));
}

#[tokio::test]
async fn an_over_large_body_is_refused_however_it_is_sent() {
    let large = || vec![b' '; (4 << 20) + 1];
    let mut chunked = post("echo", Body::from_stream(stream_of(&large())));
    chunked.headers_mut().remove("content-length");
    for request in [post("echo", large()), chunked] {
        let (status, answer) = send(&router(), request).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(code(&answer), 413);
    }
}

fn stream_of(
    bytes: &[u8],
) -> impl futures_util::Stream<Item = Result<Vec<u8>, std::io::Error>> + use<> {
    let chunks: Vec<_> = bytes.chunks(64 << 10).map(|chunk| Ok(chunk.to_vec())).collect();
    futures_util::stream::iter(chunks)
}

#[tokio::test]
async fn what_cannot_be_a_request_is_a_json_rpc_error() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let nested = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"x","params":{deep}}}"#);
    let string = json!({ "jsonrpc": "2.0", "method": "x", "params": "x".repeat((1 << 20) + 1) });
    for (body, expected, why) in [
        ("{".to_owned(), -32700, "not JSON"),
        (r#"{"a":1e999}"#.to_owned(), -32700, "not JSON"),
        (deep, -32600, "deeper than 64"),
        (nested, -32600, "deeper than 64"),
        (format!("[{}]", good_body()), -32600, "batches"),
        (r#"{"jsonrpc":"2.0","id":1,"id":2}"#.to_owned(), -32600, "twice"),
        (good_body().replace(r#""text":"x""#, r#""text":"x","text":"y""#), -32600, "twice"),
        (string.to_string(), -32600, "longer than 1048576 bytes"),
    ] {
        let (status, answer) = send(&router(), post("echo", body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{why}");
        assert_eq!(code(&answer), expected, "{why}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(why), "{answer}");
    }
}

#[tokio::test]
async fn a_malformed_call_is_a_json_rpc_error() {
    for params in [json!({}), json!({ "name": 7 }), json!({ "name": "echo", "arguments": [] })] {
        let mut message = call_message("echo", &json!({}));
        let meta = message["params"]["_meta"].take();
        message["params"] = params;
        message["params"]["_meta"] = meta;
        let (_, answer) = send(&router(), post("echo", message.to_string())).await;
        assert!([-32602, -32020].contains(&code(&answer)), "{answer}");
        assert_eq!(answer["id"], 1);
    }
}

#[tokio::test]
async fn what_the_sdk_refuses_in_plain_text_is_json_here() {
    let with = |change: fn(&mut Request<Body>)| {
        let mut request = post("echo", good_body());
        change(&mut request);
        request
    };
    for (request, status) in [
        (
            with(|r| drop(r.headers_mut().insert("accept", "text/html".parse().unwrap()))),
            StatusCode::NOT_ACCEPTABLE,
        ),
        (
            with(|r| drop(r.headers_mut().insert("content-type", "text/html".parse().unwrap()))),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (with(|r| *r.method_mut() = "PUT".parse().unwrap()), StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let (answered, answer) = send(&router(), request).await;
        assert_eq!(answered, status);
        assert_eq!(code(&answer), i64::from(status.as_u16()));
    }
}

#[tokio::test]
async fn older_clients_find_a_session() {
    let router = router();
    let initialize = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "old", "version": "1" },
        },
    });
    let request = Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(Body::from(initialize.to_string()))
        .unwrap();
    let response = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers().contains_key("mcp-session-id"));

    let old_call = json!({
        "jsonrpc": "2.0", "id": 2, "method": "tools/call",
        "params": { "name": "echo", "arguments": { "text": "x" } },
    });
    let mut lost = post("echo", old_call.to_string());
    lost.headers_mut().insert("mcp-protocol-version", "2025-06-18".parse().unwrap());
    lost.headers_mut().insert("mcp-session-id", "gone".parse().unwrap());
    let (status, answer) = send(&router, lost).await;
    assert_eq!((status, code(&answer)), (StatusCode::NOT_FOUND, 404));
}

#[tokio::test]
async fn health_is_told() {
    for path in ["/livez", "/readyz"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(router(), request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
}

/// Once in a while.
#[tool(read_only, rate_limit = "2/90s per tool burst 1")]
async fn rare() {}

#[tokio::test]
async fn a_rate_is_told_in_headers_too() {
    let router = Server::new("test", "0").tools(tools![rare]).router().unwrap();
    let body = call_message("rare", &json!({})).to_string();
    let asked = |request| tower::ServiceExt::oneshot(router.clone(), request);
    let admitted = asked(post("rare", body.clone())).await.unwrap();
    assert!(!admitted.headers().contains_key("retry-after"));
    let limited = asked(post("rare", body)).await.unwrap();
    // A model has to read it: it stays a result.
    assert_eq!(limited.status(), StatusCode::OK);
    let header = |name: &str| limited.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("retry-after"), "45");
    assert_eq!(header("ratelimit"), "\"tool\";r=0;t=45");
    assert_eq!(header("ratelimit-policy"), "\"tool\";q=2;w=90");
}
