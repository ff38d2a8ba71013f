//! The scopes of a server: what each implies, and for which tools it counts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Subject;
use super::changes::{At, Changes};
use super::rules::{self, Turn};
use crate::manifest::model::{AccessPart, ScopePart, ToolPart};

/// Which scope counts for which tool, as the tools themselves say it.
type Counted<'a> = BTreeSet<(&'a str, &'a str)>;

pub(super) fn compare(
    (old, old_tools): (&[ScopePart], &[ToolPart]),
    (new, new_tools): (&[ScopePart], &[ToolPart]),
    changes: &mut Changes,
) {
    let counted = (counted(old_tools), counted(new_tools));
    let olds: BTreeMap<&str, _> = old.iter().map(|one| (&*one.scope, one)).collect();
    let news: BTreeMap<&str, _> = new.iter().map(|one| (&*one.scope, one)).collect();
    for name in olds.keys().chain(news.keys()).collect::<BTreeSet<_>>() {
        let (was, is) = (olds.get(name).copied(), news.get(name).copied());
        let mut at = changes.about(Subject::Scope((*name).to_owned()));
        match (was, is) {
            (Some(was), Some(is)) => scope(was, is, &mut at),
            (None, Some(is)) => added(is, &olds, &mut at),
            (Some(was), None) => removed(was, &news, &mut at),
            (None, None) => {}
        }
        tools((was, is), &counted, &mut at);
    }
}

fn scope(old: &ScopePart, new: &ScopePart, at: &mut At<'_>) {
    // The tools are compared by themselves.
    let ScopePart { scope: _, description, implies, tools: _ } = old;
    at.changed(&rules::SCOPE_DESCRIPTION, description, &new.description);
    at.members(&rules::SCOPE_IMPLIES, implies, &new.implies);
}

/// A new scope opens nothing by itself; one that includes a known one does.
fn added(new: &ScopePart, known: &BTreeMap<&str, &ScopePart>, at: &mut At<'_>) {
    at.tell(&rules::SCOPE, Turn::Added, &Value::Null, &json!(new.scope));
    for implied in new.implies.iter().filter(|one| known.contains_key(one.as_str())) {
        at.tell(&rules::SCOPE_IMPLIES, Turn::Added, &Value::Null, &json!(implied));
    }
}

fn removed(old: &ScopePart, left: &BTreeMap<&str, &ScopePart>, at: &mut At<'_>) {
    at.tell(&rules::SCOPE, Turn::Removed, &json!(old.scope), &Value::Null);
    for implied in old.implies.iter().filter(|one| left.contains_key(one.as_str())) {
        at.tell(&rules::SCOPE_IMPLIES, Turn::Removed, &json!(implied), &Value::Null);
    }
}

/// For which tools it counts follows from what tools ask for, and is told there. What doesn't
/// follow is told here.
fn tools(
    (old, new): (Option<&ScopePart>, Option<&ScopePart>),
    (before, after): &(Counted<'_>, Counted<'_>),
    at: &mut At<'_>,
) {
    let Some(name) = old.or(new).map(|one| one.scope.as_str()) else { return };
    let told = |tool: &&String| {
        let pair = (name, tool.as_str());
        before.contains(&pair) == after.contains(&pair)
    };
    let of = |part: Option<&ScopePart>| -> Vec<String> {
        part.iter().flat_map(|part| &part.tools).filter(told).cloned().collect()
    };
    at.members(&rules::SCOPE_TOOLS, &of(old), &of(new));
}

fn counted(tools: &[ToolPart]) -> Counted<'_> {
    let mut counted = Counted::new();
    for tool in tools {
        let AccessPart::Scopes(required) = &tool.access else { continue };
        for one in required {
            let scopes = std::iter::once(&one.scope).chain(&one.implied_by);
            counted.extend(scopes.map(|scope| (scope.as_str(), tool.name.as_str())));
        }
    }
    counted
}
