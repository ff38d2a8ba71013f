//! A journal for tests: in memory, it tells what was written, and fails, hangs or waits as it is
//! told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::journal::{Entry, Journal, Written};
use super::once::{Begin, Fence, OnceAnswer, OnceKey, OnceOp};
use super::{Step, StoreError};
use crate::audit::Draft;

/// What the journal does about entries of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Not written, and answered so.
    Fails,
    /// Never answered; it isn't written.
    Hangs,
    /// Written and answered after so long.
    Waits(Duration),
    /// Answered that the fence isn't the key's.
    Stale,
    /// Written, and the answer is lost; nothing is written from then on.
    Loses,
}

#[derive(Clone, Default)]
pub(crate) struct TestJournal(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    keys: HashMap<OnceKey, Key>,
    fence: Fence,
    /// The names of what was written.
    written: Vec<String>,
    bodies: Vec<Vec<u8>>,
    manners: Vec<(&'static str, Manner)>,
    closed: Option<String>,
}

struct Key {
    begin: Begin,
    fence: Fence,
    doubt: bool,
    until: Instant,
    phase: Phase,
}

enum Phase {
    Claimed,
    Started,
    Completed(Vec<u8>),
    Indeterminate,
}

/// What an entry is called: its parts, such as `intent+begin`.
fn name(entry: &Entry) -> String {
    let record = entry.record.as_ref().map(|record| match record {
        Draft::Intent(_) => "intent",
        Draft::Outcome(_) => "outcome",
        Draft::Refusal(_) => "refusal",
        Draft::Erased(_) => "erased",
    });
    let once = entry.once.as_ref().map(|(_, op)| match op {
        OnceOp::Begin(_) => "begin",
        OnceOp::Start { .. } => "start",
        OnceOp::Renew { .. } => "renew",
        OnceOp::Complete { .. } => "complete",
        OnceOp::Release { .. } => "release",
        OnceOp::Doubt { .. } => "doubt",
    });
    let seal = entry.seal.then_some("seal");
    let parts: Vec<_> = [record, once, seal].into_iter().flatten().collect();
    parts.join("+")
}

impl TestJournal {
    /// What happens to entries with this part in their name, from now on.
    pub(crate) fn behave(&self, part: &'static str, manner: Manner) {
        self.state().manners.push((part, manner));
    }

    /// All as usual again.
    pub(crate) fn recover(&self) {
        self.state().manners.clear();
    }

    pub(crate) fn close(&self, reason: &str) {
        self.state().closed = Some(reason.to_owned());
    }

    /// What has been written so far, renewals left out.
    pub(crate) fn written(&self) -> Vec<String> {
        self.state().written.iter().filter(|name| *name != "renew").cloned().collect()
    }

    pub(crate) fn renewals(&self) -> usize {
        self.state().written.iter().filter(|name| *name == "renew").count()
    }

    pub(crate) fn records(&self) -> Vec<Value> {
        self.state().bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect()
    }

    /// The outcomes on record: what came of the call, with which effect.
    pub(crate) fn outcomes(&self) -> Vec<(String, String)> {
        let text = |record: &Value, name: &str| record[name].as_str().unwrap().to_owned();
        let records = self.records();
        let outcomes = records.iter().filter(|record| record["kind"] == "outcome");
        outcomes.map(|record| (text(record, "outcome"), text(record, "effect"))).collect()
    }

    /// Takes the key of the only call that has one away from it.
    pub(crate) fn take_over(&self) {
        let mut state = self.state();
        state.fence += 1;
        let fence = state.fence;
        for key in state.keys.values_mut() {
            key.fence = fence;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for TestJournal {
    fn write(&self, entry: Entry) -> Step<Written> {
        let name = name(&entry);
        let manners = self.state().manners.clone();
        let manner = manners.iter().rev().find(|(part, _)| name.contains(part));
        let this = self.clone();
        match manner.map(|(_, manner)| *manner) {
            None => Step::done(self.state().apply(name, entry)),
            Some(Manner::Fails) => Step::Done(Some(Err(StoreError("the disk is gone".into())))),
            Some(Manner::Hangs) => Step::Waits(Box::pin(std::future::pending())),
            Some(Manner::Waits(pause)) => Step::Waits(Box::pin(async move {
                sleep(pause).await;
                Ok(this.state().apply(name, entry))
            })),
            Some(Manner::Stale) => {
                Step::done(Written { once: Some(OnceAnswer::Stale), seq: Some(0) })
            }
            Some(Manner::Loses) => {
                let mut state = self.state();
                state.apply(name, entry);
                state.closed = Some("the answer is lost".into());
                Step::Done(Some(Err(StoreError("the answer is lost".into()))))
            }
        }
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let state = self.state();
        let from = state.bodies.len().saturating_sub(limit);
        Ok(state.bodies[from..].to_vec())
    }

    fn closed(&self) -> Option<String> {
        self.state().closed.clone()
    }
}

impl State {
    fn apply(&mut self, name: String, entry: Entry) -> Written {
        self.written.push(name);
        let once = entry.once.map(|(key, op)| self.step(key, op));
        let seq = entry.record.map(|record| {
            let seq = self.bodies.len() as u64 + 1;
            self.bodies.push(record.body(seq));
            seq
        });
        Written { once, seq }
    }

    fn step(&mut self, key: OnceKey, op: OnceOp) -> OnceAnswer {
        let (fence, op) = match op {
            OnceOp::Begin(begin) => return self.begin(key, begin),
            OnceOp::Start { fence }
            | OnceOp::Renew { fence, .. }
            | OnceOp::Complete { fence, .. }
            | OnceOp::Release { fence }
            | OnceOp::Doubt { fence } => (fence, op),
        };
        let Some(record) = self.keys.get_mut(&key).filter(|record| record.fence == fence) else {
            return OnceAnswer::Stale;
        };
        match op {
            OnceOp::Start { .. } => record.phase = Phase::Started,
            OnceOp::Renew { lease, .. } => record.until = Instant::now() + lease,
            OnceOp::Complete { response, .. } => record.phase = Phase::Completed(response),
            OnceOp::Doubt { .. } => record.phase = Phase::Indeterminate,
            OnceOp::Release { .. } => drop(self.keys.remove(&key)),
            OnceOp::Begin(_) => {}
        }
        OnceAnswer::Done
    }

    fn begin(&mut self, key: OnceKey, begin: Begin) -> OnceAnswer {
        let now = Instant::now();
        let mut doubt = None;
        if let Some(record) = self.keys.get_mut(&key) {
            if record.begin.payload != begin.payload {
                return OnceAnswer::Mismatch;
            }
            let call_id = record.begin.call_id.clone();
            let expired = now >= record.until;
            match &record.phase {
                Phase::Completed(response) => {
                    let (response, age) = (response.clone(), Duration::ZERO);
                    return OnceAnswer::Completed { response, call_id, age };
                }
                Phase::Claimed | Phase::Started if !expired => return OnceAnswer::Running,
                Phase::Claimed => doubt = record.doubt.then_some(call_id),
                Phase::Started | Phase::Indeterminate if begin.settles => doubt = Some(call_id),
                Phase::Started | Phase::Indeterminate => {
                    return OnceAnswer::Indeterminate { call_id };
                }
            }
        }
        self.fence += 1;
        let (fence, until) = (self.fence, now + begin.lease);
        let phase = Phase::Claimed;
        let key_of_begin = Key { begin, fence, doubt: doubt.is_some(), until, phase };
        self.keys.insert(key, key_of_begin);
        OnceAnswer::Claimed { fence, doubt }
    }
}
