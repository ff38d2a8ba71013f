//! The clients. They share the machine with the server, so they do as little as they can: requests
//! are made before, answers are only looked at, and the first and last of a connection are read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Outcome;
use crate::message::Message;

type Failure = Box<dyn std::error::Error>;

/// How long it goes on.
#[derive(Clone, Copy)]
enum Amount {
    Requests(u64),
    Time(Duration),
}

impl Amount {
    fn parse(text: &str) -> Result<Self, Failure> {
        Ok(match text.strip_suffix('s') {
            Some(seconds) => Self::Time(Duration::from_secs_f64(seconds.parse()?)),
            None => Self::Requests(text.parse()?),
        })
    }

    fn is_left(self, begun: Instant, number: u64) -> bool {
        match self {
            Self::Requests(count) => number < count,
            Self::Time(time) => begun.elapsed() < time,
        }
    }
}

/// One connection that stays open.
struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and gives the answer's body.
    async fn exchange(&mut self, request: &[u8]) -> Result<&[u8], Failure> {
        self.stream.write_all(request).await?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err("the server closed the connection".into());
            }
            let Some(head) = self.received.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let text = std::str::from_utf8(&self.received[..head])?;
            if !text.starts_with("HTTP/1.1 200") {
                return Err(String::from_utf8_lossy(&self.received).into_owned().into());
            }
            let whole = head + 4 + length(text)?;
            while self.received.len() < whole {
                if self.stream.read_buf(&mut self.received).await? == 0 {
                    return Err("the server closed the connection".into());
                }
            }
            return Ok(&self.received[head + 4..whole]);
        }
    }
}

fn length(head: &str) -> Result<usize, Failure> {
    let line = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    Ok(line.ok_or("an answer doesn't say how long it is")?.parse()?)
}

/// Whether it is the answer to what was asked.
fn check(answer: &[u8]) -> Outcome {
    let answer: Value = serde_json::from_slice(answer)?;
    let result = &answer["result"];
    let called = result["structuredContent"]["customer_id"] == 4711;
    let listed = result["tools"].as_array().is_some_and(|tools| !tools.is_empty());
    if (called || listed) && result["isError"] != true {
        return Ok(());
    }
    Err(format!("not the answer that was wanted: {answer}").into())
}

pub fn http(
    address: SocketAddr,
    what: &str,
    connections: usize,
    amount: &str,
    key: Option<&str>,
) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let amount = Amount::parse(amount)?;
    runtime.block_on(async {
        let sent = Arc::new(AtomicU64::new(0));
        let mut clients = Vec::new();
        for _ in 0..connections {
            let connection = Connection::open(address).await?;
            clients.push((connection, Message::over_http(what, address, key)?));
        }
        let begun = Instant::now();
        let running: Vec<_> = clients
            .into_iter()
            .map(|(connection, message)| {
                let sent = Arc::clone(&sent);
                let client = client(connection, message, sent, begun, amount);
                tokio::spawn(async move { client.await.map_err(|error| error.to_string()) })
            })
            .collect();
        let mut latencies = Vec::new();
        for client in running {
            latencies.extend(client.await??);
        }
        report(latencies, begun.elapsed());
        Ok(())
    })
}

async fn client(
    mut connection: Connection,
    mut message: Message,
    sent: Arc<AtomicU64>,
    begun: Instant,
    amount: Amount,
) -> Result<Vec<Duration>, Failure> {
    let mut latencies = Vec::new();
    let mut last = Vec::new();
    loop {
        let number = sent.fetch_add(1, Ordering::Relaxed);
        if !amount.is_left(begun, number) {
            break;
        }
        message.number(number);
        let asked = Instant::now();
        let answer = connection.exchange(&message.bytes).await?;
        latencies.push(asked.elapsed());
        if last.is_empty() {
            check(answer)?;
        }
        last.clear();
        last.extend_from_slice(answer);
    }
    if !last.is_empty() {
        check(&last)?;
    }
    Ok(latencies)
}

fn report(mut latencies: Vec<Duration>, time: Duration) {
    latencies.sort_unstable();
    let micros = |per_mille: usize| {
        let at = latencies.len().saturating_sub(1) * per_mille / 1000;
        latencies.get(at).map(|latency| latency.as_secs_f64() * 1e6)
    };
    let report = json!({
        "requests": latencies.len(),
        "seconds": time.as_secs_f64(),
        "p50": micros(500),
        "p99": micros(990),
    });
    println!("{report}");
}

/// Opens so many connections and holds them until stdin ends: with a call each that has been
/// answered, or with one that has not.
pub fn hold(address: SocketAddr, what: &str, connections: usize) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut held = Vec::new();
        for number in 0..connections {
            let mut connection = Connection::open(address).await?;
            let sent = if what == "running" { "call" } else { "same" };
            let mut message = Message::over_http(sent, address, None)?;
            message.number(u64::try_from(number)?);
            if what == "running" {
                connection.stream.write_all(&message.bytes).await?;
            } else {
                check(connection.exchange(&message.bytes).await?)?;
            }
            held.push(connection);
        }
        println!("held");
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut Vec::new())?;
        drop(held);
        Ok(())
    })
}

/// How many turns of stdio are made, and how many of them before it counts.
const TURNS: u64 = 20_000;
const WARM_UP: u64 = 1_000;

/// Turns with a server over stdio: one request, one answer.
pub fn stdio(program: &str, arguments: &[&str]) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut server = tokio::process::Command::new(program)
            .args(arguments)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut stdin), Some(stdout)) = (server.stdin.take(), server.stdout.take()) else {
            return Err("the server has no pipes".into());
        };
        let mut stdout = BufReader::new(stdout);
        let (mut message, _) = Message::new("call")?;
        let mut line = Vec::new();
        let mut latencies = Vec::new();
        let mut begun = Instant::now();
        message.bytes.push(b'\n');
        for turn in 0..WARM_UP + TURNS {
            if turn == WARM_UP {
                begun = Instant::now();
            }
            message.number(turn);
            let asked = Instant::now();
            stdin.write_all(&message.bytes).await?;
            line.clear();
            if stdout.read_until(b'\n', &mut line).await? == 0 {
                return Err("the server closed its stdout".into());
            }
            if turn >= WARM_UP {
                latencies.push(asked.elapsed());
            }
            if turn == 0 || turn == WARM_UP + TURNS - 1 {
                check(&line)?;
            }
        }
        report(latencies, begun.elapsed());
        Ok(())
    })
}
