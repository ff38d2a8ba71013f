//! The contract lock: a manifest that is kept beside the code, and what has changed since.
//!
//! Each change has a [`Class`], by a table that is exhaustive: the comparison takes every type of
//! the [model](super::model) apart field by field, so that a new field doesn't compile until it is
//! compared, and `rules.rs` says of each field what a change of it means. Schemas are compared by
//! [`schema`], as sets of what they admit.
//!
//! A lock is read as if it came from anyone: its size, its depth, the steps of a comparison and the
//! number of changes are bounded.

mod access;
mod changes;
mod file;
mod policies;
mod records;
mod report;
mod rules;
mod schema;
mod scopes;
#[cfg(test)]
mod tests;
mod tool;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use self::changes::Changes;
use super::model::{About, Manifest};

pub(crate) use self::file::read;
#[cfg(feature = "cli")]
pub(crate) use self::report::json;
pub(crate) use self::report::report;

/// What a change means to those who relied on the lock. The worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Class {
    /// Nobody can do more or less. It is told all the same.
    Compatible,
    /// What was allowed can be refused now, or does less.
    Tightening,
    /// Someone may do what the lock doesn't allow, or a limit is looser.
    Widening,
    /// What was written against the lock fails, or means something else.
    Breaking,
}

impl Class {
    pub(crate) const WORST_FIRST: [Self; 4] =
        [Self::Breaking, Self::Widening, Self::Tightening, Self::Compatible];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Tightening => "tightening",
            Self::Widening => "widening",
            Self::Breaking => "breaking",
        }
    }
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    Server,
    Scope(String),
    Tool(String),
}

/// One difference between a lock and a server. What is of two classes is two changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Change {
    pub(crate) class: Class,
    pub(crate) about: Subject,
    /// The path of the field, such as `policies.timeout_ms` or `input.limit maximum`.
    pub(crate) what: String,
    /// Null where there was nothing.
    pub(crate) from: Value,
    /// Null where there is nothing.
    pub(crate) to: Value,
    /// One sentence for a reviewer.
    pub(crate) why: &'static str,
}

/// Everything that differs: by class, the worst first, then by what it is about.
pub(crate) fn compare(old: &Manifest, new: &Manifest) -> Vec<Change> {
    // The digest follows from the rest.
    let Manifest { manifest, server, scopes, tools, digest: _ } = old;
    let mut changes = Changes::default();

    let mut at = changes.about(Subject::Server);
    at.changed(&rules::FORM, manifest, &new.manifest);
    // Every release has another version.
    let About { name, version: _, title } = server;
    at.changed(&rules::SERVER_NAME, name, &new.server.name);
    at.changed(&rules::SERVER_TITLE, title, &new.server.title);

    scopes::compare((scopes, tools), (&new.scopes, &new.tools), &mut changes);

    let olds: BTreeMap<&str, _> = tools.iter().map(|tool| (&*tool.name, tool)).collect();
    let news: BTreeMap<&str, _> = new.tools.iter().map(|tool| (&*tool.name, tool)).collect();
    for (name, old) in &olds {
        let mut at = changes.about(Subject::Tool((*name).to_owned()));
        match news.get(name) {
            Some(new) => tool::compare(old, new, &mut at),
            None => tool::removed(old, &mut at),
        }
    }
    for (name, new) in news.iter().filter(|(name, _)| !olds.contains_key(*name)) {
        tool::added(new, &mut changes.about(Subject::Tool((*name).to_owned())));
    }
    changes.finish()
}

/// Compares with the lock at `path`, for tests, which have no exit codes: whatever is worse than
/// compatible is an error.
///
/// # Errors
///
/// The report that `check --lock` prints, or why there is nothing to compare with.
#[cfg(feature = "testing")]
pub fn against(manifest: &Manifest, path: &std::path::Path) -> Result<(), String> {
    let locked = read(path).map_err(|problem| problem.to_string())?;
    let changes = compare(&locked, manifest);
    if changes.iter().all(|change| change.class == Class::Compatible) {
        return Ok(());
    }
    Err(report(&changes))
}
