//! What may be said of a key, by what was said before. It knows nothing of how a store decides: it
//! holds the answers against the promises that were made.

use std::collections::HashMap;
use std::time::UNIX_EPOCH;

use super::super::millis;
use super::super::once::{Begin, Fence, OnceAnswer, OnceOp};
use super::{LEASE, TTL};

/// What a promise that was broken is called.
type Held = Result<(), String>;

/// Breaks off with a promise that isn't kept.
fn promised(kept: bool, broken: &str) -> Held {
    if kept { Ok(()) } else { Err(broken.to_owned()) }
}

#[derive(Default)]
pub(super) struct Model {
    keys: HashMap<u8, Promises>,
    fence: Fence,
}

/// What was promised about a key.
#[derive(Default)]
struct Promises {
    claim: Option<Claim>,
    /// Something may have happened, and nobody has said yet whether it did.
    unsettled: bool,
    /// The record is kept until then,
    kept_until: u64,
    /// and the claim nobody else's until then,
    lease_until: u64,
    /// by a clock that has been so late at most since that was promised.
    latest: u64,
}

struct Claim {
    process: usize,
    fence: Fence,
    asker: Begin,
    started: bool,
    doubted: bool,
    /// Its owner is gone: a store that knows it frees what was never started.
    lost: bool,
    response: Option<Vec<u8>>,
}

impl Promises {
    fn is_kept(&self) -> bool {
        self.latest < self.kept_until
    }

    fn keep(&mut self, until: u64, now: u64) {
        (self.kept_until, self.latest) = (until, now);
    }
}

fn ttl() -> u64 {
    millis(UNIX_EPOCH + TTL)
}

fn lease() -> u64 {
    millis(UNIX_EPOCH + LEASE)
}

impl Model {
    pub(super) fn passes(&mut self, now: u64) {
        for key in self.keys.values_mut() {
            key.latest = key.latest.max(now);
        }
    }

    /// A process ended, and with it every owner in it.
    pub(super) fn crashed(&mut self, process: usize) {
        for key in self.keys.values_mut() {
            if let Some(claim) = &mut key.claim
                && claim.process == process
            {
                key.lease_until = 0;
                claim.lost = true;
            }
        }
    }

    pub(super) fn begun(
        &mut self,
        key: u8,
        process: usize,
        asker: &Begin,
        answer: &OnceAnswer,
        now: u64,
    ) -> Held {
        let last = self.fence;
        let key = self.keys.entry(key).or_default();
        let kept = key.is_kept();
        match answer {
            OnceAnswer::Claimed { fence, doubt } => {
                promised(*fence > last, "a fence was given twice")?;
                self.fence = *fence;
                if let Some(claim) = &key.claim
                    && kept
                {
                    promised(claim.response.is_none(), "what was completed is done again")?;
                    let free = claim.lost && !key.unsettled;
                    let same = claim.asker.payload == asker.payload;
                    promised(same || free, "a mismatch was let through")?;
                    promised(
                        key.latest >= key.lease_until || claim.doubted,
                        "a key has two owners",
                    )?;
                }
                promised(!key.unsettled || doubt.is_some() || !kept, "an effect silently repeats")?;
                promised(
                    doubt.is_none() || key.unsettled && asker.settles,
                    "there is a doubt without a reason",
                )?;
                let had = key.claim.as_ref().map(|claim| &claim.asker.call_id);
                promised(
                    doubt.as_ref().is_none_or(|doubt| Some(doubt) == had),
                    "a doubt is about another call",
                )?;
                let asker = asker.clone();
                key.claim = Some(Claim {
                    process,
                    fence: *fence,
                    asker,
                    started: false,
                    doubted: false,
                    lost: false,
                    response: None,
                });
                key.unsettled &= doubt.is_some();
                key.lease_until = now + lease();
                key.keep(now + ttl(), now);
            }
            OnceAnswer::Completed { response, call_id, .. } => {
                let claim = key.claim.as_ref().ok_or("a replay of what was never done")?;
                promised(claim.response.as_ref() == Some(response), "a replay is another answer")?;
                promised(*call_id == claim.asker.call_id, "a replay names another call")?;
            }
            OnceAnswer::Running => {
                let claim = key.claim.as_ref().ok_or("a call runs that nobody made")?;
                let runs = claim.response.is_none() && !claim.doubted;
                promised(runs, "a call runs that has ended")?;
            }
            OnceAnswer::Indeterminate { .. } => {
                promised(key.unsettled, "there is a doubt without a reason")?;
            }
            OnceAnswer::Mismatch => {
                let claim = key.claim.as_ref().ok_or("a mismatch with nothing")?;
                promised(claim.asker.payload != asker.payload, "a mismatch of what is the same")?;
            }
            other => return Err(format!("who asks is told {other:?}")),
        }
        Ok(())
    }

    pub(super) fn owner(
        &mut self,
        key: u8,
        fence: Fence,
        op: &OnceOp,
        answer: &OnceAnswer,
        now: u64,
    ) -> Held {
        let key = self.keys.entry(key).or_default();
        let kept = key.is_kept();
        let current = key.claim.as_mut().filter(|claim| claim.fence == fence);
        let Some(claim) = current else {
            return promised(*answer == OnceAnswer::Stale, "an owner won that was replaced");
        };
        let is_open = claim.response.is_none();
        let may = match op {
            OnceOp::Start { .. } => is_open && !claim.started && !claim.doubted,
            _ => is_open,
        };
        match answer {
            OnceAnswer::Done => promised(may, "an owner's step was done twice, or too late")?,
            OnceAnswer::Stale => {
                return promised(!may || !kept, "a step of the owner was refused");
            }
            other => return Err(format!("an owner is told {other:?}")),
        }
        let later = key.kept_until.max(now + ttl());
        match op {
            // Not an owner's.
            OnceOp::Begin(_) => {}
            OnceOp::Start { .. } => {
                (claim.started, key.unsettled) = (true, true);
                key.keep(later, now);
            }
            OnceOp::Renew { .. } => {
                if !claim.doubted {
                    key.lease_until = key.lease_until.max(now + lease());
                    key.keep(later, now);
                }
            }
            OnceOp::Complete { response, ttl, .. } => {
                claim.response = Some(response.clone());
                key.unsettled = false;
                let ttl = millis(UNIX_EPOCH + *ttl);
                key.keep(now + ttl, now);
            }
            OnceOp::Release { .. } => {
                (key.claim, key.unsettled) = (None, false);
            }
            OnceOp::Doubt { .. } => {
                (claim.doubted, key.unsettled) = (true, true);
                key.keep(later, now);
            }
        }
        Ok(())
    }
}
