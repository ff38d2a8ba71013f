//! A server as a process: stdio, signals, limits of the listener.

use std::net::SocketAddr;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::{PATIENCE, begin_call, call_message, read_all};

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_behaviour-fixture"));
    command.args(arguments).kill_on_drop(true).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.env("MCP_RUNTIME_STORE", "memory");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) async fn output(command: &mut Command) -> Output {
    let child = command.stdin(Stdio::null()).spawn().unwrap();
    timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap()
}

/// A server over HTTP that has said where it listens.
pub(crate) struct HttpServer {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Lines<BufReader<ChildStderr>>,
    /// Open, so that the server can go on printing.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl HttpServer {
    pub(crate) async fn start(change: impl FnOnce(&mut Command)) -> Self {
        let mut command = command(&["serve", "--http", "127.0.0.1:0"]);
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = timeout(PATIENCE, stdout.next_line()).await.unwrap().unwrap().unwrap();
        let url = first.split("http://").nth(1).unwrap();
        let address = url.strip_suffix("/mcp").unwrap().parse().unwrap();
        Self { child, address, log, _stdout: stdout }
    }

    async fn logs(&mut self, text: &str) {
        let seen = async {
            while let Some(line) = self.log.next_line().await.unwrap() {
                if line.contains(text) {
                    return true;
                }
            }
            false
        };
        assert!(timeout(PATIENCE, seen).await.unwrap(), "the log lacks: {text}");
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    async fn ends(&mut self) -> Option<i32> {
        timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap().code()
    }
}

#[tokio::test]
async fn sigterm_lets_a_running_call_finish() {
    let mut server = HttpServer::start(|_| {}).await;
    let running = begin_call(server.address, "slow", json!({ "pause": 500 })).await;
    server.logs("slow has begun").await;
    server.signal(rustix::process::Signal::TERM);
    server.logs("1 calls may finish").await;
    let refused = TcpStream::connect(server.address).await;
    assert!(refused.is_err(), "nothing new is accepted");
    assert!(read_all(running).await.contains("\"slow\""));
    assert_eq!(server.ends().await, Some(0));
}

#[tokio::test]
async fn what_outlives_the_grace_period_is_cut_off_and_reported() {
    let mut server = HttpServer::start(|command| {
        command.env("MCP_RUNTIME_GRACE", "50ms");
    })
    .await;
    let _running = begin_call(server.address, "slow", json!({ "pause": 3_600_000 })).await;
    server.logs("slow has begun").await;
    server.signal(rustix::process::Signal::INT);
    server.logs("cut off: still running after the grace period of 50ms").await;
    assert_eq!(server.ends().await, Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let mut server = HttpServer::start(|_| {}).await;
    let _running = begin_call(server.address, "slow", json!({ "pause": 3_600_000 })).await;
    server.logs("slow has begun").await;
    server.signal(rustix::process::Signal::TERM);
    server.logs("may finish").await;
    server.signal(rustix::process::Signal::TERM);
    assert_eq!(server.ends().await, Some(130));
}

/// A POST of `body` to the MCP endpoint, up to its body, on a connection that is kept alive.
fn post_head(address: SocketAddr, headers: &str, body: &str) -> String {
    format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len(),
    )
}

fn call_headers(tool: &str) -> String {
    format!("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n")
}

/// Reads a connection until it has said `text`, and returns what it said.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut said = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&said).contains(text) {
            said.push(stream.read_u8().await.unwrap());
        }
    };
    timeout(PATIENCE, reading).await.unwrap();
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn a_connection_that_is_kept_alive_gets_no_further_call_after_sigterm() {
    let mut server = HttpServer::start(|_| {}).await;
    let body = call_message("quick", &json!({})).to_string();
    let request = post_head(server.address, &call_headers("quick"), &body) + &body;
    let mut kept = TcpStream::connect(server.address).await.unwrap();
    kept.write_all(request.as_bytes()).await.unwrap();
    read_until(&mut kept, "\"quick\"").await;
    let _running = begin_call(server.address, "slow", json!({ "pause": 3_600_000 })).await;
    server.logs("slow has begun").await;
    server.signal(rustix::process::Signal::TERM);
    server.logs("1 calls may finish").await;
    let mut rest = Vec::new();
    let closed = timeout(std::time::Duration::from_secs(5), kept.read_to_end(&mut rest)).await;
    closed.expect("an idle connection is closed at once").unwrap();
}

