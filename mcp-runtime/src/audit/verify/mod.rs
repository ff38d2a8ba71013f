//! Whether a log is what was written.
//!
//! The chain alone shows what was changed by someone who didn't recompute it. Checkpoints, signed
//! by a key that isn't kept with the log, show what was changed by someone who did, up to the last
//! of them; and one that is kept elsewhere shows that the log's end was cut off. What comes after
//! the last checkpoint could have been written by anyone who can write to the log: no server leaves
//! more of it than some records of about a minute.

mod marks;
mod pairs;
mod runs;
mod tail;

use std::ops::ControlFlow;

use super::chain::{self, Head, LogId};
use super::checkpoint::External;
use super::keys::AuditKeys;
use super::log::{Kept, Log};
use super::view::View;
use marks::Marks;
use pairs::Pairs;
use runs::Runs;
use tail::Tail;

/// More problems are counted alone: who reads a hundred has seen enough.
const MAX_PROBLEMS: usize = 100;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// How many records there are, those with an erased body too.
    pub(crate) records: u64,
    /// How many of them have lost their body.
    pub(crate) erased: u64,
    /// Checkpoints of the log itself.
    pub(crate) checkpoints: u64,
    /// What the records come to.
    pub(crate) head: Head,
    /// The last record that a good checkpoint covers. `None` where there is none, or no key to tell.
    pub(crate) signed: Option<u64>,
    /// Intents without an outcome: calls that run, or that a process abandoned.
    pub(crate) open: u64,
    pub(crate) problems: Vec<String>,
    /// Problems beyond those.
    pub(crate) more: u64,
}

impl Report {
    pub(crate) fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Reads all of a log. `kept` are checkpoints that were kept elsewhere; without keys, signatures
/// aren't looked at.
///
/// # Errors
///
/// A log that can't be read at all.
pub(crate) fn verify(
    log: &dyn Log,
    keys: Option<&AuditKeys>,
    kept: &[External],
) -> Result<Report, String> {
    let id = log.id()?;
    // Before the records: a server may add some meanwhile, and never take any away.
    let (stored, start) = (log.head()?, log.start()?);
    let mut problems = Problems::default();
    let own = log.checkpoints()?;
    let checkpoints = own.len() as u64;
    let marks = Marks::new(id, own, kept, keys, &mut problems);
    let mut check = Check {
        log: id,
        keys,
        problems,
        marks,
        stored,
        head: start,
        records: 0,
        erased: Runs::default(),
        noted: Runs::default(),
        through: start == Head::empty(id),
        start,
        pairs: Pairs::default(),
        tail: Tail::default(),
    };
    check.reached();
    let read = log.records(1, &mut |kept| {
        check.record(&kept);
        ControlFlow::Continue(())
    });
    for flaw in read.err().iter().flat_map(|flaws| flaws.lines()) {
        check.problems.add(flaw.to_owned());
    }
    check.end();
    Ok(Report {
        records: check.records,
        erased: check.erased.count(),
        checkpoints,
        head: check.head,
        signed: check.marks.signed,
        open: check.pairs.open(),
        problems: check.problems.told,
        more: check.problems.more,
    })
}

/// What is wrong, up to a bound.
#[derive(Default)]
struct Problems {
    told: Vec<String>,
    more: u64,
}

impl Problems {
    fn add(&mut self, problem: String) {
        if self.told.len() < MAX_PROBLEMS {
            self.told.push(problem);
        } else {
            self.more += 1;
        }
    }
}

/// On the way through the records.
struct Check<'a> {
    log: LogId,
    keys: Option<&'a AuditKeys>,
    problems: Problems,
    marks: Marks<'a>,
    /// The head by the log's own word.
    stored: Head,
    start: Head,
    head: Head,
    records: u64,
    /// Records without a body.
    erased: Runs,
    /// Records that a note says are erased.
    noted: Runs,
    /// Whether something vouches for the start.
    through: bool,
    pairs: Pairs,
    tail: Tail,
}

