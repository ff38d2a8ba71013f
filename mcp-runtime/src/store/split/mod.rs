//! Keys in one journal, the log in another.
//!
//! What belongs to both is two writes, and a crash may come between them. They go in the order in
//! which the first alone does no harm: an intent without a claim is a call that never ran; a step
//! of a key that is not in the log yet leaves an intent without an outcome, which is reported.

use std::sync::Arc;

use super::journal::{Entry, Journal, Written};
use super::once::OnceOp;
use super::{Step, StoreError};

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
        if begins { both(log, of_log, keys, of_keys) } else { both(keys, of_keys, log, of_log) }
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.log.newest(limit)
    }

    fn closed(&self) -> Option<String> {
        self.keys.closed().or_else(|| self.log.closed())
    }
}

/// One write, and if that was done another one.
fn both(
    first: &Arc<dyn Journal>,
    of_first: Entry,
    second: &Arc<dyn Journal>,
    of_second: Entry,
) -> Step<Written> {
    match first.write(of_first) {
        Step::Done(Some(Ok(one))) => match second.write(of_second) {
            Step::Done(other) => Step::Done(other.map(|other| Ok(joined(one, other?)))),
            Step::Waits(other) => {
                Step::Waits(Box::pin(async move { Ok(joined(one, other.await?)) }))
            }
        },
        Step::Done(failed) => Step::Done(failed),
        Step::Waits(one) => {
            let second = Arc::clone(second);
            // In a task of its own, so that the second write happens though nobody waits for it any
            // more. There are as many of them as writes that wait in the first journal.
            let task = tokio::spawn(async move {
                let one = one.await?;
                Ok(joined(one, second.write(of_second).await?))
            });
            let ended = |_| Err(StoreError("the server stopped between two writes".to_owned()));
            Step::Waits(Box::pin(async move { task.await.unwrap_or_else(ended) }))
        }
    }
}

fn joined(one: Written, other: Written) -> Written {
    Written { once: one.once.or(other.once), seq: one.seq.or(other.seq) }
}

#[cfg(test)]
mod tests;
