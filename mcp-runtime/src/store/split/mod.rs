//! Keys in one journal, the log in another.
//!
//! What belongs to both is two writes, and a crash may come between them. They go in the order in
//! which the first alone does no harm: an intent without a claim is a call that never ran; a step
//! of a key that is not in the log yet leaves an intent without an outcome, which is reported. An
//! intent whose claim is refused gets its outcome at once: nothing was done.

use std::sync::Arc;
use std::time::Duration;

use super::journal::{Entry, Journal, Written};
use super::once::OnceOp;
use super::{Step, StoreError};
#[cfg(any(test, feature = "testing"))]
use crate::audit::verify::Report;
use crate::audit::{Draft, Intent, Outcome};
use crate::error::Code;

/// Two journals as one.
pub(crate) struct Split {
    keys: Arc<dyn Journal>,
    log: Arc<dyn Journal>,
}

impl Split {
    pub(crate) fn new(keys: Arc<dyn Journal>, log: Arc<dyn Journal>) -> Self {
        Self { keys, log }
    }
}

impl Journal for Split {
    fn write(&self, entry: Entry) -> Step<Written> {
        let Entry { once, record, seal } = entry;
        let begins = matches!(once, Some((_, OnceOp::Begin(_))));
        let of_log = Entry { once: None, record, seal };
        if once.is_none() {
            return self.log.write(of_log);
        }
        let of_keys = Entry { once, record: None, seal: false };
        if of_log.record.is_none() && !of_log.seal {
            return self.keys.write(of_keys);
        }
        let (keys, log) = (&self.keys, &self.log);
        if !begins {
            return both(keys, of_keys, log, of_log, |_| {});
        }
        let refused = of_log.record.as_ref().and_then(Refused::of);
        let log_again = Arc::clone(log);
        both(log, of_log, keys, of_keys, move |intent| {
            if let (Some(refused), Some(seq)) = (refused, intent.seq) {
                let record = Some(refused.outcome(seq));
                // Carried out by itself; nobody waits for it.
                drop(log_again.write(Entry { record, ..Entry::default() }));
            }
        })
    }

    fn is_sure(&self) -> bool {
        self.keys.is_sure() && self.log.is_sure()
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.log.newest(limit)
    }

    #[cfg(any(test, feature = "testing"))]
    fn verified(&self) -> Result<Report, String> {
        self.log.verified()
    }

    fn closed(&self) -> Option<String> {
        self.keys.closed().or_else(|| self.log.closed())
    }
}

/// One write, and if that was done another one. If that one isn't, `half` is told of the first.
fn both(
    first: &Arc<dyn Journal>,
    of_first: Entry,
    second: &Arc<dyn Journal>,
    of_second: Entry,
    half: impl FnOnce(&Written) + Send + 'static,
) -> Step<Written> {
    let join = |one, other: Result<Written, StoreError>| match other {
        Ok(other) => Ok(joined(one, other)),
        Err(error) => {
            half(&one);
            Err(error)
        }
    };
    // What waits does so in a task of its own, so that what follows happens though nobody waits for
    // it any more. There are as many of them as writes that wait in the two journals.
    let task = match first.write(of_first) {
        Step::Done(Some(Ok(one))) => match second.write(of_second) {
            Step::Done(other) => return Step::Done(other.map(|other| join(one, other))),
            Step::Waits(other) => tokio::spawn(async move { join(one, other.await) }),
        },
        Step::Done(failed) => return Step::Done(failed),
        Step::Waits(one) => {
            let second = Arc::clone(second);
            tokio::spawn(async move {
                let one = one.await?;
                join(one, second.write(of_second).await)
            })
        }
    };
    let ended = |_| Err(StoreError("the server stopped between two writes".to_owned()));
    Step::Waits(Box::pin(async move { task.await.unwrap_or_else(ended) }))
}

fn joined(one: Written, other: Written) -> Written {
    Written { once: one.once.or(other.once), seq: one.seq.or(other.seq) }
}

/// What is known of a call whose claim was refused, once its intent is in the log.
struct Refused(Box<Intent>);

impl Refused {
    fn of(record: &Draft) -> Option<Self> {
        match record {
            Draft::Intent(intent) => Some(Self(intent.clone())),
            _ => None,
        }
    }

    /// The caller is told the same, and that nothing was done.
    fn outcome(self, intent: u64) -> Draft {
        let Intent { time, call_id, principal, tool, trace, retention, .. } = *self.0;
        Draft::Outcome(Box::new(Outcome {
            time,
            intent,
            call_id,
            principal,
            tool: tool.into(),
            code: Code::AuditUnavailable.as_str().to_owned().into(),
            effect: "none",
            latency: Duration::ZERO,
            digest: None,
            result: None,
            replay_of: None,
            trace,
            retention,
        }))
    }
}

#[cfg(test)]
mod tests;
