//! What several calls of several processes do, in an order that is drawn at random.

use super::act::{Act, CALLERS, PROCESSES, Script};
use super::model::Model;
use super::{LEASE, TTL, begin, intent};
use crate::clock::Clock;
use crate::store::journal::{Entry, Journal};
use crate::store::millis;
use crate::store::once::{Begin, Fence, OnceAnswer, OnceOp};

/// Processes that write to one store.
pub(crate) trait Processes {
    fn journal(&self, process: usize) -> &dyn Journal;

    /// Ends a process and starts it anew. What it does at its start by itself is done. Gives every
    /// process that has ended with it.
    ///
    /// # Errors
    ///
    /// Why it doesn't start.
    async fn crash(&mut self, process: usize) -> Result<Vec<usize>, String>;
}

/// Plays a script, and holds every answer against what was promised.
///
/// # Errors
///
/// The promise that was broken, and by which act.
pub(crate) async fn run(
    store: &mut impl Processes,
    clock: &Clock,
    script: Script,
) -> Result<(), String> {
    let mut played = Played::default();
    for (at, act) in script.into_iter().enumerate() {
        let told = act.to_string();
        let done = played.act(store, clock, at, act).await;
        done.map_err(|broken| format!("{broken}\n  at step {}, {told}", at + 1))?;
    }
    Ok(())
}

#[derive(Default)]
struct Played {
    model: Model,
    /// What each caller was given last; it goes on with it whether or not it is still its own.
    claims: [Option<(u8, Fence)>; CALLERS],
    /// The place of the last record.
    seq: u64,
}

impl Played {
    async fn act(
        &mut self,
        store: &mut impl Processes,
        clock: &Clock,
        at: usize,
        act: Act,
    ) -> Result<(), String> {
        let now = millis(clock.now());
        self.model.passes(now);
        match act {
            Act::Begin { caller, key, other_payload, settles } => {
                let payload = if other_payload { [2; 32] } else { [1; 32] };
                let asker = Begin { payload, settles, ..begin(&format!("call {at}")) };
                let (process, op) = (caller % PROCESSES, OnceOp::Begin(asker.clone()));
                let answer = self.write(store.journal(process), clock, at, key, op).await?;
                self.model.begun(key, process, &asker, &answer, now)?;
                if let OnceAnswer::Claimed { fence, .. } = answer {
                    self.claims[caller] = Some((key, fence));
                }
            }
            Act::Crash(process) => {
                for ended in store.crash(process).await? {
                    self.model.crashed(ended);
                    let callers = (ended..CALLERS).step_by(PROCESSES);
                    callers.for_each(|caller| self.claims[caller] = None);
                }
            }
            Act::Forward(by) => clock.forward(by),
            Act::Back(by) => clock.back(by),
            Act::Start(caller)
            | Act::Renew(caller)
            | Act::Complete(caller)
            | Act::Release(caller)
            | Act::Doubt(caller) => {
                let Some((key, fence)) = self.claims[caller] else { return Ok(()) };
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
                let answer = self.write(journal, clock, at, key, op.clone()).await?;
                self.model.owner(key, fence, &op, &answer, now)?;
            }
        }
        Ok(())
    }

    /// A step and a record in one, as the pipeline writes them.
    async fn write(
        &mut self,
        journal: &dyn Journal,
        clock: &Clock,
        at: usize,
        key: u8,
        op: OnceOp,
    ) -> Result<OnceAnswer, String> {
        let record = Some(intent(&format!("call {at}"), clock.now()));
        let entry = Entry { once: Some(([key; 32], op)), record, seal: at.is_multiple_of(16) };
        let written = journal.write(entry).await;
        let written = written.map_err(|error| format!("a write is refused: {}", error.0))?;
        let seq = written.seq.ok_or("a record was not written")?;
        if seq <= self.seq {
            return Err(format!("record {seq} comes after record {}", self.seq));
        }
        self.seq = seq;
        written.once.ok_or_else(|| "a step has no answer".to_owned())
    }
}
