//! What records cost: the audit log and idempotency, by where they are kept and by how many calls
//! are made at a time.
//!
//! `cargo xtask bench records` runs it, with the syncs counted. The tool does nothing, so that what
//! is measured is the policies; `calls/s` means something only in comparison, on one machine.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mcp_runtime::{App, AuditLog, Error, Server, Store, tool, tools};
use serde_json::{Map, json};

/// Where the number of syncs is told, if anywhere.
const TALLY: &str = "FAULTS_TALLY";
const AT_A_TIME: [usize; 4] = [1, 8, 64, 512];
/// How long one line is measured.
const TIME: Duration = Duration::from_millis(1_500);

/// Do nothing.
#[tool]
async fn unkeyed(account: u64, text: String) -> u64 {
    account + text.len() as u64
}

/// Do nothing, once.
#[tool(idempotent(required))]
async fn keyed(account: u64, text: String) -> u64 {
    account + text.len() as u64
}

struct Line {
    /// What each call writes: an intent and an outcome, and between them a start where it has a key.
    entries: f64,
    calls: u32,
    time: Duration,
    latencies: Vec<Duration>,
    syncs: Option<u32>,
}

impl Line {
    fn quantile(&self, per_mille: usize) -> Duration {
        self.latencies[(self.latencies.len() - 1) * per_mille / 1000]
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = f64::from(self.calls);
        let rate = calls / self.time.as_secs_f64();
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let (half, most) = (micros(self.quantile(500)), micros(self.quantile(990)));
        write!(f, "{rate:>10.0} {half:>10.0} {most:>10.0} ")?;
        match self.syncs {
            Some(syncs) if self.entries > 0.0 && syncs > 0 => {
                let syncs = f64::from(syncs);
                write!(f, "{:>12.2} {:>16.1}", syncs / calls, self.entries * calls / syncs)
            }
            _ => write!(f, "{:>12} {:>16}", "-", "-"),
        }
    }
}

/// Makes so many calls at a time for a while.
async fn measure(app: &App, tool: &'static str, entries: f64, at_a_time: usize) -> Line {
    let before = syncs();
    let begin = Instant::now();
    let callers = (0..at_a_time).map(|caller| {
        let app = app.clone();
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            while begin.elapsed() < TIME {
                let key = format!("{caller}-{}", latencies.len());
                let meta = Map::from_iter([("mcp-runtime/idempotency-key".into(), key.into())]);
                let arguments = json!({ "account": 4711, "text": "what it is about" });
                let sent = Instant::now();
                let answered = app.request(tool, arguments).meta(meta).await;
                latencies.push(sent.elapsed());
                if let Err(error) = answered {
                    panic!("{error:?}");
                }
            }
            latencies
        })
    });
    let answered: Vec<Vec<Duration>> =
        join_all(callers).await.into_iter().map(Result::unwrap_or_default).collect();
    let time = begin.elapsed();
    let mut latencies = answered.concat();
    latencies.sort_unstable();
    let syncs = before.zip(syncs()).map(|(before, after)| after - before);
    let calls = u32::try_from(latencies.len()).unwrap_or(u32::MAX);
    Line { entries, calls, time, latencies, syncs }
}

/// The syncs of this process so far, where they are counted.
fn syncs() -> Option<u32> {
    let file = std::env::var_os(TALLY)?;
    Some(std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0))
}

fn server(store: Store, audit: AuditLog) -> Result<App, Error> {
    let server = Server::new("bench", "0").tools(tools![unkeyed, keyed]);
    server.store(store).audit(audit).build()
}

/// What is measured: a name, a server, which of its tools, and how often a call writes.
fn subjects(place: &Path) -> Result<Vec<(&'static str, App, &'static str, f64)>, Error> {
    let file = |name: &str| Store::file(place.join(name));
    let lines = AuditLog::file(place.join("log.jsonl"));
    let in_file = server(file("a.db"), AuditLog::store())?;
    Ok(vec![
        ("neither", server(Store::memory(), AuditLog::off())?, "unkeyed", 0.0),
        ("audit in memory", server(Store::memory(), AuditLog::memory())?, "unkeyed", 2.0),
        ("audit in SQLite", in_file.clone(), "unkeyed", 2.0),
        ("audit in JSON lines", server(Store::memory(), lines)?, "unkeyed", 2.0),
        ("keys in SQLite", server(file("b.db"), AuditLog::off())?, "keyed", 3.0),
        ("both in SQLite", in_file, "keyed", 3.0),
    ])
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let place = std::env::args_os().nth(1).ok_or_else(|| Error::start("name a folder"))?;
    std::fs::create_dir_all(&place).map_err(Error::start)?;
    println!(
        "{:<22} {:>9} {:>10} {:>10} {:>10} {:>12} {:>16}",
        "", "at a time", "calls/s", "p50 µs", "p99 µs", "syncs/call", "entries per sync"
    );
    for (name, app, tool, entries) in subjects(Path::new(&place))? {
        for at_a_time in AT_A_TIME {
            println!("{name:<22} {at_a_time:>9} {}", measure(&app, tool, entries, at_a_time).await);
        }
    }
    Ok(())
}
