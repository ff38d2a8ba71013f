//! Arguments that break one rule, out of the attempts at it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::attempt::Attempt;
use super::judge::{Finding, Judge};
use super::maker::Maker;
use super::unsupported::Why;

/// For one rule at one place, so many ways to break it are kept.
const MAX_WAYS: usize = 12;

/// Arguments that break exactly one rule, at one place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Broken {
    /// A whole arguments object.
    pub arguments: Value,
    /// The place that a server reports: a JSON pointer (RFC 6901). Of a property that is missing or
    /// unknown it is the property's own; of a rule within alternatives, that of the alternatives;
    /// within a secret argument, the argument's.
    pub pointer: String,
    /// The rule that a server reports: the schema's keyword. Within alternatives it is `oneOf` or
    /// `anyOf`; of an integer format, `minimum` or `maximum`; where nothing may be at all,
    /// `falseSchema`.
    pub rule: String,
    /// The place and the keyword that were meant, where alternatives or a secret hide them.
    pub meant: (String, String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, rule) = &self.meant;
        let at = if at.is_empty() { "the arguments" } else { at };
        write!(f, "{} (breaks `{rule}` of {at})", self.arguments)
    }
}

/// The attempts that succeed. Notes the rules for which none does.
pub(super) fn broken(maker: &Maker<'_>, judge: &Judge, attempts: Vec<Attempt>) -> Vec<Broken> {
    let mut found: Vec<Broken> = Vec::new();
    let mut ways: BTreeMap<Finding, usize> = BTreeMap::new();
    let mut rules: BTreeMap<((usize, String), Finding), (Finding, bool)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for attempt in attempts {
        let Attempt { origin, meant, reported, values } = attempt;
        let succeeds =
            &mut rules.entry((origin, meant.clone())).or_insert((reported.clone(), false)).1;
        for arguments in values {
            let ways = ways.entry(meant.clone()).or_default();
            if *succeeds && *ways >= MAX_WAYS {
                break;
            }
            if !arguments.is_object() || !judge.finds_only(&arguments, &reported) {
                continue;
            }
            *succeeds = true;
            if seen.insert((arguments.to_string(), reported.clone())) {
                *ways += 1;
                let (pointer, rule) = reported.clone();
                found.push(Broken { arguments, pointer, rule, meant: meant.clone() });
            }
        }
    }
    for ((_, meant), (reported, succeeds)) in rules {
        // A list of alternatives is broken as well by a rule within each of them.
        let by_another =
            || found.iter().any(|one| (&one.pointer, &one.rule) == (&reported.0, &reported.1));
        if !(succeeds || meant == reported && by_another()) {
            maker.note(&meant.0, &meant.1, Why::NotAlone);
        }
    }
    found
}
