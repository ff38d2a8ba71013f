//! The clients. They share the machine with the server, so they do as little as they can: requests
//! are made before, and of the answers only few are read.

mod connection;
mod hold;
mod turns;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::latencies::Latencies;
use crate::message::Message;

use connection::{Answers, Connection};
pub use hold::hold;
pub use turns::stdio;

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

    fn is_left(self, begun: Instant, sent: u64) -> bool {
        match self {
            Self::Requests(count) => sent < count,
            Self::Time(time) => begun.elapsed() < time,
        }
    }
}

/// What is sent, and over how many connections.
pub struct Load<'a> {
    pub what: &'a str,
    pub connections: usize,
    /// `400` requests, or for `1.5s`.
    pub amount: &'a str,
    /// The number of the first call. A server that remembers calls has to be sent others each time.
    pub first: u64,
    pub key: Option<&'a str>,
}

pub fn http(address: SocketAddr, load: &Load<'_>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let amount = Amount::parse(load.amount)?;
    let first = load.first;
    runtime.block_on(async {
        let sent = Arc::new(AtomicU64::new(0));
        let mut clients = Vec::new();
        for _ in 0..load.connections {
            let connection = Connection::open(address).await?;
            clients.push((connection, Message::over_http(load.what, address, load.key)?));
        }
        let begun = Instant::now();
        let running: Vec<_> = clients
            .into_iter()
            .map(|(connection, message)| {
                let sent = Arc::clone(&sent);
                let next = move || {
                    let sent = sent.fetch_add(1, Ordering::Relaxed);
                    amount.is_left(begun, sent).then_some(first + sent)
                };
                let client = client(connection, message, next);
                tokio::spawn(async move { client.await.map_err(|error| error.to_string()) })
            })
            .collect();
        let mut latencies = Latencies::default();
        for client in running {
            latencies.extend(client.await??);
        }
        println!("{}", latencies.report(begun.elapsed()));
        Ok(())
    })
}

/// Sends calls of the numbers that it is given, until there is none.
async fn client(
    mut connection: Connection,
    mut message: Message,
    next: impl Fn() -> Option<u64>,
) -> Result<Latencies, Failure> {
    let mut latencies = Latencies::default();
    let mut answers = Answers::default();
    while let Some(number) = next() {
        message.number(number);
        let asked = Instant::now();
        let answer = connection.exchange(&message.bytes).await?;
        let latency = asked.elapsed();
        match answers.take(answer) {
            Ok(()) => latencies.push(latency),
            Err(refusal) => latencies.refuse(refusal.to_string()),
        }
    }
    answers.end()?;
    Ok(latencies)
}
