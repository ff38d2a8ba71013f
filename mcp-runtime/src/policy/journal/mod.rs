//! The journal: what a call leaves behind before anything happens, and after.
//!
//! Two promises are kept here, because parts of them have to be durable together. The *audit log*
//! has a call's intent before its function runs, and its outcome before the reply leaves.
//! *Idempotency* gives each key of a tool one effect: a repeat gets the first call's answer.
//!
//! # Calls without a key
//!
//! The intent is durable within 250 ms, or the call is refused with `audit_unavailable`, effect
//! `none`. The outcome is durable within 5 s, for which a write that is refused is made again, or the
//! answer is `audit_unavailable` with the effect that the call had. A call that is dropped, because its client went away or its time ran out,
//! has its outcome (`cancelled` or `timeout`) written in the background.
//!
//! # Keys
//!
//! A tool that is `idempotent` and writes takes its call's key from the first of these:
//!
//! | where | kind |
//! |---|---|
//! | `_meta`, [`IDEMPOTENCY_KEY`](crate::meta::IDEMPOTENCY_KEY) | `client` |
//! | the HTTP header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) | `client` |
//! | the declared arguments, unless one of them is missing or null | `field` |
//! | all arguments but the secret ones, where that is declared | `arguments` |
//!
//! Secret arguments take no part in what is compared, nor in keys: no digest of them is stored.
//!
//! A client's key has 1 to 255 characters, none of them a control character. Keys belong to the
//! caller's principal and the tool: those of others never meet. A call without a key is refused
//! where a key is `required`; else it runs as on any other tool, is repeated by nobody here, and its
//! answer says so under [`UNKEYED`](crate::meta::UNKEYED).
//!
//! # What a key's call gets
//!
//! Intent and claim are one entry. By what the store answers:
//!
//! | the key | answer |
//! |---|---|
//! | is free | the call runs |
//! | is of a call that was answered | that answer, marked with [`REPLAYED`](crate::meta::REPLAYED); errors that left an effect too |
//! | is of a call that runs, `in_flight = "reject"` | `in_progress`, again after 1 s |
//! | the same, else | waits for that call, and gets its answer; `in_progress` just before the deadline |
//! | was used for other arguments | `idempotency_mismatch` |
//! | is of a call whose effect nobody knows | `indeterminate`, unless the tool can find out |
//! | has no room in the store | `overloaded` |
//!
//! Without an answer from the store within 250 ms the call is refused: with `audit_unavailable`
//! where the intent was to be written along, with `backend_unavailable` where the audit log is
//! off. A claim that becomes durable later is given back.
//!
//! # The call that has the key
//!
//! It runs to its deadline, in a task of its own from the first time that it waits: a client that
//! cancels it or goes away only leaves it, and finds the answer under the key. What layers further
//! out keep with `tokio::task_local!` is not seen there. It holds the call's place among the
//! running calls, so that limits count it and a stop waits for it. Its lease of 30 s is renewed
//! every 10 s; where another has taken the key, the function is dropped. Leases are of the wall clock:
//! where it jumps, this process still knows which keys are its own, and takes none of them over.
//!
//! Right before the first attempt, [`StartLayer`] writes that an effect may happen from now on.
//! Whatever ends the call before that, ends it without an effect. How it ends decides about the key:
//!
//! | outcome | key |
//! |---|---|
//! | a reply, an error with effect `applied` | is completed with it |
//! | an error with effect `none` | is free again |
//! | effect `unknown`, a timeout, a panic | is in doubt |
//!
//! That and the call's outcome are one entry, durable before the reply. A reply that can't be kept,
//! in the SDK's own terms or above 1 MB, completes the key without it: a repeat is a `conflict`
//! that says that the call took effect.
//!
//! # Doubt
//!
//! A tool whose effect is in a transaction simply runs again: the database knows. One with a
//! `reconcile` function is asked: for the result, which is then the key's answer; for nothing, and
//! the call runs; or for an error, and the answer stays `indeterminate`.
//!
//! # Refusals
//!
//! [`RefusalLayer`] records calls that fail before they have an intent.