#[tokio::test]
async fn a_call_whose_body_arrives_after_sigterm_gets_the_grace_period() {
    let mut server = HttpServer::start(|_| {}).await;
    let body = call_message("slow", &json!({ "pause": 3_000 })).to_string();
    let headers = call_headers("slow") + "Expect: 100-continue\r\n";
    let mut late = TcpStream::connect(server.address).await.unwrap();
    late.write_all(post_head(server.address, &headers, &body).as_bytes()).await.unwrap();
    read_until(&mut late, "100 Continue\r\n\r\n").await;
    server.signal(rustix::process::Signal::TERM);
    server.logs("SIGTERM: stopping").await;
    // The server has seen by now that no call runs.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    late.write_all(body.as_bytes()).await.unwrap();
    assert!(read_all(late).await.contains("\"slow\""));
    assert_eq!(server.ends().await, Some(0));
}

#[tokio::test]
async fn an_idle_stream_does_not_hold_up_the_end() {
    let mut server = HttpServer::start(|command| {
        command.env("MCP_RUNTIME_GRACE", "1h");
    })
    .await;
    let body = initialize().to_string();
    let mut opening = TcpStream::connect(server.address).await.unwrap();
    let request = post_head(server.address, "Connection: close\r\n", &body) + &body;
    opening.write_all(request.as_bytes()).await.unwrap();
    let opened = read_all(opening).await;
    let session = opened.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).unwrap();
    let listen = format!(
        "GET /mcp HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\n\
         MCP-Protocol-Version: 2025-06-18\r\nMcp-Session-Id: {session}\r\n\r\n",
        server.address,
    );
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(listen.as_bytes()).await.unwrap();
    assert!(read_until(&mut stream, "\r\n\r\n").await.contains("200 OK"));
    server.signal(rustix::process::Signal::TERM);
    assert_eq!(server.ends().await, Some(0));
}

#[tokio::test]
async fn a_blocking_tool_that_hangs_does_not_hold_up_the_end() {
    let mut server = HttpServer::start(|_| {}).await;
    let answer = read_all(begin_call(server.address, "hangs", json!({})).await).await;
    assert!(answer.contains("took longer than 200ms"), "{answer}");
    server.signal(rustix::process::Signal::TERM);
    assert_eq!(server.ends().await, Some(0));
}

#[tokio::test]
async fn an_operator_allows_hosts_and_origins_besides_the_programs() {
    let directory = tempfile::tempdir().unwrap();
    let settings = "[http]\nallowed_hosts = [\"file.example\"]\n\
                    allowed_origins = [\"https://file.example\"]\n";
    std::fs::write(directory.path().join("mcp.toml"), settings).unwrap();
    let server = HttpServer::start(|command| {
        command.current_dir(directory.path());
        command.env("MCP_RUNTIME_HTTP_ALLOWED_HOSTS", "environment.example");
        command.env("MCP_RUNTIME_HTTP_ALLOWED_ORIGINS", "https://environment.example");
    })
    .await;
    let body = call_message("quick", &json!({})).to_string();
    let address = server.address.to_string();
    for from in ["program.example", "file.example", "environment.example", "else.example"] {
        let origin = format!("Origin: https://{from}\r\nConnection: close\r\n");
        let headers = call_headers("quick") + &origin;
        let with_origin = post_head(server.address, &headers, &body) + &body;
        let headers = call_headers("quick") + "Connection: close\r\n";
        let with_host = post_head(server.address, &headers, &body).replace(&address, from) + &body;
        for request in [with_origin, with_host] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = read_all(stream).await;
            assert_eq!(answer.contains("200 OK"), from != "else.example", "{from}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_client_that_is_slow_to_say_anything_is_hung_up_on() {
    let server = HttpServer::start(|command| {
        command.env("MCP_RUNTIME_HTTP_READ_TIMEOUT", "50ms");
    })
    .await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    silent.write_all(b"POST /mcp HTTP/1.1\r\n").await.unwrap();
    read_all(silent).await;

    let mut stalled = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{{",
        server.address
    );
    stalled.write_all(head.as_bytes()).await.unwrap();
    assert!(read_all(stalled).await.contains("the body took too long"));
}

#[tokio::test]
async fn a_client_that_never_reads_is_hung_up_on() {
    let server = HttpServer::start(|command| {
        command.env("MCP_RUNTIME_HTTP_WRITE_TIMEOUT", "100ms");
    })
    .await;
    let mut deaf = TcpStream::connect(server.address).await.unwrap();
    let health = format!("GET /livez HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    let asked = async {
        let requests = health.repeat(1_000);
        while deaf.write_all(requests.as_bytes()).await.is_ok() {}
    };
    assert!(timeout(PATIENCE, asked).await.is_ok(), "the connection is closed");
}

#[tokio::test]
async fn open_connections_are_bounded() {
    let server = HttpServer::start(|command| {
        command.env("MCP_RUNTIME_HTTP_MAX_CONNECTIONS", "1");
    })
    .await;
    // One connection, kept open by its client.
    let mut first = TcpStream::connect(server.address).await.unwrap();
    let health = format!("GET /livez HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    first.write_all(health.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    timeout(PATIENCE, first.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let second = begin_call(server.address, "quick", json!({})).await;
    let mut byte = [0];
    let waits = timeout(std::time::Duration::from_millis(200), second.peek(&mut byte)).await;
    assert!(waits.is_err(), "the second connection waits for the first");
    drop(first);
    assert!(read_all(second).await.contains("quick"));
}

#[tokio::test]
async fn running_calls_are_bounded() {
    let mut server = HttpServer::start(|command| {
        command.env("MCP_RUNTIME_LIMITS_IN_FLIGHT", "1");
    })
    .await;
    let _running = begin_call(server.address, "slow", json!({ "pause": 3_600_000 })).await;
    server.logs("slow has begun").await;
    let shed = read_all(begin_call(server.address, "quick", json!({})).await).await;
    assert!(shed.contains("overloaded") && shed.contains("retry_after"), "{shed}");
}

/// How a client of an older revision begins.
fn initialize() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "old", "version": "1" },
        },
    })
}

