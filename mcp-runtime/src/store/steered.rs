//! What stands between a test's server and its records: it decides about each write.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::journal::{Entry, Journal, Written};
use super::once::OnceOp;
use super::{Step, StoreError};
#[cfg(any(test, feature = "testing"))]
use crate::audit::verify::Report;
use crate::audit::{Draft, Tear};

/// Where a server writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// Where the keys of idempotent calls are, and the audit log unless it has a place of its own.
    Store,
    /// The audit log, wherever it is.
    Audit,
}

/// Which part a write has in the record of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Write {
    /// A call begins: its intent is put on record, its key is claimed, or both.
    Begin,
    /// The function of a call with a key is about to run.
    Start,
    /// A call with a key still runs.
    Renew,
    /// A call has ended: its outcome is put on record, its key is completed or given back, or both.
    End,
    /// A call was refused before it had an intent. Nobody waits for it.
    Refusal,
    /// The log's own: a checkpoint as the server stops, a note of what was erased.
    Upkeep,
}

/// A write that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Passing<'a> {
    /// Where it goes.
    pub edge: Edge,
    /// What it is.
    pub write: Write,
    /// The tool that is called, where the write has a record.
    pub tool: Option<&'a str>,
    /// How a part of it can be there without the rest.
    pub tears: Tears,
    /// Keys and log are in one place, and what a call writes at a time is one write.
    pub whole: bool,
}

/// How a part of a write can be there without the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tears {
    /// It can't: it is there, or it isn't.
    Never,
    /// The rest goes elsewhere, after this.
    BeforeTheRest,
    /// The rest is elsewhere, since before this.
    AfterTheRest,
    /// Half a line of a file.
    Line,
}

/// Something to wait for; its error is a write's that failed.
pub type Wait = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// What becomes of a write. Nothing, unless it says so.
#[derive(Default)]
pub struct Fate {
    /// Before it is made. Where it fails, nothing is written.
    pub before: Option<Wait>,
    /// After it was made, before it is answered. Where it fails, the answer is that error.
    pub after: Option<Wait>,
    /// Half of its line is written, and nothing else from then on.
    pub torn: bool,
}

/// Decides about the writes of a test's server.
pub trait Steering: Send + Sync + 'static {
    /// A place is about to be used; whether writes to it can be torn.
    ///
    /// # Errors
    ///
    /// Why the server must not start.
    fn opens(&self, edge: Edge, tears: bool) -> Result<(), String>;

    /// Decides about a write.
    fn steer(&self, passing: &Passing<'_>) -> Fate;

    /// Whether the runtime's clock is to stand still while the store is at work: one that is paused
    /// would jump over its answer.
    fn holds_time(&self) -> bool {
        false
    }
}

/// Something that steers, as a setting.
#[derive(Clone)]
pub(crate) struct Steered(pub(crate) Arc<dyn Steering>);

impl fmt::Debug for Steered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Steered")
    }
}

/// Where the parts of an entry go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// All of an entry is one write.
    Whole,
    /// Keys are in one place, the log in another.
    Apart,
    /// The same; this is the log's, and a file of lines.
    Lines,
}

/// A journal whose writes are steered.
struct SteeredJournal {
    journal: Arc<dyn Journal>,
    edge: Edge,
    layout: Layout,
    tear: Tear,
    steering: Arc<dyn Steering>,
}

/// A journal behind all that steers one of its edges. Where it is a file of lines, that tears by
/// `tear`.
///
/// # Errors
///
/// What steers refuses the place.
pub(crate) fn steered(
    all: &[Steered],
    edge: Edge,
    layout: Layout,
    tear: &Tear,
    mut journal: Arc<dyn Journal>,
) -> Result<Arc<dyn Journal>, String> {
    let tears = match (edge, layout) {
        (_, Layout::Whole) => false,
        (Edge::Store, _) => true,
        (Edge::Audit, layout) => layout == Layout::Lines,
    };
    for Steered(steering) in all {
        steering.opens(edge, tears)?;
        let (tear, steering) = (tear.clone(), Arc::clone(steering));
        journal = Arc::new(SteeredJournal { journal, edge, layout, tear, steering });
    }
    Ok(journal)
}

