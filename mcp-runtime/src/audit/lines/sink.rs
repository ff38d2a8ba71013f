//! Where lines go: a sink of the program's own, and what the log asks of any place.

use std::any::Any;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::AuditLine;
use crate::audit::checkpoint::External;

/// A place of the program's own for the audit log, given by `AuditLog::to`.
///
/// Each process writes a log of its own, with a chain that starts anew; the first line that a sink
/// is given names it.
///
/// ```
/// use std::io::{self, Write};
///
/// struct Pipe(std::process::ChildStdin);
///
/// impl mcp_runtime::AuditSink for Pipe {
///     fn append(&mut self, lines: &[mcp_runtime::AuditLine]) -> io::Result<()> {
///         for line in lines {
///             writeln!(self.0, "{}", line.to_json_line())?;
///         }
///         self.0.flush()
///     }
/// }
/// ```
pub trait AuditSink: Send + 'static {
    /// Takes lines and returns once they are durable. Calls wait for it, at most 250 ms: lines that
    /// come in meanwhile are given together, next time. It is called on one thread and may block.
    ///
    /// # Errors
    ///
    /// Any error closes the log until the server is started anew, and no tool runs from then on:
    /// whether the lines are there isn't known, and a chain can't be continued from what isn't
    /// known. A sink that can try again does so before it returns.
    fn append(&mut self, lines: &[AuditLine]) -> io::Result<()>;
}

/// Why lines were not taken.
#[derive(Debug)]
pub(super) enum Failure {
    /// None of them is there; later ones may be taken.
    Refused(String),
    /// Nobody knows what is there.
    Broken(String),
}

/// What is to be done about records whose time is over.
pub(super) enum Erasing {
    /// A part of the work is done.
    More,
    /// There was nothing to erase. When the next record's time is over.
    Nothing(Option<SystemTime>),
    /// All that is left is a note about these records, and [`Place::replace`].
    Ready {
        bodies: Vec<(u64, u64)>,
        /// When the next record's time is over.
        next: Option<SystemTime>,
    },
}

/// What the log asks of a place.
pub(super) trait Place: Send + 'static {
    /// Whether it can [`erase`](Self::erase).
    const ERASES: bool;

    /// Appends lines and makes them durable.
    fn append(&mut self, lines: &[AuditLine]) -> Result<(), Failure>;

    /// A checkpoint was appended: it can be kept elsewhere.
    fn signed(&mut self, checkpoint: &External);

    /// A bounded part of the work of erasing what was to be kept until `now`.
    fn erase(&mut self, now: SystemTime) -> io::Result<Erasing>;

    /// Ends the work, with the note about it.
    fn replace(&mut self, note: &[AuditLine]) -> Result<(), Failure>;
}

/// A program's own sink, until the server takes it.
#[derive(Clone)]
pub(crate) struct CustomSink(Arc<Mutex<Option<Box<dyn AuditSink>>>>);

impl CustomSink {
    pub(crate) fn new(sink: impl AuditSink) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(sink)))))
    }

    /// The sink, for the first who asks.
    pub(crate) fn take(&self) -> Option<Box<dyn AuditSink>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for CustomSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomSink")
    }
}

impl PartialEq for CustomSink {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for CustomSink {}

impl Place for Box<dyn AuditSink> {
    const ERASES: bool = false;

    fn append(&mut self, lines: &[AuditLine]) -> Result<(), Failure> {
        let appended = catch_unwind(AssertUnwindSafe(|| (**self).append(lines)));
        let appended = appended.unwrap_or_else(|panic| Err(io::Error::other(words(&*panic))));
        appended.map_err(|error| Failure::Broken(format!("the audit sink failed: {error}")))
    }

    fn signed(&mut self, _: &External) {}

    fn erase(&mut self, _: SystemTime) -> io::Result<Erasing> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn replace(&mut self, _: &[AuditLine]) -> Result<(), Failure> {
        Err(Failure::Refused("this place erases nothing".to_owned()))
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", text.unwrap_or("no message"))
}
