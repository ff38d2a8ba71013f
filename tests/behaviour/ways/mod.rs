//! The two ways to answer a request over HTTP, held against each other: whoever sends it, and
//! whoever reads the log, must not notice which one was taken.

mod calls;
mod gone;
mod pool;
mod requests;
mod tools;

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use mcp_runtime::private::Ways;
use mcp_runtime::{AuditLog, Decision, Server};
use tower::ServiceExt;
use tracing::{Dispatch, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, registry};

use crate::support::{Log, PATIENCE};
use requests::{Dice, Sent};

/// What is logged of a call that the SDK has no part in.
const DIRECT: &str = "a call goes without the SDK";
/// How many requests are compared, and how many of them the direct path has to take at least.
const REQUESTS: usize = 4_500;
const PLAIN: usize = 1_000;

/// Everything about an answer.
#[derive(Debug, PartialEq)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
    log: Vec<String>,
}

/// All that a server has told: by its answers, and by its counts.
struct Told {
    answers: Vec<Answer>,
    counts: Vec<(&'static str, Decision, u64)>,
    direct: Vec<bool>,
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
fn ask(ways: Ways, conceal: bool, requests: &[Sent]) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let (log, lines) = log();
    let told = async {
        let server = Server::new("ways", "1.2.3").title("Both").state(tools::Runs::default());
        let server = server.tools(tools::all()).audit(AuditLog::memory());
        let server = if conceal { server.conceal() } else { server };
        let server = server.in_memory().unwrap();
        let router = server.router_by(ways);
        let mut told = Told { answers: Vec::new(), counts: Vec::new(), direct: Vec::new() };
        for (number, sent) in requests.iter().enumerate() {
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
            told.direct.push(!direct.is_empty());
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
        told
    };
    // On this thread everything runs, tasks of the SDK's too.
    tracing::subscriber::with_default(lines, || runtime.block_on(told))
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

fn compare(conceal: bool, seed: u64, count: usize) -> usize {
    let mut dice = Dice(seed);
    let requests: Vec<_> = (0..count).map(|_| requests::any(&mut dice)).collect();
    let both = ask(Ways::Both, conceal, &requests);
    let sdk = ask(Ways::Sdk, conceal, &requests);
    for (number, sent) in requests.iter().enumerate() {
        let (way, other) = (&both.answers[number], &sdk.answers[number]);
        assert_eq!(way, other, "request {number}, direct: {}\n{sent}", both.direct[number]);
    }
    assert_eq!(both.counts, sdk.counts);
    assert!(!sdk.direct.contains(&true));
    both.direct.iter().filter(|direct| **direct).count()
}

#[test]
fn nobody_can_tell_the_two_ways_apart() {
    let direct = compare(false, 1, REQUESTS);
    assert!(direct >= PLAIN, "{direct} of {REQUESTS} requests took the direct path");
}

#[test]
fn nor_where_tools_are_concealed() {
    let direct = compare(true, 2, REQUESTS / 3);
    assert!(direct >= PLAIN / 3, "{direct} of {} requests took the direct path", REQUESTS / 3);
}