/// What an entry is, and the tool that its record is about.
fn told(entry: &Entry) -> (Write, Option<&str>) {
    let (of_record, tool) = match &entry.record {
        Some(Draft::Intent(intent)) => (Some(Write::Begin), Some(intent.tool)),
        Some(Draft::Outcome(outcome)) => (Some(Write::End), Some(&*outcome.tool)),
        Some(Draft::Refusal(refusal)) => (Some(Write::Refusal), refusal.tool),
        Some(Draft::Erased(_)) => (Some(Write::Upkeep), None),
        None => (None, None),
    };
    let of_step = entry.once.as_ref().map(|(_, op)| match op {
        OnceOp::Begin(_) => Write::Begin,
        OnceOp::Start { .. } => Write::Start,
        OnceOp::Renew { .. } => Write::Renew,
        OnceOp::Complete { .. } | OnceOp::Release { .. } | OnceOp::Doubt { .. } => Write::End,
    });
    (of_step.or(of_record).unwrap_or(Write::Upkeep), tool)
}

impl SteeredJournal {
    fn tears(&self, write: Write) -> Tears {
        match (self.edge, self.layout, write) {
            (Edge::Audit, Layout::Lines, _) => Tears::Line,
            // In the order of `Split`.
            (Edge::Store, Layout::Apart, Write::Begin) => Tears::AfterTheRest,
            (Edge::Store, Layout::Apart, Write::End) => Tears::BeforeTheRest,
            _ => Tears::Never,
        }
    }
}

impl Journal for SteeredJournal {
    fn write(&self, entry: Entry) -> Step<Written> {
        if self.edge == Edge::Audit && entry.record.is_none() && !entry.seal {
            return self.journal.write(entry);
        }
        let (write, tool) = told(&entry);
        let (tears, whole) = (self.tears(write), self.layout == Layout::Whole);
        let passing = Passing { edge: self.edge, write, tool, tears, whole };
        let Fate { before, after, torn } = self.steering.steer(&passing);
        let holds = self.steering.holds_time();
        if torn {
            self.tear.arm();
        }
        if before.is_none() && after.is_none() && !holds {
            return self.journal.write(entry);
        }
        let Ok(runtime) = Handle::try_current() else { return Step::Done(Some(Err(ended()))) };
        let journal = Arc::clone(&self.journal);
        // In a task of its own: a store carries out what it was given, whoever still waits for it.
        let task = runtime.spawn(async move {
            if let Some(before) = before {
                before.await.map_err(StoreError)?;
            }
            let step = journal.write(entry);
            let written = if holds { held(step).await? } else { step.await? };
            if let Some(after) = after {
                after.await.map_err(StoreError)?;
            }
            Ok(written)
        });
        Step::Waits(Box::pin(async move { task.await.unwrap_or_else(|_| Err(ended())) }))
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.journal.newest(limit)
    }

    #[cfg(any(test, feature = "testing"))]
    fn verified(&self) -> Result<Report, String> {
        self.journal.verified()
    }

    fn closed(&self) -> Option<String> {
        self.journal.closed()
    }
}

/// Waits on a thread for work that blocks, which keeps a paused clock from jumping.
async fn held(step: Step<Written>) -> Result<Written, StoreError> {
    if matches!(step, Step::Done(_)) {
        return step.await;
    }
    let runtime = Handle::current();
    let waiting = spawn_blocking(move || runtime.block_on(step));
    waiting.await.unwrap_or_else(|_| Err(ended()))
}

fn ended() -> StoreError {
    StoreError("the server stopped in a write".to_owned())
}

#[cfg(test)]
mod tests;
