//! What is kept of calls, in words.

use super::Fact;
use super::numbers::duration;
use crate::manifest::model::{AuditPart, IdempotencyPart, InFlightPart, KeyPart};

/// What it means that a tool is safe to repeat.
pub(super) fn repeats(keys: Option<&IdempotencyPart>) -> &'static str {
    match keys {
        None => "The same call again changes nothing more.",
        Some(_) => "The same call again, with the same key, changes nothing more.",
    }
}

pub(super) fn idempotency(of: &IdempotencyPart) -> Fact {
    let key = match &of.key {
        KeyPart::Client => "the client's".to_owned(),
        KeyPart::Arguments => "the client's, else of all arguments".to_owned(),
        KeyPart::Fields(names) => format!("the client's, else of {}", names.join(", ")),
    };
    let mut sentences = vec![
        format!(
            "A call whose key was used within {} gets the answer of the first one, and has no \
             effect of its own.",
            duration(of.ttl_ms)
        ),
        match of.in_flight {
            InFlightPart::Wait => "While the first one runs it waits.",
            InFlightPart::Reject => "While the first one runs it is refused.",
        }
        .to_owned(),
        match (&of.key, of.required) {
            (_, true) => "A call without a key is refused.",
            (KeyPart::Arguments, false) => "Every call has a key.",
            (_, false) => "A call without a key runs each time.",
        }
        .to_owned(),
    ];
    let known = match (of.transaction, of.reconcile) {
        (true, _) => "The effect and the record of it are one transaction.",
        (false, true) => "Where nobody knows what a call did, a function finds out.",
        (false, false) => "Where nobody knows what a call did, its key is refused.",
    };
    sentences.push(known.to_owned());
    Fact { label: "key", value: key, meaning: sentences.join(" ") }
}

pub(super) fn audit(of: &AuditPart) -> Fact {
    let mut kept = Vec::new();
    if of.result {
        kept.push("results".to_owned());
    }
    if !of.plain.is_empty() {
        kept.push(of.plain.join(", "));
    }
    let what = if kept.is_empty() { "digests".to_owned() } else { kept.join(", ") };
    let value = match of.retention_ms {
        Some(ms) => format!("{what} for {}", duration(ms)),
        None => what,
    };
    let meaning = if kept.is_empty() {
        "How long the audit log keeps the records of its calls."
    } else {
        "What can be read in the audit log; of everything else it holds digests."
    };
    Fact { label: "audit", value, meaning: meaning.to_owned() }
}
