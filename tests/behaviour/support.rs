//! What the tests share: requests as a modern client sends them, and a server to send them to.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// More than anything here needs, so that a hang becomes a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
const REVISION: &str = "2026-07-28";

/// A `tools/call` of the newest revision.
pub(crate) fn call_message(tool: &str, arguments: &Value) -> Value {
    json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": tool,
            "arguments": arguments,
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": REVISION,
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    })
}

/// A POST with the headers of a call to `tool`, and any body.
pub(crate) fn post(tool: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/mcp")
        .header("host", "localhost:8080")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", REVISION)
        .header("mcp-method", "tools/call")
        .header("mcp-name", tool)
        .body(body.into())
        .unwrap()
}

/// Sends a request through the routes; the answer must be JSON.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let answer = router.clone().oneshot(request);
    let response = tokio::time::timeout(PATIENCE, answer).await.unwrap().unwrap();
    let status = response.status();
    let kind = response.headers().get("content-type").cloned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&body);
    assert_eq!(kind.unwrap(), "application/json", "{status}: {text}");
    (status, serde_json::from_str(&text).unwrap())
}

/// Calls a tool through the routes and returns its result.
pub(crate) async fn call(router: &Router, tool: &str, arguments: Value) -> Value {
    let body = call_message(tool, &arguments).to_string();
    let (status, answer) = send(router, post(tool, body)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["result"].clone()
}

/// Serves the routes on a free port of this machine.
pub(crate) async fn listen(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Opens a connection and sends a call on it, without waiting for the answer.
pub(crate) async fn begin_call(address: SocketAddr, tool: &str, arguments: Value) -> TcpStream {
    let body = call_message(tool, &arguments).to_string();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {REVISION}\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n",
        body.len(),
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

/// Reads a connection to its end.
pub(crate) async fn read_all(mut stream: TcpStream) -> String {
    let mut text = String::new();
    tokio::time::timeout(PATIENCE, stream.read_to_string(&mut text)).await.unwrap().unwrap();
    text
}

/// Waits until a condition holds. Its patience is real time, which goes on where tokio's stands
/// still.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::task::yield_now().await;
    }
}

/// What is logged, for a subscriber to write to.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
