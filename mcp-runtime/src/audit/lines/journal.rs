//! The log as a place to write to: records on their way to a thread of their own.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Handle;

use super::FileLog;
use super::engine::{Answer, Engine, Job};
use super::sink::Place;
use crate::audit::Log;
use crate::store::group::Group;
use crate::store::journal::{Entry, Journal, Written};
use crate::store::{Step, StoreError};

/// How many writes may wait for the disk: more than calls can run, with room for their refusals.
const WAITING: usize = 16_384;
/// How long records are unsigned at most, and how often it is seen whether any are to be erased.
const TICK: Duration = Duration::from_mins(1);

/// A journal of lines. It keeps no keys of idempotent calls.
pub(crate) struct LinesJournal(Arc<Inner>);

struct Inner {
    submit: Box<dyn Fn(Job) -> Step<Answer> + Send + Sync>,
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "readiness is of HTTP"))]
    closed: Arc<OnceLock<String>>,
    /// A task ticks.
    ticks: AtomicBool,
    /// The file that can be read again.
    file: Option<PathBuf>,
}

impl LinesJournal {
    /// # Errors
    ///
    /// The system has no thread to give.
    pub(super) fn start<P: Place>(engine: Engine<P>, file: Option<PathBuf>) -> io::Result<Self> {
        let closed = Arc::clone(&engine.closed);
        let group = Group::start("audit log", WAITING, engine)?;
        let submit = Box::new(move |job| group.submit(job));
        Ok(Self(Arc::new(Inner { submit, closed, ticks: AtomicBool::new(false), file })))
    }

    /// Lets time pass for the log too, from the first write on: `build` may have no runtime yet.
    fn tick(&self) {
        if self.0.ticks.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        if self.0.ticks.swap(true, Ordering::Relaxed) {
            return;
        }
        let journal = Arc::downgrade(&self.0);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                // As many ticks in a row as the work of erasing has parts.
                loop {
                    let Some(journal) = journal.upgrade() else { return };
                    let ticked = (journal.submit)(Job::Tick);
                    drop(journal);
                    if !matches!(ticked.await, Ok(Answer::Ticked { more: true })) {
                        break;
                    }
                }
            }
        });
    }
}

impl Journal for LinesJournal {
    fn write(&self, entry: Entry) -> Step<Written> {
        if entry.once.is_some() {
            let why = "this place keeps no keys of idempotent calls".to_owned();
            return Step::Done(Some(Err(StoreError(why))));
        }
        self.tick();
        let answer = (self.0.submit)(Job::Write(Box::new(entry)));
        Step::Waits(Box::pin(async move {
            match answer.await? {
                Answer::Written(written) => Ok(written),
                Answer::TooLong | Answer::Ticked { .. } => {
                    Err(StoreError("the record is too long for a line of the audit log".to_owned()))
                }
            }
        }))
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let Some(file) = &self.0.file else {
            return Err(StoreError("what a sink was given can't be read back".to_owned()));
        };
        let log = FileLog::open(file).map_err(StoreError)?;
        let mut newest = VecDeque::new();
        let read = log.records(1, &mut |kept| {
            newest.extend(kept.body);
            if newest.len() > limit {
                newest.pop_front();
            }
            ControlFlow::Continue(())
        });
        read.map_err(StoreError)?;
        Ok(newest.into())
    }

    fn closed(&self) -> Option<String> {
        self.0.closed.get().cloned()
    }
}
