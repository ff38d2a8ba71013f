//! Refusals: calls that didn't get so far as an intent.
//!
//! Whoever is refused can come again as fast as the network allows, and must not fill the log by
//! it. The first of a kind (who, tool, code) is written at once. Those like it are counted, and
//! written as one record every [`WINDOW`]. Of more kinds than [`MAX_KINDS`], the others are counted
//! together. So a flood costs at most about a hundred records a second, and no refusal is lost: a
//! record that the journal doesn't take is counted again.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;

use super::draft::{Draft, Refusal};
use crate::error::Code;
use crate::store::journal::{Entry, Journal, Written};
use crate::store::{Step, StoreError};
use crate::tool::ToolInfo;

/// How long refusals of a kind are counted before they are written.
const WINDOW: Duration = Duration::from_secs(10);
/// How many kinds are told apart at a time.
const MAX_KINDS: usize = 1_000;
/// Bytes of a code, of which an application's own may be any text.
const MAX_CODE: usize = 128;
/// What stands for whoever else was refused, and why.
const OTHERS: &str = "(others)";

/// A call that was refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused<'a> {
    pub(crate) call_id: Option<&'a str>,
    pub(crate) principal: Option<&'a str>,
    /// Where it came from, if nobody knows from whom.
    pub(crate) peer: Option<&'a str>,
    pub(crate) tool: Option<&'a ToolInfo>,
    pub(crate) code: &'a Code,
    pub(crate) trace: Option<&'a str>,
}

/// Takes refusals, and sees to it that they are written.
pub(super) struct Refusing(Arc<Shared>);

struct Shared {
    journal: Arc<dyn Journal>,
    refusals: Mutex<Refusals>,
}

impl Refusing {
    pub(super) fn new(journal: Arc<dyn Journal>) -> Self {
        Self(Arc::new(Shared { journal, refusals: Mutex::default() }))
    }

    pub(super) fn refused(&self, refused: &Refused<'_>, now: SystemTime, retention: Duration) {
        let kind = Kind::of(refused);
        let record = record(refused, now, retention);
        let (at_once, begins) = self.0.refusals().take(kind, record);
        if let Some((kind, record)) = at_once {
            self.0.write(kind, record);
        }
        if begins {
            self.0.count();
        }
    }

    pub(super) fn flush(&self) {
        self.0.flush();
    }
}

impl Shared {
    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is counted at the end of each window, until there is nothing more.
    fn count(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else {
            // Without a runtime nothing is timed: it is written as the server stops.
            self.refusals().timed = false;
            return;
        };
        let shared = Arc::clone(self);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(WINDOW).await;
                shared.flush();
                if shared.refusals().rests() {
                    break;
                }
            }
        });
    }

    fn flush(self: &Arc<Self>) {
        let due = self.refusals().due();
        for (kind, record) in due {
            self.write(kind, record);
        }
    }

    /// Writes a record without waiting for it; one that isn't taken is counted again.
    fn write(self: &Arc<Self>, kind: Kind, record: Refusal) {
        let entry =
            Entry { record: Some(Draft::Refusal(Box::new(record.clone()))), ..Entry::default() };
        let step = self.journal.write(entry);
        if let Step::Done(written) = step {
            self.written(kind, record, written.as_ref());
            return;
        }
        // Without a runtime nobody can wait. The journal carries it out all the same.
        if let Ok(runtime) = Handle::try_current() {
            let shared = Arc::clone(self);
            runtime.spawn(async move {
                let written = step.await;
                shared.written(kind, record, Some(&written));
            });
        }
    }

    fn written(
        self: &Arc<Self>,
        kind: Kind,
        record: Refusal,
        written: Option<&Result<Written, StoreError>>,
    ) {
        if !matches!(written, Some(Err(_))) {
            return;
        }
        let begins = self.refusals().back(kind, record);
        if begins {
            self.count();
        }
    }
}

/// Refusals that aren't told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Kind {
    who: Option<String>,
    tool: Option<&'static str>,
    code: String,
}

impl Kind {
    fn of(refused: &Refused<'_>) -> Self {
        Self {
            who: refused.principal.or(refused.peer).map(str::to_owned),
            tool: refused.tool.map(|tool| tool.name),
            code: code(refused),
        }
    }

    fn others() -> Self {
        Self { who: Some(OTHERS.to_owned()), tool: None, code: OTHERS.to_owned() }
    }
}

/// What is counted at present.
#[derive(Default)]
struct Refusals {
    /// Each kind that was seen in this window; `None` where the first one was all so far.
    kinds: HashMap<Kind, Option<Refusal>>,
    /// A task writes it in time.
    timed: bool,
}

impl Refusals {
    /// Takes one. Gives back what is to be written at once, and whether a task has to begin.
    fn take(&mut self, kind: Kind, record: Refusal) -> (Option<(Kind, Refusal)>, bool) {
        let at_once = if let Some(counted) = self.kinds.get_mut(&kind) {
            add(counted, record);
            None
        } else if self.kinds.len() < MAX_KINDS {
            self.kinds.insert(kind.clone(), None);
            Some((kind, record))
        } else {
            add(self.kinds.entry(Kind::others()).or_default(), anonymous(&record));
            None
        };
        (at_once, !mem::replace(&mut self.timed, true))
    }

    /// Takes back what couldn't be written. Says whether a task has to begin.
    fn back(&mut self, kind: Kind, record: Refusal) -> bool {
        let room = self.kinds.len() < MAX_KINDS || self.kinds.contains_key(&kind);
        let (kind, record) =
            if room { (kind, record) } else { (Kind::others(), anonymous(&record)) };
        add(self.kinds.entry(kind).or_default(), record);
        !mem::replace(&mut self.timed, true)
    }

    /// What was counted, to be written now. A kind of which no other came is forgotten.
    fn due(&mut self) -> Vec<(Kind, Refusal)> {
        self.kinds.retain(|_, counted| counted.is_some());
        let due =
            |(kind, counted): (&Kind, &mut Option<Refusal>)| Some((kind.clone(), counted.take()?));
        self.kinds.iter_mut().filter_map(due).collect()
    }

    /// Whether there is nothing to count. Who asks stops then.
    fn rests(&mut self) -> bool {
        self.timed = !self.kinds.is_empty();
        !self.timed
    }
}

/// One more of a kind, or several.
fn add(counted: &mut Option<Refusal>, record: Refusal) {
    *counted = Some(match counted.take() {
        None => record,
        Some(so_far) => {
            let newer = record.time >= so_far.time;
            let (count, first) =
                (so_far.count.saturating_add(record.count), so_far.first.min(record.first));
            Refusal { count, first, ..if newer { record } else { so_far } }
        }
    });
}

/// One of those that aren't told apart any more.
fn anonymous(record: &Refusal) -> Refusal {
    Refusal {
        call_id: None,
        principal: Some(OTHERS.to_owned()),
        peer: None,
        tool: None,
        code: OTHERS.to_owned(),
        trace: None,
        ..*record
    }
}

fn code(refused: &Refused<'_>) -> String {
    let code = refused.code.as_str();
    code[..code.floor_char_boundary(MAX_CODE)].to_owned()
}

fn record(refused: &Refused<'_>, now: SystemTime, retention: Duration) -> Refusal {
    let text = |text: Option<&str>| text.map(str::to_owned);
    Refusal {
        time: now,
        call_id: text(refused.call_id),
        principal: text(refused.principal),
        peer: text(refused.peer),
        tool: refused.tool.map(|tool| tool.name),
        code: code(refused),
        count: 1,
        first: now,
        trace: text(refused.trace),
        retention,
    }
}

#[cfg(test)]
mod tests;
