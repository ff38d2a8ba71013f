//! A server that doesn't survive, in each way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use mcp_runtime::{Code, Reply, ToolError};
use serde_json::{Map, Value, json};

use super::super::promises::Kept;
use super::super::{Contract, Outcome, crashes};
use super::tools::server;
use super::{Ended, Ending, Patch};

/// How a crash breaks the promises of `pay` on a patched runtime.
fn broken(patch: impl Fn() -> Patch + Sync) -> String {
    let setup = async || {
        let mut server = server();
        server.patch = Some(patch());
        Contract::of(server)
    };
    match crashes::keeps(&setup, "pay") {
        Ok(kept) => panic!("it is tested in vain: {kept:?}"),
        Err(broken) => broken.to_string(),
    }
}

#[track_caller]
fn says(found: &str, expected: &str) {
    assert!(found.contains(expected), "{found}");
}

fn ends(how: impl Fn(Ended) -> Ended + Send + Sync + 'static) -> Patch {
    let how = Arc::new(how);
    let outcome = Arc::new(move |outcome| -> Ending {
        let how = Arc::clone(&how);
        Box::pin(async move { how(outcome) })
    });
    Patch { outcome, ..Patch::default() }
}

/// A log that has something else in place of the records that it doesn't keep.
pub(super) fn logs(keeps: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Patch {
    let other = |record: Value| json!({ "seq": record["seq"], "kind": "other" });
    let kept = move |record| if keeps(&record) { record } else { other(record) };
    let how = move |records: Vec<Value>| records.into_iter().map(&kept).collect();
    Patch { records: Arc::new(how), ..Patch::default() }
}

#[test]
fn a_store_that_forgets() {
    let found = broken(|| Patch { forgets: true, ..Patch::default() });
    says(&found, "killed at `after_effect`: the function ran, and there is no intent on record");
    // Keys alone.
    let setup = async || {
        let mut server = server().configure(|server| server.audit(mcp_runtime::AuditLog::off()));
        server.patch = Some(Patch { forgets: true, ..Patch::default() });
        Contract::of(server)
    };
    let found = crashes::keeps(&setup, "pay").unwrap_err().to_string();
    says(&found, "killed at `after_effect`: the same key had 2 effects\n  call: pay ");
}

/// A key that a lost server claimed is a key for ever.
#[test]
fn a_claim_without_an_end() {
    let found = broken(|| {
        ends(|outcome| match &outcome {
            Ok(_) => outcome,
            Err(_) => Err(ToolError::new(Code::Indeterminate, "who knows")),
        })
    });
    says(&found, "nothing had happened, and the call is not carried out");
}

#[test]
fn doubt_that_is_not_told() {
    let found = broken(|| {
        ends(|outcome| match &outcome {
            Err(error) if *error.code() == Code::Indeterminate => {
                Err(ToolError::new(Code::Conflict, "somehow"))
            }
            _ => outcome,
        })
    });
    let expected = "killed at `after_start`: nobody knows what happened, and the client is told";
    says(&found, expected);
}

#[test]
fn a_replay_that_is_none() {
    let next = Arc::new(AtomicU32::new(0));
    let found = broken(move || {
        let next = Arc::clone(&next);
        ends(move |outcome| {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let reply = outcome?;
            let replayed = reply.meta().get(mcp_runtime::meta::REPLAYED).cloned();
            let other = Reply::text(number.to_string());
            Ok(match replayed {
                Some(call) => other.with_meta(mcp_runtime::meta::REPLAYED, call),
                None => other,
            })
        })
    });
    says(&found, "a second repeat is not the first");
}

/// What another process answered is told again, and isn't what it said.
#[test]
fn a_replay_of_something_else() {
    let found = broken(|| {
        let is_own = Arc::new(AtomicBool::new(false));
        ends(move |outcome| {
            let reply = outcome?;
            let Some(call) = reply.meta().get(mcp_runtime::meta::REPLAYED).cloned() else {
                is_own.store(true, Ordering::SeqCst);
                return Ok(reply);
            };
            if is_own.load(Ordering::SeqCst) {
                return Ok(reply);
            }
            Ok(Reply::text("something else").with_meta(mcp_runtime::meta::REPLAYED, call))
        })
    });
    says(&found, "killed at `after_reply`: a replay is not the first answer, which was {");
}

/// A key that is taken for another one: its call would get an answer that isn't its own.
#[test]
fn another_key_that_is_taken_for_the_same() {
    let found = broken(|| {
        let meta = |meta: Map<String, Value>| {
            let same = |value| match value {
                Value::String(text) => text.trim_end_matches(", another").into(),
                value => value,
            };
            meta.into_iter().map(|(name, value)| (name, same(value))).collect()
        };
        Patch { meta: Arc::new(meta), ..Patch::default() }
    });
    says(
        &found,
        "killed at `before_intent`: another call is not carried out any more\n  call: pay",
    );
}

#[test]
fn an_answer_that_is_gone() {
    let found = broken(|| {
        ends(|outcome| {
            let reply = outcome?;
            Ok(Reply::blocks(reply.content().to_vec()))
        })
    });
    says(
        &found,
        "killed at `after_outcome`: the answer was on record, and the client doesn't get it",
    );
}

#[test]
fn a_runtime_that_forgets_keys() {
    let found = broken(|| Patch { meta: Arc::new(|_| Map::new()), ..Patch::default() });
    says(&found, "killed at `before_intent`: a second repeat is not the first");
}

#[test]
fn a_log_that_misses_something() {
    let found = broken(|| logs(|record| record["kind"] != "intent"));
    says(&found, "killed at `after_effect`: the function ran, and there is no intent on record");
    let found = broken(|| logs(|record| record["outcome"] != "abandoned"));
    says(&found, "killed at `after_intent`: an intent was left open as the server started anew");
    let found = broken(|| {
        let told = |record: &mut Value| {
            if record["outcome"] == "ok" {
                record["outcome"] = "cancelled".into();
            }
        };
        let records = move |mut records: Vec<Value>| {
            records.iter_mut().for_each(told);
            records
        };
        Patch { records: Arc::new(records), ..Patch::default() }
    });
    says(
        &found,
        "killed at `after_outcome`: it was on record what became of the call, and the log",
    );
    let found = broken(|| logs(|record| record["kind"] != "refusal"));
    says(
        &found,
        "killed at `after_refusal`: it was on record what became of the call, and the log",
    );
}

/// Of a log that had no room for all of its records, nothing is concluded.
#[test]
fn a_log_that_drops_its_oldest_records() {
    let setup = async || {
        let mut server = server();
        let records = |records: Vec<Value>| {
            let newest = records.into_iter().rev().take(1);
            newest.collect()
        };
        server.patch = Some(Patch { records: Arc::new(records), ..Patch::default() });
        Contract::of(server)
    };
    let kept = crashes::keeps(&setup, "pay").unwrap();
    assert_eq!(kept, Outcome::Kept(Kept::InPart(crate::audit::DROPPED)));
}

#[test]
#[should_panic(
    expected = "`pay` breaks its promise `crash_keeps_promises`: killed at any point of a call and \
                started anew, its server repeats no effect and loses no record\nkilled at `"
)]
fn a_failure_says_where() {
    let setup = async || {
        let mut server = server();
        server.patch = Some(Patch { forgets: true, ..Patch::default() });
        Contract::of(server)
    };
    let pay = super::tools::pay_alone();
    super::super::__contract_test(&pay, 0, super::Promise::CrashKeepsPromises, async |_| {
        setup().await
    });
}