mod begin;
mod entries;
mod kept;
mod key;
mod keyed;
mod open;
mod owned;
mod owners;
mod refusal;
mod start;
#[cfg(test)]
mod tests;
mod unkeyed;
mod words;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use tower::Layer;

use self::key::Key;
use self::owners::Owners;
pub(crate) use self::refusal::RefusalLayer;
pub(crate) use self::start::StartLayer;
use super::service::ToolService;
use super::{Room, Running, refused};
use crate::audit::Recorder;
use crate::call::ToolCall;
use crate::clock::Clock;
use crate::meta;
use crate::records::{Health, Records};
use crate::stats::{Decision, ToolStats};
use crate::store::journal::Journal;
use crate::tool::ToolInfo;

/// How long a call waits for what has to be durable before it runs.
const OPENING: Duration = Duration::from_millis(250);
/// How long it waits for what has to be durable before it is answered. Longer than before: the
/// effect is there, and all that can be said without the record is that it is missing.
const CLOSING: Duration = Duration::from_secs(5);
/// How long a key is its call's without a sign of life.
const LEASE: Duration = Duration::from_secs(30);
/// How often there is one: two may fail before the lease ends.
pub(crate) const RENEWAL: Duration = Duration::from_secs(10);

/// Puts the calls of one tool on record.
#[derive(Clone)]
pub(crate) struct JournalLayer(Arc<Desk>);

/// What the calls of one tool share.
struct Desk {
    journal: Arc<dyn Journal>,
    recorder: Option<Arc<Recorder>>,
    owners: Arc<Owners>,
    stats: Arc<ToolStats>,
    health: Arc<Health>,
    clock: Clock,
}

impl JournalLayer {
    /// None for a tool whose calls leave nothing behind.
    pub(crate) fn of(
        tool: &ToolInfo,
        records: &Records,
        clock: Clock,
        stats: Arc<ToolStats>,
    ) -> Option<Self> {
        let Records { journal, recorder, health } = records.clone();
        if recorder.is_none() && tool.policies.idempotency.is_none() {
            return None;
        }
        // What has to be written and has nowhere to go is refused.
        let journal = journal.or(Records::unopened().journal)?;
        let owners = Arc::default();
        Some(Self(Arc::new(Desk { journal, recorder, owners, stats, health, clock })))
    }
}

impl Layer<ToolService> for JournalLayer {
    type Service = Journaled;

    fn layer(&self, inner: ToolService) -> Journaled {
        Journaled { inner, desk: Arc::clone(&self.0) }
    }
}

pub(crate) struct Journaled {
    inner: ToolService,
    desk: Arc<Desk>,
}

impl Room for Journaled {
    type Future = Running;

    fn run(&self, mut call: ToolCall) -> Running {
        let (inner, desk) = (self.inner.clone(), Arc::clone(&self.desk));
        let Some(idempotency) = call.tool.policies.idempotency else {
            return Box::pin(unkeyed::run(desk, inner, call));
        };
        match Key::of(&call, &idempotency) {
            Ok(Some(key)) => Box::pin(keyed::run(desk, inner, call, key, idempotency)),
            Ok(None) => Box::pin(async move {
                // One that this call answers for, as a fallback, may have left its own.
                call.claim = None;
                match unkeyed::run(desk, inner, call).await {
                    Ok(reply) => Ok(reply.with_meta(meta::UNKEYED, true)),
                    Err(error) => Err(error.with_meta(meta::UNKEYED, true)),
                }
            }),
            Err(error) => refused(error),
        }
    }
}

impl Desk {
    fn count(&self, decision: Decision) {
        if decision == Decision::Unaudited {
            self.health.missed();
        }
        self.stats.count(decision);
    }
}
