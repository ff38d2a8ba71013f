//! Who may call a tool: the scopes that it asks for, and the rows that it keeps callers to.
//!
//! The classes follow what [`Gate`](crate::access::Gate) decides. A grant passes when it is of the
//! scope or of one that implies it, and when the tool can keep every constraint of it. A tool that
//! knows a constraint more therefore admits more grants, and one that knows it no longer refuses
//! the grants that have it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::changes::At;
use super::rules::{self, Turn};
use crate::manifest::model::{AccessPart, Constraint, RequiredScope};

/// Whom a tool asks for what, in a few words.
pub(super) fn summary(access: &AccessPart) -> Value {
    match access {
        AccessPart::Unstated => json!("unstated"),
        AccessPart::Public => json!("public"),
        AccessPart::Scopes(scopes) => scopes.iter().map(|one| json!(one.scope)).collect(),
    }
}

pub(super) fn compare(old: &AccessPart, new: &AccessPart, at: &mut At<'_>) {
    if let (AccessPart::Scopes(old), AccessPart::Scopes(new)) = (old, new) {
        scopes(old, new, &mut at.within("access"));
        return;
    }
    let turn = match openness(old).cmp(&openness(new)) {
        std::cmp::Ordering::Equal => return,
        std::cmp::Ordering::Less => Turn::Up,
        std::cmp::Ordering::Greater => Turn::Down,
    };
    at.tell(&rules::ACCESS, turn, &summary(old), &summary(new));
}

/// With authentication on, a tool that doesn't state its access is not served; without it,
/// everyone may call it.
fn openness(access: &AccessPart) -> u8 {
    match access {
        AccessPart::Scopes(_) => 0,
        AccessPart::Unstated => 1,
        AccessPart::Public => 2,
    }
}

fn scopes(old: &[RequiredScope], new: &[RequiredScope], at: &mut At<'_>) {
    let olds: BTreeMap<&str, _> = old.iter().map(|one| (&*one.scope, one)).collect();
    let news: BTreeMap<&str, _> = new.iter().map(|one| (&*one.scope, one)).collect();
    for (scope, was) in &olds {
        if let Some(is) = news.get(scope) {
            requirement(was, is, &mut at.within(&format!("scopes.{scope}")));
            continue;
        }
        let covered = news.values().any(|is| decides_for(is, was));
        let rule = if covered { &rules::SCOPES_ALIKE } else { &rules::SCOPES };
        at.tell(rule, Turn::Removed, &json!(was), &Value::Null);
    }
    for (_, is) in news.iter().filter(|(scope, _)| !olds.contains_key(*scope)) {
        let covered = olds.values().any(|was| decides_for(was, is));
        let rule = if covered { &rules::SCOPES_ALIKE } else { &rules::SCOPES };
        at.tell(rule, Turn::Added, &Value::Null, &json!(is));
    }
}

/// Whether every grant that passes `strong` passes `weak`.
fn decides_for(strong: &RequiredScope, weak: &RequiredScope) -> bool {
    let satisfying: BTreeSet<&str> = tokens(weak).collect();
    let keeps = |wanted: &Constraint| {
        weak.constraints.iter().any(|kept| {
            kept.field == wanted.field
                && (kept.argument.is_none() || kept.argument == wanted.argument)
        })
    };
    tokens(strong).all(|token| satisfying.contains(token)) && strong.constraints.iter().all(keeps)
}

/// The scopes that satisfy a requirement.
fn tokens(required: &RequiredScope) -> impl Iterator<Item = &str> {
    std::iter::once(&*required.scope).chain(required.implied_by.iter().map(String::as_str))
}

/// Two requirements of the same scope.
fn requirement(old: &RequiredScope, new: &RequiredScope, at: &mut At<'_>) {
    let RequiredScope { scope: _, constraints, implied_by } = old;
    at.members(&rules::IMPLIED_BY, implied_by, &new.implied_by);
    let olds: BTreeMap<&str, _> = constraints.iter().map(|one| (&*one.field, one)).collect();
    let news: BTreeMap<&str, _> = new.constraints.iter().map(|one| (&*one.field, one)).collect();
    for (field, was) in &olds {
        let is = news.get(field).copied();
        if let Some((was, is)) = at.both(&rules::CONSTRAINTS, Some(*was), is) {
            constraint(was, is, &mut at.within(&format!("constraints.{field}")));
        }
    }
    for (_, is) in news.iter().filter(|(field, _)| !olds.contains_key(*field)) {
        at.tell(&rules::CONSTRAINTS, Turn::Added, &Value::Null, &json!(is));
    }
}

/// Two constraints by the same field.
fn constraint(old: &Constraint, new: &Constraint, at: &mut At<'_>) {
    let Constraint { field: _, argument } = old;
    if let Some((old, new)) = at.both(&rules::ARGUMENT, argument.as_ref(), new.argument.as_ref()) {
        at.changed(&rules::ARGUMENT, old, new);
    }
}
