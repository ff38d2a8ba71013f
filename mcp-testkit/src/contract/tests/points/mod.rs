//! For each point that is easily forgotten, a runtime that only a crash right there finds out.

mod memory;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mcp_runtime::private::{Edge, Passing, Write};
use mcp_runtime::{AuditLog, Code, Effect, State, ToolError, meta, tool, tools};
use serde_json::Value;

use self::memory::{Lifeless, Memory, noting};
use super::super::{Contract, crashes};
use super::Patch;
use super::broken::ends;
use super::crashes::logs;
use super::layers::{failing_otherwise, seen};
use super::tools::Paid;
use crate::{Effects, Folder, TestServer};

/// Pay, with patience.
#[tool(idempotent, timeout = "1m", retry(attempts = 3))]
async fn pay(State(paid): State<Paid>) -> u32 {
    paid.next()
}

fn server() -> TestServer {
    TestServer::new(tools![pay]).state(Paid::default())
}

/// The points at which a runtime is found out, and how.
fn found(
    server: impl Fn() -> TestServer + Sync,
    patch: impl Fn() -> Patch + Sync,
) -> Vec<(String, String)> {
    let setup = async || {
        let mut server = server();
        server.patch = Some(patch());
        Contract::of(server)
    };
    crashes::found(&setup, "pay")
}

#[track_caller]
fn only(found: &[(String, String)], points: &[&str], what: &str) {
    let at: Vec<_> = found.iter().map(|(point, _)| point.as_str()).collect();
    assert_eq!(at, points, "{found:?}");
    for (_, how) in found {
        assert!(how.contains(what), "{how}");
    }
}

/// A log in a file, in a folder of its own.
fn logged(folder: &Folder) -> (PathBuf, impl Fn() -> TestServer + Sync) {
    let path = folder.join("audit.jsonl");
    let file = path.clone();
    (path, move || server().configure(|server| server.audit(AuditLog::file(&file))))
}

#[test]
fn a_runtime_that_does_nothing_wrong_is_never_found_out() {
    only(&found(server, Patch::default), &[], "");
    let folder = Folder::new();
    only(&found(logged(&folder).1, Patch::default), &[], "");
}

/// A recovery that goes by the keys: an intent without a claim stays open.
#[test]
fn what_closes_intents_by_their_claims() {
    let (folder, memory) = (Folder::new(), Memory::default());
    let (_, server) = logged(&folder);
    let server = || {
        let notes = |memory: &Memory, passing: &Passing<'_>| {
            if (passing.edge, passing.write) == (Edge::Store, Write::Begin) {
                memory.note();
            }
        };
        server().configure(noting(&memory, notes))
    };
    let patch = || {
        let noted = memory.clone();
        let records = logs(move |record| record["outcome"] != "abandoned" || noted.is_noted());
        Patch { records: records.records, ..memory.hears() }
    };
    only(&found(server, patch), &["`before_claim`"], "an intent was left open");
}

/// A runtime that believes its log rather than its keys.
#[test]
fn what_takes_an_abandoned_intent_for_doubt() {
    fn is_abandoned(log: &Path, call: &Value) -> bool {
        let records = std::fs::read_to_string(log).unwrap_or_default();
        let mut lines = records.lines().filter(|line| line.contains("abandoned"));
        lines.any(|line| call.as_str().is_some_and(|call| line.contains(call)))
    }
    let folder = Folder::new();
    let (log, server) = logged(&folder);
    let patch = || {
        let log = log.clone();
        ends(move |outcome| match outcome {
            Ok(reply)
                if reply
                    .meta()
                    .get(meta::REPLAYED)
                    .is_some_and(|call| is_abandoned(&log, call)) =>
            {
                Err(ToolError::new(Code::Indeterminate, "the log says so"))
            }
            outcome => outcome,
        })
    };
    only(&found(server, patch), &["`before_outcome`"], "the answer was on record, and the client");
}

/// A key whose lease was renewed is lost with its server.
#[test]
fn what_forgets_a_key_that_was_renewed() {
    let memory = Memory::default();
    let server = || {
        let notes = |memory: &Memory, passing: &Passing<'_>| {
            if passing.write == Write::Renew {
                memory.note();
            }
        };
        server().configure(noting(&memory, notes))
    };
    let found = found(server, || memory.drops_keys());
    only(&found, &["`after_renewal`"], "the same key had 2 effects");
}

