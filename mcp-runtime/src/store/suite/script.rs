//! What several calls of several processes do, in an order that is drawn at random.

use std::time::Duration;

use proptest::prelude::*;

use super::super::journal::{Entry, Journal};
use super::super::millis;
use super::super::once::{Begin, Fence, OnceAnswer, OnceOp};
use super::model::Model;
use super::{LEASE, TTL, begin, intent};
use crate::clock::Clock;

const PROCESSES: usize = 2;
const CALLERS: usize = 4;
const KEYS: u8 = 2;

/// Processes that write to one store.
pub(crate) trait Processes {
    fn journal(&self, process: usize) -> &dyn Journal;

    /// Ends a process and starts it anew. What it does at its start by itself is done.
    async fn crash(&mut self, process: usize);
}

pub(crate) type Script = Vec<Act>;

/// What happens next. A caller's number says in which process it is.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Begin { caller: usize, key: u8, other_payload: bool, settles: bool },
    Start(usize),
    Renew(usize),
    Complete(usize),
    Release(usize),
    Doubt(usize),
    Crash(usize),
    Forward(Duration),
    Back(Duration),
}

pub(crate) fn scripts(steps: usize) -> impl Strategy<Value = Script> {
    let milliseconds = |range| Strategy::prop_map(range, Duration::from_millis);
    let act = prop_oneof![
        8 => (0..CALLERS, 0..KEYS, prop::bool::weighted(0.1), prop::bool::weighted(0.3)).prop_map(
            |(caller, key, other_payload, settles)| Act::Begin { caller, key, other_payload, settles }
        ),
        6 => (0..CALLERS).prop_map(Act::Start),
        2 => (0..CALLERS).prop_map(Act::Renew),
        3 => (0..CALLERS).prop_map(Act::Complete),
        2 => (0..CALLERS).prop_map(Act::Release),
        1 => (0..CALLERS).prop_map(Act::Doubt),
        1 => (0..PROCESSES).prop_map(Act::Crash),
        4 => milliseconds(1..1_500_u64).prop_map(Act::Forward),
        1 => milliseconds(5_000..12_000_u64).prop_map(Act::Forward),
        1 => milliseconds(1..12_000_u64).prop_map(Act::Back),
    ];
    prop::collection::vec(act, 1..steps)
}

/// Plays a script, and holds every answer against what was promised.
pub(crate) async fn run(store: &mut impl Processes, clock: &Clock, script: Script) {
    let mut model = Model::default();
    // What each caller was given last; it goes on with it whether or not it is still its own.
    let mut claims: [Option<(u8, Fence)>; CALLERS] = [None; CALLERS];
    for (at, act) in script.into_iter().enumerate() {
        let now = millis(clock.now());
        model.passes(now);
        match act {
            Act::Begin { caller, key, other_payload, settles } => {
                let payload = if other_payload { [2; 32] } else { [1; 32] };
                let asker = Begin { payload, settles, ..begin(&format!("call {at}")) };
                let op = OnceOp::Begin(asker.clone());
                let answer = write(store.journal(caller % PROCESSES), clock, at, key, op).await;
                model.begun(key, caller % PROCESSES, &asker, &answer, now);
                if let OnceAnswer::Claimed { fence, .. } = answer {
                    claims[caller] = Some((key, fence));
                }
            }
            Act::Crash(process) => {
                store.crash(process).await;
                model.crashed(process);
                (process..CALLERS).step_by(PROCESSES).for_each(|caller| claims[caller] = None);
            }
            Act::Forward(by) => clock.forward(by),
            Act::Back(by) => clock.back(by),
            Act::Start(caller)
            | Act::Renew(caller)
            | Act::Complete(caller)
            | Act::Release(caller)
            | Act::Doubt(caller) => {
                let Some((key, fence)) = claims[caller] else { continue };
                let op = match act {
                    Act::Start(_) => OnceOp::Start { fence },
                    Act::Renew(_) => OnceOp::Renew { fence, lease: LEASE },
                    Act::Release(_) => OnceOp::Release { fence },
                    Act::Doubt(_) => OnceOp::Doubt { fence },
                    _ => {
                        let response = format!("answer {at}").into_bytes();
                        OnceOp::Complete { fence, response, ttl: TTL }
                    }
                };
                let journal = store.journal(caller % PROCESSES);
                let answer = write(journal, clock, at, key, op.clone()).await;
                model.owner(key, fence, &op, &answer, now);
            }
        }
    }
}

/// A step and a record in one, as the pipeline writes them.
async fn write(journal: &dyn Journal, clock: &Clock, at: usize, key: u8, op: OnceOp) -> OnceAnswer {
    let record = Some(intent(&format!("call {at}"), clock.now()));
    let entry = Entry { once: Some(([key; 32], op)), record, seal: at.is_multiple_of(16) };
    let written = journal.write(entry).await.expect("the journal writes");
    assert!(written.seq.is_some());
    written.once.expect("a step has an answer")
}