#[tokio::test]
async fn sessions_of_older_clients_are_bounded() {
    let server = HttpServer::start(|command| {
        command.env("MCP_RUNTIME_HTTP_MAX_SESSIONS", "1");
    })
    .await;
    let body = initialize().to_string();
    for expected in ["mcp-session-id", "503 Service Unavailable"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = post_head(server.address, "Connection: close\r\n", &body) + &body;
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = read_all(stream).await;
        assert!(answer.contains(expected), "{answer}");
        assert_eq!(answer.contains("retry-after: 5"), expected.starts_with("503"), "{answer}");
    }
}

#[tokio::test]
async fn sessions_that_open_at_the_same_time_are_bounded_too() {
    let server = HttpServer::start(|command| {
        command.env("MCP_RUNTIME_HTTP_MAX_SESSIONS", "3");
    })
    .await;
    let body = initialize().to_string();
    let opened = (0..24).map(|_| async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = post_head(server.address, "Connection: close\r\n", &body) + &body;
        stream.write_all(request.as_bytes()).await.unwrap();
        read_all(stream).await.contains("mcp-session-id")
    });
    let opened = futures_util::future::join_all(opened).await;
    let opened = opened.into_iter().filter(|opened| *opened).count();
    assert!((1..=3).contains(&opened), "{opened} sessions");
}

#[tokio::test]
async fn the_network_is_refused_unless_told_in_so_many_words() {
    let refused = output(&mut command(&["serve", "--http", "0.0.0.0:0"])).await;
    assert_eq!(refused.status.code(), Some(1));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("refusing to listen on 0.0.0.0:0"), "{message}");
    assert!(message.contains("http.allow_unauthenticated_network"), "{message}");
}

/// A server over stdio.
struct StdioServer {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl StdioServer {
    fn start(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        // A log that nobody reads would hold the server up once its pipe is full.
        command.stderr(Stdio::null()).env("MCP_RUNTIME_LIMITS_MESSAGE", "64KB");
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { input: child.stdin.take(), child, output }
    }

    async fn send(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_bytes()).await.unwrap();
        input.write_all(b"\n").await.unwrap();
        input.flush().await.unwrap();
    }

