//! Checkpoints, held against the chain.

use super::Problems;
use crate::audit::chain::{Head, LogId};
use crate::audit::checkpoint::External;
use crate::audit::{AuditKeys, Checkpoint};

/// The checkpoints of a log and those that were kept elsewhere, in order.
pub(super) struct Marks<'a> {
    log: LogId,
    keys: Option<&'a AuditKeys>,
    ahead: std::iter::Peekable<std::vec::IntoIter<Mark>>,
    /// The last record that a good one covers.
    pub(super) signed: Option<u64>,
    /// When the last good one was signed, in milliseconds since 1970; also of one from before the
    /// start.
    pub(super) signed_at: Option<u64>,
}

struct Mark {
    checkpoint: Checkpoint,
    elsewhere: bool,
    good: bool,
}

impl Mark {
    fn name(&self) -> String {
        let which = if self.elsewhere { "checkpoint file" } else { "checkpoint" };
        format!("the {which} of record {}", self.checkpoint.head.seq)
    }
}

impl<'a> Marks<'a> {
    pub(super) fn new(
        log: LogId,
        own: Vec<Checkpoint>,
        kept: &[External],
        keys: Option<&'a AuditKeys>,
        problems: &mut Problems,
    ) -> Self {
        let own = own.into_iter().map(|checkpoint| (checkpoint, log, false));
        let kept = kept.iter().map(|kept| (kept.checkpoint.clone(), kept.log, true));
        let mut marks = Vec::new();
        for (checkpoint, of, elsewhere) in own.chain(kept) {
            let mut mark = Mark { checkpoint, elsewhere, good: true };
            if of != log {
                problems.add(format!("{} is of another log", mark.name()));
                continue;
            }
            if keys.is_some_and(|keys| !keys.signed(log, &mark.checkpoint)) {
                problems.add(format!("{} isn't signed with this key", mark.name()));
                mark.good = false;
            }
            marks.push(mark);
        }
        marks.sort_by_key(|mark| mark.checkpoint.head.seq);
        Self { log, keys, ahead: marks.into_iter().peekable(), signed: None, signed_at: None }
    }

    /// Compares those of this place with the chain.
    pub(super) fn reached(&mut self, head: Head, problems: &mut Problems) {
        while let Some(mark) = self.ahead.next_if(|mark| mark.checkpoint.head.seq <= head.seq) {
            let at = mark.checkpoint.head;
            let is_good = mark.good && self.keys.is_some();
            if at == Head::empty(self.log) {
                continue;
            }
            if at.seq < head.seq {
                // Those before the start can't be compared any more; others were passed by only
                // where records are missing, which is told already.
                self.signed_at = self.signed_at.max(is_good.then_some(mark.checkpoint.time));
                continue;
            }
            if at.hash != head.hash {
                problems.add(format!(
                    "{} was made of other records: one up to there was changed, put in or taken \
                     out",
                    mark.name()
                ));
            } else if is_good {
                self.signed = Some(at.seq);
                self.signed_at = self.signed_at.max(Some(mark.checkpoint.time));
            }
        }
    }

    pub(super) fn end(&mut self, end: u64, problems: &mut Problems) {
        for mark in self.ahead.by_ref() {
            problems.add(format!(
                "the log ends at record {end}, before {}: its end was cut off",
                mark.name()
            ));
        }
    }
}
