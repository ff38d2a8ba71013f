//! The log as a place to write to: records on their way to a thread of their own.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::FileLog;
use super::engine::{Answer, Engine};
use super::sink::Place;
use crate::audit::Log;
#[cfg(any(test, feature = "testing"))]
use crate::audit::verify::{Report, verify};
use crate::store::group::Group;
use crate::store::journal::{Entry, Journal, Written};
use crate::store::{Step, StoreError};

/// How many writes may wait for the disk: more than calls can run, with room for their refusals.
const WAITING: usize = 16_384;

/// A journal of lines. It keeps no keys of idempotent calls.
pub(crate) struct LinesJournal {
    submit: Box<dyn Fn(Entry) -> Step<Answer> + Send + Sync>,
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "readiness is of HTTP"))]
    closed: Arc<OnceLock<String>>,
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
        Ok(Self { submit: Box::new(move |entry| group.submit(entry)), closed, file })
    }
}

impl Journal for LinesJournal {
    fn write(&self, entry: Entry) -> Step<Written> {
        if entry.once.is_some() {
            let why = "this place keeps no keys of idempotent calls".to_owned();
            return Step::Done(Some(Err(StoreError(why))));
        }
        let answer = (self.submit)(entry);
        Step::Waits(Box::pin(async move {
            match answer.await? {
                Answer::Written(written) => Ok(written),
                Answer::TooLong => {
                    Err(StoreError("the record is too long for a line of the audit log".to_owned()))
                }
            }
        }))
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let Some(file) = &self.file else {
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

    #[cfg(any(test, feature = "testing"))]
    fn verified(&self) -> Result<Report, String> {
        let file = self.file.as_ref().ok_or("what a sink was given can't be read back")?;
        verify(&FileLog::open(file)?, None, &[])
    }

    fn closed(&self) -> Option<String> {
        self.closed.get().cloned()
    }
}
