//! The two ways to answer a request over HTTP, held against each other: whoever sends it, and
//! whoever reads the log, must not notice which one was taken.

mod bench;
mod calls;
mod ended;
mod gone;
mod pool;
mod requests;
mod tools;
mod written;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use mcp_runtime::private::Ways;
use mcp_runtime::{ApiKeys, AuditLog, Decision, Server};
use tower::ServiceExt;
use tracing::{Dispatch, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, registry};

use crate::support::{Log, PATIENCE};
use requests::{Dice, Keys, Sent};
use written::{Written, written};

/// What is logged of a request that the SDK has no part in.
const DIRECT: &str = "goes without the SDK";
/// What stands for a tool where a list was answered.
const LIST: &str = "(list)";
/// How many requests are compared.
const REQUESTS: usize = 4_500;
/// What the direct path never takes: tools that see the SDK's request, ask a person, or have an
/// argument that travels as a header, and one that isn't there.
const NEVER: [&str; 5] = ["raw", "tenant", "delete", "routed", "ecko"];
/// Of so many requests, the direct path has to take one of each other tool at least.
const PLAIN: usize = 450;

/// Everything about an answer.
#[derive(Debug, PartialEq)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
    log: Vec<String>,
}

/// All that a server has told: by its answers, its counts, and its records.
#[derive(Default)]
struct Told {
    answers: Vec<Answer>,
    counts: Vec<(&'static str, Decision, u64)>,
    written: Written,
    /// The tool of each request that was answered without the SDK.
    direct: Vec<Option<String>>,
}

/// How a server stands to its callers.
#[derive(Default)]
struct Door {
    conceals: bool,
    /// A file of keys, and the keys.
    keys: Option<PathBuf>,
    shown: Keys,
}

/// What is logged of this crate, and what logs it.
fn log() -> (Log, impl Subscriber + Send + Sync) {
    // While there is but one subscriber, `tracing` asks the thread that comes by a place first
    // whether anybody listens there, and never again: another test's thread would say no.
    static OTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(registry()));
    LazyLock::force(&OTHER);
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt::layer()
        .without_time()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .with_filter(Targets::new().with_target("mcp_runtime", Level::TRACE));
    (log, registry().with(lines))
}

/// Sends requests one after the other to a server of its own, in a time of its own.
fn ask(ways: Ways, door: &Door, requests: &[Sent]) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let (log, lines) = log();
    let told = async {
        let server = Server::new("ways", "1.2.3").title("Both").state(tools::Runs::default());
        let server = server.tools(tools::all()).audit(AuditLog::memory());
        let server = server.allow_origin(pool::PAGE);
        let server = if door.conceals { server.conceal() } else { server };
        let server = match &door.keys {
            Some(file) => server.api_keys(file),
            None => server,
        };
        let server = server.in_memory().unwrap();
        let router = server.router_by(ways);
        let mut told = Told::default();
        for (number, sent) in requests.iter().enumerate() {
            // Pauses before further attempts are for chance to say.
            fastrand::seed(number as u64);
            let before = log.text().len();
            let answer = tokio::time::timeout(
                PATIENCE.saturating_mul(10),
                router.clone().oneshot(sent.request()),
            );
            let answer = answer.await.unwrap_or_else(|_| panic!("no answer to\n{sent}")).unwrap();
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let text = log.text().split_off(before);
            let (direct, log): (Vec<_>, Vec<_>) =
                text.lines().map(without_ids).partition(|line| line.contains(DIRECT));
            told.direct.push(direct.first().map(|line| tool_of(line)));
            told.answers.push(Answer {
                status: parts.status,
                headers: parts.headers,
                body: without_state(without_ids(&String::from_utf8_lossy(&body))),
                log,
            });
            if number % 16 == 0 {
                tokio::time::advance(Duration::from_secs(7)).await;
            }
        }
        told.counts = server.app().stats().all();
        told.written = written(server.app());
        told
    };
    // On this thread everything runs, tasks of the SDK's too.
    tracing::subscriber::with_default(lines, || runtime.block_on(told))
}