/// A lease that is never renewed.
#[test]
fn what_gives_no_sign_of_life() {
    let server = || server().configure(|server| server.steered(Arc::new(Lifeless)));
    let how = "renews its lease every 10s; this one went on for 60s and didn't";
    only(&found(server, Patch::default), &["`after_renewal`"], how);
}

/// A key that is given back while the function is tried again.
#[test]
fn what_lets_go_of_a_key_between_two_attempts() {
    let memory = Memory::default();
    let server = || {
        let notes = |memory: &Memory, passing: &Passing<'_>| {
            if passing.write == Write::End {
                memory.forget();
            }
        };
        let attempt = memory.clone();
        let layer = seen(move |number| {
            if number > 1 {
                attempt.note();
            }
        });
        server().configure(noting(&memory, notes)).configure(|server| server.function_layer(layer))
    };
    let found = found(server, || memory.drops_keys());
    only(&found, &["`between_attempts`"], "the same key had 2 effects");
}

/// A failure without an effect that counts as one with a doubtful effect.
#[test]
fn what_doubts_an_error_that_had_no_effect() {
    let doubting = || failing_otherwise(Effect::None, Effect::Unknown);
    let server = || server().configure(|server| server.function_layer(doubting()));
    let points = [
        "`after_failure`, of an error that isn't retryable",
        "`after_failure`, of an error that is retryable",
    ];
    let how = "nothing had happened, and the call is not carried out";
    only(&found(server, Patch::default), &points, how);
}

/// The other way round.
#[test]
fn what_believes_that_a_doubtful_error_had_no_effect() {
    let believing = || failing_otherwise(Effect::Unknown, Effect::None);
    let server = || server().configure(|server| server.function_layer(believing()));
    let points = [
        "`after_doubt`, of an error that isn't retryable",
        "`after_doubt`, of an error that is retryable",
    ];
    only(&found(server, Patch::default), &points, "the same key had 2 effects");
}

/// A refused call leaves its arguments with its key.
#[test]
fn what_claims_a_key_for_a_refused_call() {
    let memory = Memory::default();
    let server = || {
        let notes = |memory: &Memory, passing: &Passing<'_>| {
            if passing.write == Write::Refusal {
                memory.note();
            }
        };
        server().configure(noting(&memory, notes))
    };
    let patch = || {
        let noted = memory.clone();
        let other = || ToolError::new(Code::IdempotencyMismatch, "other arguments");
        let outcome = ends(move |outcome| if noted.is_noted() { Err(other()) } else { outcome });
        Patch { outcome: outcome.outcome, ..memory.hears() }
    };
    let how = "nothing had happened, and the call is not carried out";
    only(&found(server, patch), &["`after_refusal`"], how);
}

/// Where a tool may run again by right, nothing but its effects says that it must not have.
#[test]
fn what_pays_twice_though_it_finds_out() {
    /// Whether it was paid: nobody ever finds it.
    async fn lose(_: &Paid) -> Result<Option<u32>, ToolError> {
        Ok(None)
    }
    /// Pay, and find out.
    #[tool(idempotent(reconcile = lose(paid)), timeout = "2s")]
    async fn transfer(State(paid): State<Paid>) -> u32 {
        paid.next()
    }
    let setup = async |counted: bool| {
        let paid = Paid::default();
        let count = paid.clone();
        let server = TestServer::new(tools![transfer]).state(paid);
        let contract = Contract::of(server);
        if counted { contract.effects("transfer", move || count.count()) } else { contract }
    };
    only(&crashes::found(&async || setup(false).await, "transfer"), &[], "");
    let doubtful = [
        "`after_effect`",
        "`after_doubt`, of an error that isn't retryable",
        "`after_doubt`, of an error that is retryable",
    ];
    let found = crashes::found(&async || setup(true).await, "transfer");
    only(&found, &doubtful, "the same key had 2 effects");
}

/// What counts something else would prove everything.
#[test]
fn effects_that_are_not_counted() {
    let setup = async || Contract::of(server()).effects("pay", Effects::new());
    let points = ["`after_outcome`", "`after_reply`"];
    let found = crashes::found(&setup, "pay");
    only(&found, &points, "what counts its effects counts none");
}
