//! Servers that survive, on every kind of store, and some that don't.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mcp_runtime::{
    AuditLog, Context, Effect, Reply, State, Store, ToolCall, ToolError, ToolService, tool, tools,
};
use serde_json::json;
use tower::{layer::layer_fn, service_fn};

use super::CrashPoint::{AfterRenewal, BeforeClaim, BeforeOutcome, BetweenAttempts};
use super::{CrashPoint, Crashes, call, crash_points};
use crate::contract::Nowhere;
use crate::{Folder, TestServer};

/// A bank, which is elsewhere.
#[derive(Clone, Default)]
struct Bank(Arc<AtomicU64>);

impl Bank {
    fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Pay.
#[tool(idempotent, timeout = "2s")]
async fn pay(State(bank): State<Bank>) -> u64 {
    bank.0.fetch_add(1, Ordering::SeqCst)
}

/// Whether the bank has booked it.
async fn look(bank: &Bank) -> Result<Option<u64>, ToolError> {
    Ok(bank.count().checked_sub(1))
}

/// Transfer.
#[tool(idempotent(reconcile = look(bank)), timeout = "2s")]
async fn transfer(State(bank): State<Bank>) -> u64 {
    bank.0.fetch_add(1, Ordering::SeqCst)
}

/// Send.
#[tool]
async fn send(State(bank): State<Bank>) -> u64 {
    bank.0.fetch_add(1, Ordering::SeqCst)
}

/// Pay nothing.
#[tool(idempotent)]
async fn decline(ctx: Context) -> Result<u64, ToolError> {
    Err(ToolError::new("declined", ctx.call_id().to_owned()).effect(Effect::None))
}

fn server(bank: &Bank) -> TestServer {
    TestServer::new(tools![pay, transfer, send, decline]).state(bank.clone())
}

fn points(crashes: &Crashes) -> Vec<&str> {
    CrashPoint::ALL.iter().map(|point| crashes.told(*point).unwrap_or("-")).collect()
}

/// What is told of a call of `pay` at each point: keys and log are in one place.
const PAID: [&str; 14] = [
    "ok",
    "-",
    "ok",
    "indeterminate",
    "indeterminate",
    "-",
    "indeterminate",
    "-",
    "-",
    "replayed",
    "replayed",
    "ok",
    "indeterminate",
    "ok",
];
/// Of a call without a key.
const SENT: [&str; 14] =
    ["ok", "-", "ok", "-", "ok", "-", "ok", "-", "-", "ok", "ok", "ok", "ok", "ok"];

/// The same, where these points are told of otherwise.
fn but<const N: usize>(
    all: [&'static str; 14],
    others: [(CrashPoint, &'static str); N],
) -> [&'static str; 14] {
    let mut all = all;
    for (point, told) in others {
        all[CrashPoint::ALL.iter().position(|one| *one == point).unwrap()] = told;
    }
    all
}

/// Where keys and log are apart.
fn apart(all: [&'static str; 14]) -> [&'static str; 14] {
    but(all, [(BeforeClaim, "ok"), (BeforeOutcome, "replayed")])
}

#[tokio::test]
async fn a_key_has_one_effect_wherever_the_server_dies() {
    let bank = Bank::default();
    let paid = bank.clone();
    let once = call("pay", json!({})).key("k").effects(move || paid.count());
    assert_eq!(points(&crash_points(|| server(&bank), once).await), PAID);
    // Without an outside world, runs are counted.
    let runs = call("pay", json!({})).key("k");
    let crashes = crash_points(|| server(&Bank::default()), runs).await;
    assert_eq!(points(&crashes), PAID);
    assert_eq!(crashes.to_string().lines().nth(4), Some("after_effect: indeterminate"));
}

#[tokio::test(start_paused = true)]
async fn a_file_survives_too() {
    let folder = Folder::new();
    let bank = Bank::default();
    let paid = bank.clone();
    let file = || {
        let path = folder.join("records.db");
        server(&bank).configure(|server| server.store(Store::file(path)))
    };
    let once = call("pay", json!({})).key("k").effects(move || paid.count());
    assert_eq!(points(&crash_points(file, once).await), PAID);
    let sent = call("send", json!({}));
    assert_eq!(points(&crash_points(file, sent).await), SENT);
}

/// Keys in a file or in memory, and the log in another file.
#[tokio::test(start_paused = true)]
async fn keys_and_a_log_apart_survive_too() {
    let folder = Folder::new();
    let logged = |log: &str| {
        let log = AuditLog::file(folder.join(log));
        server(&Bank::default()).configure(|server| server.audit(log))
    };
    let kept = || {
        let keys = Store::file(folder.join("keys.db"));
        logged("a.jsonl").configure(|server| server.store(keys))
    };
    let paid = crash_points(kept, call("pay", json!({})).key("k")).await;
    assert_eq!((points(&paid), paid.unseen()), (apart(PAID).to_vec(), None));
    let sent = crash_points(|| logged("b.jsonl"), call("send", json!({}))).await;
    assert_eq!(points(&sent), SENT);
}

/// Calls that last for longer than until their lease is renewed, and calls that are tried again.
#[tokio::test]
async fn a_long_call_and_one_that_is_tried_again_survive_too() {
    /// Pay slowly.
    #[tool(idempotent, timeout = "1m", retry(attempts = 3))]
    async fn pay_slowly(State(bank): State<Bank>) -> u64 {
        bank.0.fetch_add(1, Ordering::SeqCst)
    }
    /// Pay in attempts that are over before a lease is renewed.
    #[tool(idempotent, timeout = "1m", retry(attempts = 2, attempt_timeout = "4s"))]
    async fn pay_hastily(State(bank): State<Bank>) -> u64 {
        bank.0.fetch_add(1, Ordering::SeqCst)
    }
    for (tool, renewed) in [("pay_slowly", "indeterminate"), ("pay_hastily", "-")] {
        let bank = Bank::default();
        let paid = bank.clone();
        let server = || TestServer::new(tools![pay_slowly, pay_hastily]).state(bank.clone());
        let once = call(tool, json!({})).key("k").effects(move || paid.count());
        let expected = [(BetweenAttempts, "indeterminate"), (AfterRenewal, renewed)];
        assert_eq!(points(&crash_points(server, once).await), but(PAID, expected), "{tool}");
    }
}

/// What can find out what became of a call never says that nobody knows.
#[tokio::test]
async fn what_finds_out_gives_an_answer_wherever_the_server_dies() {
    let crashes = crash_points(|| server(&Bank::default()), call("transfer", json!({})).key("k"));
    let settled = crashes.await;
    // Each server has a bank of its own here, which knows of nothing.
    let [found, doubted] = [CrashPoint::AfterEffect, CrashPoint::AfterDoubt].map(|at| (at, "ok"));
    let expected = but(PAID, [(CrashPoint::AfterStart, "ok"), (CrashPoint::BeforeEffect, "ok")]);
    assert_eq!(points(&settled), but(expected, [found, doubted]));
}

#[tokio::test]
async fn a_call_without_a_key_is_on_record() {
    let bank = Bank::default();
    for logged in [true, false] {
        let server = || {
            let server = server(&bank);
            if logged { server } else { server.configure(|s| s.audit(AuditLog::off())) }
        };
        let crashes = crash_points(server, call("send", json!({}))).await;
        let unrecorded = ["-", "-", "-", "-", "ok", "-", "ok", "-", "-", "-", "ok", "-", "-", "-"];
        assert_eq!(points(&crashes), if logged { SENT } else { unrecorded }, "{logged}");
        assert_eq!(crashes.unseen(), None);
    }
}

/// Two places: keys in memory, the log in a sink that is gone with its server.
#[tokio::test]
async fn a_key_survives_a_log_that_is_elsewhere() {
    let server = || sunk(server(&Bank::default()));
    let crashes = crash_points(server, call("pay", json!({})).key("k")).await;
    assert_eq!(points(&crashes), apart(PAID));
    assert_eq!(crashes.unseen(), Some("the audit log, which can't be read back"));
    // Every call is on record there, and comes to the points of one.
    let sent = crash_points(server, call("send", json!({}))).await;
    assert_eq!(points(&sent), SENT);
}

/// Its log is in a sink.
fn sunk(server: TestServer) -> TestServer {
    server.configure(|server| server.audit(AuditLog::to(Nowhere)))
}

/// A server, and what starts anew in its place.
async fn next(tool: &str, anew: impl Fn(TestServer) -> TestServer + Sync) {
    let at = AtomicU64::new(0);
    let server = || {
        let is_first = at.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        let server = server(&Bank::default());
        if is_first { server } else { anew(server) }
    };
    drop(crash_points(server, call(tool, json!({})).key("k")).await);
}

#[tokio::test]
#[should_panic(expected = "killed at `before_intent`: the log can't be read after the crash: ")]
async fn a_log_that_is_lost_is_told() {
    next("pay", sunk).await;
}

/// Whatever the code is by which it refuses.
#[tokio::test]
#[should_panic(
    expected = "killed at `before_intent`: another call is not carried out any more\n  call: send"
)]
async fn a_server_that_refuses_from_then_on_is_told() {
    next("send", |server| server.configure(|s| s.layer(declining()))).await;
}

#[tokio::test]
#[should_panic(
    expected = "`decline` doesn't survive a crash: killed at `before_intent`: this call \
                           should have succeeded"
)]
async fn a_call_that_fails_tells_nothing() {
    let declined = call("decline", json!({})).key("k");
    let bank = Bank::default();
    let server = || server(&bank).configure(|s| s.layer(declining()));
    drop(crash_points(server, declined).await);
}

/// Refuses before the function.
fn declining()
-> impl tower::Layer<ToolService, Service = tower::util::BoxCloneSyncService<ToolCall, Reply, ToolError>>
+ Send
+ Sync {
    layer_fn(|_: ToolService| {
        tower::util::BoxCloneSyncService::new(service_fn(|_: ToolCall| async {
            Err(ToolError::new("declined", "no"))
        }))
    })
}

#[tokio::test]
#[should_panic(expected = "the server has no tool `pai`")]
async fn a_tool_that_is_not_there_is_told() {
    drop(crash_points(|| server(&Bank::default()), call("pai", json!({})).key("k")).await);
}

/// Nothing runs where a server was killed: not what was spawned, not what is dropped.
#[tokio::test]
async fn the_dead_do_nothing() {
    /// Send later.
    #[tool]
    async fn later(State(bank): State<Bank>) {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            bank.0.fetch_add(1, Ordering::SeqCst);
        });
    }
    let (bank, at) = (Bank::default(), Arc::new(AtomicU64::new(0)));
    let server = || {
        // The second of each two is the one that comes back.
        let first = at.fetch_add(1, Ordering::SeqCst) % 2 == 0;
        let bank = if first { bank.clone() } else { Bank::default() };
        TestServer::new(tools![later]).state(bank)
    };
    drop(crash_points(server, call("later", json!({}))).await);
    assert_eq!(bank.count(), 0);
}
