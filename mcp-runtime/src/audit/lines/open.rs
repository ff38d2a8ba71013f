//! The begin of writing: a new log, or one that an earlier process wrote.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tracing::{error, warn};

use super::engine::{Answer, End, Engine};
use super::file::FileSink;
use super::journal::LinesJournal;
use super::line::Read;
use super::scan::{Lines, Walk};
use super::sink::{AuditSink, Place};
use super::tear::Tear;
use crate::audit::chain::{Head, LogId};
use crate::audit::checkpoint::{External, beside_log};
use crate::audit::view::View;
use crate::audit::{AuditKeys, Draft, Outcome};
use crate::clock::Clock;
use crate::store::group::Engine as _;
use crate::store::journal::Entry;

/// Intents without an outcome that are kept in mind at a time. More can't be open in a log that
/// servers wrote: each closes those of the one before.
const MAX_OPEN: usize = 1 << 16;
/// How many outcomes are written in one go.
const PART: usize = 512;

/// A journal that writes to a program's own sink, a log of its own in each process.
///
/// # Errors
///
/// A machine that has no random numbers or no thread to give.
pub(crate) fn open_custom(
    sink: Box<dyn AuditSink>,
    keys: AuditKeys,
    clock: Clock,
) -> Result<LinesJournal, String> {
    let engine = Engine::new(sink, End::new(new_log()?), keys, clock);
    LinesJournal::start(engine, None).map_err(|error| error.to_string())
}

/// A journal that writes to a file, and goes on with what is there: calls whose outcome nobody
/// recorded are closed as abandoned, and what is too old is erased. A test may tear it.
///
/// # Errors
///
/// Why the file can't be written to, for the operator: another process does, it is no log, or it
/// isn't what was written.
pub(crate) fn open_file(
    path: &Path,
    keys: AuditKeys,
    retention: Duration,
    clock: Clock,
    tear: Option<Tear>,
) -> Result<LinesJournal, String> {
    let engine = resumed(path, keys, retention, clock, tear)?;
    LinesJournal::start(engine, Some(path.to_owned())).map_err(|error| error.to_string())
}

pub(super) fn resumed(
    path: &Path,
    keys: AuditKeys,
    retention: Duration,
    clock: Clock,
    tear: Option<Tear>,
) -> Result<Engine<FileSink>, String> {
    let wrong = |problem: &str| format!("the audit log {}: {problem}", path.display());
    let (place, reading) = FileSink::open(path)?;
    let mut place = tear.into_iter().fold(place, FileSink::torn_by);
    let beside = External::read(&beside_log(path)).ok();
    let at = beside.as_ref().map_or(0, |one| one.checkpoint.head.seq);
    let found = Found::read(&reading, place.length, at).map_err(|problem| wrong(&problem))?;
    if let Some(length) = found.torn {
        let bytes = place.length - length;
        warn!(path = %path.display(), bytes, "the audit log's last line was not written to its end: it is cut off");
        place.cut(length).map_err(|error| wrong(&error.to_string()))?;
    }
    let end = match found.walk.log {
        None => End::new(new_log()?),
        Some(log) => {
            let Walk { head, signed, signed_at, .. } = found.walk;
            End { log, named: true, head, signed, signed_at, expiry: found.expiry }
        }
    };
    place.disproved =
        beside.is_some_and(|beside| is_disproved(path, &end, &keys, &beside, found.at));
    let mut engine = Engine::new(place, end, keys, clock);
    // A file that was made is a log from then on; what the one before left unsigned is signed
    // before anything follows it.
    engine.run(Vec::new()).map_err(|error| error.0)?;
    close(&mut engine, found.open, retention)?;
    while engine.erase().map_err(|error| error.0)? {}
    Ok(engine)
}

fn new_log() -> Result<LogId, String> {
    let mut log = LogId::default();
    getrandom::fill(&mut log).map_err(|error| error.to_string())?;
    Ok(log)
}

/// What a file holds already.
struct Found {
    walk: Walk,
    /// Where the whole lines end, if there is more behind them.
    torn: Option<u64>,
    expiry: Option<SystemTime>,
    /// Intents without an outcome, by their place.
    open: HashMap<u64, View>,
    /// What the log came to at the place that was asked for.
    at: Option<Head>,
}

/// Whether a first line that wasn't written to its end may have been a log's.
fn may_begin(line: &[u8]) -> bool {
    const BEGIN: &[u8] = br#"{"log":"#;
    let written = line.split(|byte| *byte == 0).next().unwrap_or_default();
    written.starts_with(BEGIN) || BEGIN.starts_with(written)
}

