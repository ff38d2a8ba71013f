//! The chain's end: gives records their places, signs, and has old ones erased. All of it on the
//! one thread of its group.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, SystemTime};

use tracing::{error, info, warn};

use super::AuditLine;
use super::line::MAX_LINE;
use super::sink::{Erasing, Failure, Place};
use crate::audit::chain::{Head, LogId};
use crate::audit::checkpoint::{self, External};
use crate::audit::{AuditKeys, Checkpoint, Draft, Erased};
use crate::clock::Clock;
use crate::store::group;
use crate::store::journal::{Entry, Written};
use crate::store::{StoreError, millis};

/// A file is rewritten as a whole: not more often than this.
const ERASE_EVERY: Duration = Duration::from_hours(24);
/// When erasing failed, it is tried again after this long.
const ERASE_AGAIN: Duration = Duration::from_hours(1);
/// Bytes of a line beside its body.
const FRAME: usize = 512;

/// The end of a chain that is there already.
pub(super) struct End {
    pub(super) log: LogId,
    /// Whether the line that names the log is there.
    pub(super) named: bool,
    pub(super) head: Head,
    /// The last record that a checkpoint covers.
    pub(super) signed: u64,
    /// When it was signed, in milliseconds since 1970.
    pub(super) signed_at: Option<u64>,
    /// When the first record's time is over.
    pub(super) expiry: Option<SystemTime>,
}

impl End {
    /// Of a new log.
    pub(super) fn new(log: LogId) -> Self {
        let head = Head::empty(log);
        Self { log, named: false, head, signed: 0, signed_at: None, expiry: None }
    }
}

pub(super) struct Engine<P> {
    pub(super) place: P,
    pub(super) end: End,
    keys: AuditKeys,
    pub(super) clock: Clock,
    /// Why nothing is written any more.
    pub(super) closed: Arc<OnceLock<String>>,
    /// Nothing is erased until then.
    rests: Option<SystemTime>,
}

#[derive(Debug)]
pub(super) enum Answer {
    Written(Written),
    /// Its line would be longer than a line can be.
    TooLong,
}

/// Lines that are about to be written, and the chain with them.
struct Group {
    lines: Vec<AuditLine>,
    head: Head,
    expiry: Option<SystemTime>,
    sign: bool,
}

impl<P: Place> group::Engine for Engine<P> {
    type Job = Entry;
    type Answer = Answer;

    fn run(&mut self, jobs: Vec<Entry>) -> Result<Vec<Answer>, StoreError> {
        if let Some(why) = self.closed.get() {
            return Err(StoreError(why.clone()));
        }
        let mut group = self.begin();
        let answers = jobs.into_iter().map(|job| group.take(&job)).collect::<Result<_, _>>()?;
        self.write(group)?;
        Ok(answers)
    }

    fn between(&mut self) -> bool {
        // An error has closed the log, and was told.
        self.closed.get().is_none() && self.erase().unwrap_or(false)
    }
}

impl<P: Place> Engine<P> {
    pub(super) fn new(place: P, end: End, keys: AuditKeys, clock: Clock) -> Self {
        Self { place, end, keys, clock, closed: Arc::default(), rests: None }
    }

    fn begin(&self) -> Group {
        let header = (!self.end.named).then(|| AuditLine::header(self.end.log));
        Group {
            lines: header.into_iter().collect(),
            head: self.end.head,
            expiry: self.end.expiry,
            sign: false,
        }
    }

    /// Writes a group's lines, with a checkpoint where one is due.
    fn write(&mut self, mut group: Group) -> Result<(), StoreError> {
        let checkpoint = self.sign(&mut group);
        if group.lines.is_empty() {
            return Ok(());
        }
        let appended = self.place.append(&group.lines);
        self.settle(appended)?;
        self.end = End { named: true, head: group.head, expiry: group.expiry, ..self.end };
        self.signed(checkpoint);
        Ok(())
    }