    async fn receive(&mut self) -> Value {
        let line = timeout(PATIENCE, self.output.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not the protocol: {line}"))
    }

    async fn ask(&mut self, message: &Value) -> Value {
        self.send(&message.to_string()).await;
        self.receive().await
    }
}

#[tokio::test]
async fn stdio_speaks_the_protocol_and_nothing_else() {
    let mut server = StdioServer::start(&["serve", "--stdio"]);
    let answer = server.ask(&call_message("quick", &json!({}))).await;
    assert_eq!(answer["result"]["content"][0]["text"], "quick");
    let answer = server.ask(&call_message("panics", &json!({}))).await;
    assert_eq!(answer["result"]["isError"], json!(true));

    let mut with_progress = call_message("progress", &json!({}));
    with_progress["params"]["_meta"]["progressToken"] = json!("p1");
    server.send(&with_progress.to_string()).await;
    for step in 1..=3 {
        let notice = server.receive().await;
        assert_eq!(notice["method"], "notifications/progress");
        assert_eq!(notice["params"]["progressToken"], "p1");
        assert_eq!(notice["params"]["progress"].as_f64(), Some(f64::from(step)));
    }
    assert_eq!(server.receive().await["result"]["content"][0]["text"], "done");

    drop(server.input.take());
    let status = timeout(PATIENCE, server.child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0), "the end of input is a normal end");
}

#[tokio::test]
async fn stdio_answers_what_it_cannot_read_and_goes_on() {
    let mut server = StdioServer::start(&["--stdio"]);
    let quick = call_message("quick", &json!({}));
    server.ask(&quick).await;
    for (line, code) in [
        ("{".to_owned(), -32700),
        ("[]".to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"id":2}"#.to_owned(), -32600),
        (format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)), -32600),
        ("x".repeat(100_000), -32600),
        ("7".to_owned(), -32600),
    ] {
        server.send(&line).await;
        let answer = server.receive().await;
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert_eq!(server.ask(&quick).await["result"]["content"][0]["text"], "quick");
    }
    // Refused as soon as it is too long, and never kept: the line has no end yet.
    let endless = "x".repeat(100_000);
    server.input.as_mut().unwrap().write_all(endless.as_bytes()).await.unwrap();
    assert_eq!(server.receive().await["error"]["code"], -32600);
    server.send(&endless).await;
    server.send("").await;
    assert_eq!(server.ask(&quick).await["id"], 1, "empty lines are skipped");
}

#[tokio::test]
async fn a_cancelled_call_over_stdio_is_dropped() {
    let mut server = StdioServer::start(&["--stdio"]);
    let mut slow = call_message("slow", &json!({ "pause": 3_600_000 }));
    slow["id"] = json!("slow-1");
    server.send(&slow.to_string()).await;
    let cancel = json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled",
        "params": { "requestId": "slow-1" },
    });
    server.send(&cancel.to_string()).await;
    assert_eq!(server.ask(&call_message("quick", &json!({}))).await["id"], 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn answers_that_nobody_reads_do_not_pile_up() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Of 100 KB each; a server that held them all would have 300 MB.
    const CALLS: u64 = 3_000;
    /// The 1,024 calls that may run, the 128 answers that may be unsent, and the program.
    const BOUND: u64 = 200 << 20;
    let mut server = StdioServer::start(&["--stdio"]);
    let mut input = server.input.take().unwrap();
    let written = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&written);
    let writing = tokio::spawn(async move {
        for id in 0..CALLS {
            let mut call = call_message("bulky", &json!({}));
            call["id"] = json!(id);
            input.write_all(format!("{call}\n").as_bytes()).await.unwrap();
            count.store(id + 1, Ordering::Relaxed);
        }
        input
    });
    let status = format!("/proc/{}/status", server.child.id().unwrap());
    let (mut before, mut still) = (0, 0);
    // Ten looks without a further line taken: the server waits for its client.
    while still < 10 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let text = std::fs::read_to_string(&status).unwrap();
        let resident = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kilobytes: u64 = resident.trim().strip_suffix(" kB").unwrap().parse().unwrap();
        let now = written.load(Ordering::Relaxed);
        assert!(kilobytes << 10 < BOUND, "{kilobytes} KB for {now} calls");
        still = if now == before { still + 1 } else { 0 };
        before = now;
    }
    assert!(before < CALLS, "the server goes on reading");
    let mut answered = std::collections::HashSet::new();
    for _ in 0..CALLS {
        let answer = server.receive().await;
        assert_eq!(answer["result"]["content"][0]["text"].as_str().unwrap().len(), 100 << 10);
        answered.insert(answer["id"].as_u64().unwrap());
    }
    assert_eq!(answered.len(), usize::try_from(CALLS).unwrap());
    drop(timeout(PATIENCE, writing).await.unwrap().unwrap());
    let status = timeout(PATIENCE, server.child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}