impl Check<'_> {
    fn record(&mut self, kept: &Kept) {
        let expected = self.head.seq.saturating_add(1);
        let seq = kept.seq;
        if seq > expected {
            let last = seq - 1;
            self.problems.add(if last == expected {
                format!("record {expected} is missing")
            } else {
                format!("records {expected} to {last} are missing")
            });
            self.head.seq = last;
        } else if seq < expected {
            self.problems.add(format!("record {seq} stands where record {expected} belongs"));
            return;
        }
        self.head = self.head.then(&kept.digest);
        self.records += 1;
        match &kept.body {
            None => self.erased.add(seq),
            Some(body) if chain::digest(body) != kept.digest => {
                self.problems.add(format!("record {seq} was changed: it isn't its digest's"));
                self.pairs.unknown(seq);
            }
            Some(body) => self.body(seq, body),
        }
        self.reached();
    }

    fn body(&mut self, seq: u64, body: &[u8]) {
        let view = match View::read(body) {
            Ok(view) => view,
            Err(problem) => {
                self.problems.add(format!("record {seq} can't be read: {problem}"));
                self.pairs.unknown(seq);
                return;
            }
        };
        if view.seq != seq {
            self.problems.add(format!("record {seq} says that it is record {}", view.seq));
        }
        self.tail.record(seq, &view);
        match view.kind.as_str() {
            "intent" => self.pairs.intent(seq),
            "outcome" => {
                let intent = view.intent.unwrap_or_default();
                let gone = intent <= self.start.seq || self.erased.contains(intent);
                if !self.pairs.outcome(intent) && !gone {
                    self.problems.add(format!(
                        "record {seq} is an outcome of record {intent}, which is no intent or has \
                         one already"
                    ));
                }
            }
            "refusal" => {}
            "erased" => self.note(seq, &view),
            other => self.problems.add(format!("record {seq} is of an unknown kind: {other:?}")),
        }
    }

    fn note(&mut self, seq: u64, view: &View) {
        if self.keys.is_some_and(|keys| !view.is_proven(keys, self.log, seq)) {
            self.problems.add(format!(
                "record {seq} notes that records are erased, and doesn't prove with this key that \
                 a server wrote it: it counts for nothing"
            ));
            return;
        }
        for (from, to) in &view.bodies {
            if from > to || *to >= seq {
                self.problems
                    .add(format!("record {seq} notes that {from} to {to} are erased: it can't be"));
            } else {
                self.noted.add_run(*from, *to);
            }
        }
        if let Some(through) = view.through() {
            self.through |= through == self.start;
            self.noted.add_run(1, through.seq);
        }
    }

    /// A place in the chain: what is known about it has to agree.
    fn reached(&mut self) {
        self.marks.reached(self.head, &mut self.problems);
        if self.head.seq == self.stored.seq && self.head != self.stored {
            self.problems.add(format!(
                "the hash of record {} isn't the one that is kept with the log: the records, or \
                 it, were changed",
                self.head.seq
            ));
        }
    }

    fn end(&mut self) {
        let end = self.head.seq;
        if self.stored.seq > end {
            self.problems.add(format!(
                "the log ends at record {end}, and by its own word at record {}: its end was cut \
                 off",
                self.stored.seq
            ));
        }
        self.marks.end(end, &mut self.problems);
        if self.keys.is_some() {
            let (signed, at) = (self.marks.signed.unwrap_or_default(), self.marks.signed_at);
            if let Some(problem) = self.tail.problem(signed.max(self.start.seq), at, end) {
                self.problems.add(problem);
            }
        }
        if !self.through {
            self.problems.add(format!(
                "the log begins after record {}, and no record says that those before it were \
                 erased",
                self.start.seq
            ));
        }
        for (from, to) in self.erased.without(&self.noted).take(MAX_PROBLEMS) {
            let (what, are) = if from == to {
                (format!("record {from}"), "is")
            } else {
                (format!("records {from} to {to}"), "are")
            };
            self.problems.add(format!("{what} {are} gone, and no record says why"));
        }
    }
}

#[cfg(test)]
mod tests;