    /// Adds a checkpoint to a group where it is due.
    fn sign(&self, group: &mut Group) -> Option<Checkpoint> {
        let (unsigned, now) = (group.head.seq - self.end.signed, self.clock.now());
        let is_due = checkpoint::is_due(unsigned, self.end.signed_at, millis(now));
        let checkpoint = (is_due || group.sign && unsigned > 0)
            .then(|| self.keys.sign(self.end.log, group.head, now));
        group.lines.extend(checkpoint.clone().map(AuditLine::checkpoint));
        checkpoint
    }

    /// A group was written, and a checkpoint with it.
    fn signed(&mut self, checkpoint: Option<Checkpoint>) {
        if let Some(checkpoint) = checkpoint {
            (self.end.signed, self.end.signed_at) = (checkpoint.head.seq, Some(checkpoint.time));
            let external = External { log: self.end.log, checkpoint };
            info!(checkpoint = external.to_line(), "the audit log is signed up to here");
            self.place.signed(&external);
        }
    }

    /// Does a part of erasing. Says whether there is more to do.
    pub(super) fn erase(&mut self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let due = self.end.expiry.is_some_and(|expiry| expiry <= now);
        if !P::ERASES || !due || self.rests.is_some_and(|until| until > now) {
            return Ok(false);
        }
        let (bodies, next) = match self.place.erase(now) {
            Ok(Erasing::More) => return Ok(true),
            Ok(Erasing::Nothing(next)) => {
                (self.end.expiry, self.rests) = (next, now.checked_add(ERASE_EVERY));
                return Ok(false);
            }
            Ok(Erasing::Ready { bodies, next }) => (bodies, next),
            Err(error) => {
                warn!(%error, "records of the audit log whose time is over could not be erased");
                self.rests = now.checked_add(ERASE_AGAIN);
                return Ok(false);
            }
        };
        let mut group = self.begin();
        let place = (&self.keys, self.end.log, group.head.seq + 1);
        let note = Draft::Erased(Box::new(Erased::new(now, bodies, None, place)));
        group.record(&note)?;
        let checkpoint = self.sign(&mut group);
        match self.place.replace(&group.lines) {
            Err(Failure::Refused(error)) => {
                warn!(%error, "records of the audit log whose time is over could not be erased");
                self.rests = now.checked_add(ERASE_AGAIN);
                return Ok(false);
            }
            replaced => self.settle(replaced)?,
        }
        (self.end.head, self.end.expiry) = (group.head, next);
        self.signed(checkpoint);
        info!("records of the audit log whose time is over were erased");
        // One note has room for so many.
        let more = next.is_some_and(|next| next <= now);
        self.rests = if more { None } else { now.checked_add(ERASE_EVERY) };
        Ok(more)
    }

    fn settle(&mut self, done: Result<(), Failure>) -> Result<(), StoreError> {
        done.map_err(|failure| match failure {
            Failure::Refused(why) => StoreError(why),
            Failure::Broken(why) => {
                error!(
                    why,
                    "the audit log is closed until the server is started anew; no tool runs"
                );
                StoreError(self.closed.get_or_init(|| why).clone())
            }
        })
    }
}

impl<P> Drop for Engine<P> {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.closed.set("the audit log's thread is gone".to_owned());
        }
    }
}

impl Group {
    fn take(&mut self, entry: &Entry) -> Result<Answer, StoreError> {
        self.sign |= entry.seal;
        let Some(draft) = &entry.record else { return Ok(Answer::Written(Written::default())) };
        Ok(match self.record(draft)? {
            Some(seq) => Answer::Written(Written { once: None, seq: Some(seq) }),
            None => Answer::TooLong,
        })
    }

    /// Adds a record and gives its place, unless it is too long for a line.
    fn record(&mut self, draft: &Draft) -> Result<Option<u64>, StoreError> {
        let body = String::from_utf8(draft.body(self.head.seq + 1));
        let body = body.map_err(|error| StoreError(error.to_string()))?;
        if body.len() > MAX_LINE - FRAME {
            return Ok(None);
        }
        let (line, head) = AuditLine::record(self.head, body);
        self.lines.push(line);
        self.head = head;
        self.expiry = self.expiry.into_iter().chain(draft.expires()).min();
        Ok(Some(head.seq))
    }
}