/// The tool that a line of the log is about.
fn tool_of(line: &str) -> String {
    line.split('"').nth(1).unwrap_or(LIST).to_owned()
}

/// A text whose ids of calls are all the same.
fn without_ids(text: &str) -> String {
    const FORM: &str = "xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx";
    let mut left = text;
    let mut told = String::with_capacity(text.len());
    while let Some(first) = left.chars().next() {
        let is_id = left.len() >= FORM.len()
            && left.bytes().zip(FORM.bytes()).all(|(byte, form)| match form {
                b'x' => byte.is_ascii_hexdigit(),
                form => byte == form,
            });
        if is_id {
            told.push_str(FORM);
            left = &left[FORM.len()..];
        } else {
            told.push(first);
            left = &left[first.len_utf8()..];
        }
    }
    told
}

/// A body without the state of a question, which is sealed by each server with a key of its own.
fn without_state(mut body: String) -> String {
    const STATE: &str = "\"requestState\":\"";
    if let Some(at) = body.find(STATE) {
        let begin = at + STATE.len();
        let length = body[begin..].find('"').unwrap();
        body.replace_range(begin..begin + length, "sealed");
    }
    body
}

/// Holds the two ways against each other, and says how often each tool was called directly.
fn compare(door: &Door, seed: u64, count: usize) -> BTreeMap<String, usize> {
    let mut dice = Dice(seed);
    let requests: Vec<_> = (0..count).map(|_| requests::any(&mut dice, &door.shown)).collect();
    let both = ask(Ways::Both, door, &requests);
    let sdk = ask(Ways::Sdk, door, &requests);
    for (number, sent) in requests.iter().enumerate() {
        let (way, other) = (&both.answers[number], &sdk.answers[number]);
        assert_eq!(way, other, "request {number}, direct: {:?}\n{sent}", both.direct[number]);
    }
    assert_eq!(both.counts, sdk.counts);
    let (written, other) = (both.written, sdk.written);
    assert!(written.calls.len() > count / 4, "{} records of calls", written.calls.len());
    for (record, other) in written.calls.iter().zip(&other.calls) {
        assert_eq!(record, other);
    }
    assert_eq!(written.calls.len(), other.calls.len());
    assert_eq!(written.refusals, other.refusals);
    assert!(sdk.direct.iter().all(Option::is_none));
    let mut direct = BTreeMap::new();
    for tool in both.direct.into_iter().flatten() {
        *direct.entry(tool).or_default() += 1;
    }
    for tool in NEVER {
        assert_eq!(direct.get(tool), None, "{tool} was called without the SDK");
    }
    direct
}

fn assert_plain(direct: &BTreeMap<String, usize>, count: usize) {
    let tools = calls::CALLS.iter().map(|(tool, _)| *tool).filter(|tool| !NEVER.contains(tool));
    for tool in tools.chain([LIST]) {
        let taken = direct.get(tool).copied().unwrap_or_default();
        assert!(taken >= count / PLAIN, "{taken} of {count} requests called {tool} directly");
    }
}

#[test]
fn nobody_can_tell_the_two_ways_apart() {
    assert_plain(&compare(&Door::default(), 1, REQUESTS), REQUESTS);
}

#[test]
fn nor_where_tools_are_concealed() {
    let count = REQUESTS / 3;
    assert_plain(&compare(&Door { conceals: true, ..Door::default() }, 2, count), count);
}

#[test]
fn nor_where_callers_show_keys() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.toml");
    let scopes: &[&str] = &["read:invoices"];
    let made = [("good", "anna", scopes), ("late", "eve", scopes)];
    let mut keys: Keys =
        ApiKeys::create_file(&file, &made).unwrap().into_iter().map(|(_, key)| key).collect();
    let text = fs::read_to_string(&file).unwrap();
    let late = "id = \"late\"\nexpires = 2020-01-01T00:00:00Z";
    fs::write(&file, text.replace("id = \"late\"", late)).unwrap();
    keys.push("none".to_owned());
    let count = REQUESTS / 3;
    let door = Door { keys: Some(file), shown: keys, ..Door::default() };
    assert_plain(&compare(&door, 3, count), count);
}
