//! A chain of calls: what one call, request or trace led to, and what led to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::ControlFlow;

use super::each;
use super::filter::{Filter, has_id, trace_id};
use super::lines::{latency, named, outcome, plain};
use crate::audit::Log;
use crate::audit::view::View;

/// How often the log is read for more of the chain. A forward pass finds all calls that a call led
/// to; each call that led to it costs one more.
const PASSES: usize = 16;
/// Calls within calls are shown so deep.
const DEPTH: usize = 32;

/// The calls that belong together.
#[derive(Default)]
struct Related {
    calls: BTreeSet<String>,
    traces: BTreeSet<String>,
}

impl Related {
    fn size(&self) -> usize {
        self.calls.len() + self.traces.len()
    }

    fn has(&self, view: &View) -> bool {
        let known =
            |call: &Option<String>| call.as_ref().is_some_and(|call| self.calls.contains(call));
        known(&view.call_id)
            || known(&view.parent)
            || trace_id(view).is_some_and(|trace| self.traces.contains(trace))
    }

    fn add(&mut self, view: &View) {
        let calls = [&view.call_id, &view.parent, &view.replay_of];
        self.calls.extend(calls.into_iter().flatten().cloned());
        self.traces.extend(trace_id(view).map(str::to_owned));
    }
}

/// All of one call.
#[derive(Default)]
struct Call {
    parent: Option<String>,
    records: Vec<View>,
}

/// The chains that an id belongs to, of at most `limit` calls, as trees.
pub(super) fn told(
    log: &dyn Log,
    id: &str,
    filter: &Filter,
    limit: usize,
) -> (String, Result<(), String>) {
    let mut related = Related::default();
    let mut read = Ok(());
    for _ in 0..PASSES {
        let before = related.size();
        read = each(log, |view, _| {
            let meant = has_id(&view, id) && filter.takes_any_id(&view);
            if related.calls.len() < limit && (meant || related.has(&view)) {
                related.add(&view);
            }
            ControlFlow::Continue(())
        });
        if related.size() == before {
            break;
        }
    }
    let mut calls: BTreeMap<String, Call> = BTreeMap::new();
    let again = each(log, |view, _| {
        if let Some(id) = view.call_id.clone().filter(|id| related.calls.contains(id)) {
            let call = calls.entry(id).or_default();
            call.parent = call.parent.take().or_else(|| view.parent.clone());
            call.records.push(view);
        }
        ControlFlow::Continue(())
    });
    read = read.and(again);
    if calls.is_empty() {
        return ("no record has this id\n".to_owned(), read);
    }
    let mut text = String::new();
    let mut tree = Tree { calls: &calls, told: BTreeSet::new() };
    let top = |call: &Call| call.parent.as_ref().is_none_or(|parent| !calls.contains_key(parent));
    for (id, _) in in_order(calls.iter().filter(|(_, call)| top(call))) {
        tree.tell(&mut text, id, 0);
    }
    // What names itself as its own ancestor has no top.
    for id in calls.keys() {
        tree.tell(&mut text, id, 0);
    }
    if related.calls.len() >= limit {
        let _ = writeln!(text, "at most {limit} calls are shown; --limit changes that");
    }
    (text, read)
}

/// By the place of the first record.
fn in_order<'a>(
    calls: impl Iterator<Item = (&'a String, &'a Call)>,
) -> Vec<(&'a String, &'a Call)> {
    let mut calls: Vec<_> = calls.collect();
    calls.sort_by_key(|(_, call)| call.records.first().map(|view| view.seq));
    calls
}

struct Tree<'a> {
    calls: &'a BTreeMap<String, Call>,
    told: BTreeSet<&'a str>,
}

impl<'a> Tree<'a> {
    fn tell(&mut self, text: &mut String, id: &'a str, depth: usize) {
        let Some(call) = self.calls.get(id) else { return };
        if depth > DEPTH || !self.told.insert(id) {
            return;
        }
        let indent = "  ".repeat(depth);
        for (index, view) in call.records.iter().enumerate() {
            if index == 0 {
                let _ = writeln!(
                    text,
                    "{indent}{} by {}, call {}{}",
                    named(view.tool.as_deref()),
                    named(view.principal.as_deref().or(view.peer.as_deref())),
                    plain(id),
                    trace_id(view).map(|id| format!(", trace {}", plain(id))).unwrap_or_default(),
                );
            }
            let _ = writeln!(text, "{indent}  {}", record(view));
        }
        let calls = self.calls;
        let children = calls.iter().filter(|(_, one)| one.parent.as_deref() == Some(id));
        for (child, _) in in_order(children) {
            self.tell(text, child, depth + 1);
        }
    }
}

fn record(view: &View) -> String {
    let mut line = format!("{}  record {}: {}", plain(&view.time), view.seq, plain(&view.kind));
    if view.kind == "intent" {
        let arguments = view.arguments.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = write!(line, " {}", plain(&arguments));
        return line;
    }
    let _ = write!(line, " {}", outcome(view));
    if let Some(effect) = &view.effect {
        let _ = write!(line, ", effect {}", plain(effect));
    }
    if view.latency_us.is_some() {
        let _ = write!(line, ", {}", latency(view));
    }
    if let Some(of) = &view.replay_of {
        let _ = write!(line, ", replay of {}", plain(of));
    }
    if let Some(count) = view.count.filter(|count| *count > 1) {
        let _ = write!(line, ", {count} alike");
    }
    line
}