impl Found {
    fn read(file: &File, length: u64, at: u64) -> Result<Self, String> {
        let (walk, open) = (Walk::new(), HashMap::new());
        let mut found = Self { walk, torn: None, expiry: None, open, at: None };
        let mut lines = Lines::new(file, 0, length).map_err(|error| error.to_string())?;
        let mut number = 0_u64;
        while let Some(one) = lines.next().map_err(|error| error.to_string())? {
            number += 1;
            let at_end = one.start + one.text.len() as u64 == length;
            // A disk that lost its power may have made room for lines and not filled it. What
            // comes after that is nothing, or someone else was at it.
            let lost =
                one.text.contains(&0) || found.torn.is_some() && Read::parse(one.text).is_none();
            if lost || at_end && !one.whole {
                // What was never a log isn't ours to cut: another program's database, say.
                if one.start == 0 && !may_begin(one.text) {
                    return Err("it is no audit log: its first line names none".to_owned());
                }
                found.torn.get_or_insert(one.start);
                continue;
            }
            let (read, flaw) = found.walk.step(one.text);
            let after = || found.torn.map(|_| "what comes before it was lost".to_owned());
            if let Some(flaw) = flaw.or_else(after) {
                return Err(format!(
                    "line {number} isn't what was written: {flaw}. Look at it with `audit verify`; \
                     once it is moved away, a new log begins"
                ));
            }
            found.at = found.at.or(Some(found.walk.head).filter(|head| head.seq == at));
            if let Some(Read::Record { head, body: Some(body), .. }) = read {
                found.record(head.seq, body);
            }
        }
        Ok(found)
    }

    fn record(&mut self, seq: u64, body: &[u8]) {
        let Ok(view) = View::read(body) else { return };
        self.expiry = self.expiry.into_iter().chain(view.expires()).min();
        match (view.kind.as_str(), view.intent) {
            ("intent", _) if self.open.len() < MAX_OPEN => {
                self.open.insert(seq, view);
            }
            ("outcome", Some(intent)) => {
                self.open.remove(&intent);
            }
            _ => {}
        }
    }
}

/// Gives each intent without an outcome one: nobody knows what became of the call.
fn close<P: Place>(
    engine: &mut Engine<P>,
    open: HashMap<u64, View>,
    retention: Duration,
) -> Result<(), String> {
    let now = engine.clock.now();
    let open: BTreeMap<u64, View> = open.into_iter().collect();
    let mut tools: BTreeMap<String, u64> = BTreeMap::new();
    let mut jobs = Vec::new();
    for (intent, view) in open {
        let retention = view.retention().unwrap_or(retention);
        let tool = view.tool.unwrap_or_default();
        *tools.entry(tool.clone()).or_default() += 1;
        let outcome = Outcome {
            time: now,
            intent,
            call_id: view.call_id.unwrap_or_default().into(),
            principal: view.principal.unwrap_or_default().into(),
            tool: tool.into(),
            code: "abandoned".into(),
            effect: "unknown",
            latency: Duration::ZERO,
            digest: None,
            result: None,
            replay_of: None,
            trace: view.trace.map(Into::into),
            retention,
        };
        let record = Some(Draft::Outcome(Box::new(outcome)));
        jobs.push(Entry { record, ..Entry::default() });
    }
    while !jobs.is_empty() {
        let rest = jobs.split_off(jobs.len().min(PART));
        let answers = engine.run(std::mem::replace(&mut jobs, rest)).map_err(|error| error.0)?;
        if answers.iter().any(|answer| matches!(answer, Answer::TooLong)) {
            return Err("the outcome of an abandoned call is too long for a line".to_owned());
        }
    }
    for (tool, calls) in tools {
        warn!(
            tool,
            calls,
            "calls were abandoned as an earlier process ended: nobody knows whether they had their effect"
        );
    }
    Ok(())
}

/// Whether the checkpoint beside the log is of other records than it has: all of it or its end is
/// gone, or was replaced, by whoever's hand.
fn is_disproved(
    path: &Path,
    end: &End,
    keys: &AuditKeys,
    beside: &External,
    at: Option<Head>,
) -> bool {
    if beside.log != end.log {
        warn!(
            path = %beside_log(path).display(),
            "the checkpoint beside the audit log is of another log: it stays, and no other is kept \
             there. Who moved that log away moves its checkpoint, too"
        );
        return true;
    }
    let checkpoint = beside.checkpoint.head;
    let disproved = at != Some(checkpoint) && keys.signed(beside.log, &beside.checkpoint);
    if disproved {
        error!(
            path = %path.display(),
            ends = end.head.seq,
            signed = checkpoint.seq,
            "the audit log was cut: records that a checkpoint covers are gone"
        );
    }
    disproved
}
