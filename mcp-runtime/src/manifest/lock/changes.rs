//! Collects the changes, by the rules.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::rules::{Rule, Turn};
use super::{Change, Class, Subject};

/// More than a person reads, and than any two releases of a server differ by.
pub(super) const MAX_CHANGES: usize = 10_000;
const TOO_MANY: &str = "there are more changes than can be listed";
const NO_RULE: &str = "it cannot be shown what this change means";

#[derive(Default)]
pub(super) struct Changes {
    found: Vec<Change>,
    more: bool,
}

/// The changes of one thing, at one place of it.
pub(super) struct At<'a> {
    changes: &'a mut Changes,
    about: Subject,
    /// Ends with a dot, unless it is empty.
    place: String,
}

impl Changes {
    pub(super) fn about(&mut self, about: Subject) -> At<'_> {
        At { changes: self, about, place: String::new() }
    }

    /// In the order of a report.
    pub(super) fn finish(self) -> Vec<Change> {
        let Self { mut found, more } = self;
        if more {
            found.push(Change {
                class: Class::Breaking,
                about: Subject::Server,
                what: "changes".into(),
                from: Value::Null,
                to: json!(format!("more than {MAX_CHANGES}")),
                why: TOO_MANY,
            });
        }
        found.sort_by(|a, b| b.class.cmp(&a.class).then_with(|| a.about.cmp(&b.about)));
        found
    }
}

impl At<'_> {
    /// A place within this one.
    pub(super) fn within(&mut self, name: &str) -> At<'_> {
        let place = format!("{}{name}.", self.place);
        At { changes: self.changes, about: self.about.clone(), place }
    }

    /// Tells a change of a field by its rule.
    pub(super) fn tell(&mut self, rule: &Rule, turn: Turn, from: &Value, to: &Value) {
        let mut known = false;
        for case in rule.cases.iter().filter(|case| case.turn == turn) {
            known = true;
            self.push(rule.field, case.class, from.clone(), to.clone(), case.why);
        }
        if !known {
            self.push(rule.field, Class::Breaking, from.clone(), to.clone(), NO_RULE);
        }
    }

    pub(super) fn push(
        &mut self,
        what: &str,
        class: Class,
        from: Value,
        to: Value,
        why: &'static str,
    ) {
        if self.changes.found.len() >= MAX_CHANGES {
            self.changes.more = true;
            return;
        }
        let what = format!("{}{what}", self.place);
        let about = self.about.clone();
        self.changes.found.push(Change { class, about, what, from, to, why });
    }

    /// A field of which only matters that it is another.
    pub(super) fn changed<T: PartialEq + Serialize>(&mut self, rule: &Rule, old: &T, new: &T) {
        if old != new {
            self.tell(rule, Turn::Changed, &json!(old), &json!(new));
        }
    }

    pub(super) fn flag(&mut self, rule: &Rule, old: bool, new: bool) {
        if old != new {
            let turn = if new { Turn::On } else { Turn::Off };
            self.tell(rule, turn, &json!(old), &json!(new));
        }
    }

    /// A field whose values are more or less of something.
    pub(super) fn amount<T: PartialOrd + Serialize + Copy>(&mut self, rule: &Rule, old: T, new: T) {
        let turn = match old.partial_cmp(&new) {
            Some(std::cmp::Ordering::Equal) => return,
            Some(std::cmp::Ordering::Less) => Turn::Up,
            Some(std::cmp::Ordering::Greater) => Turn::Down,
            None => Turn::Changed,
        };
        self.tell(rule, turn, &json!(old), &json!(new));
    }

    /// The same where there may be none.
    pub(super) fn optional_amount<T: PartialOrd + Serialize + Copy>(
        &mut self,
        rule: &Rule,
        old: Option<T>,
        new: Option<T>,
    ) {
        if let Some((old, new)) = self.both(rule, old.as_ref(), new.as_ref()) {
            self.amount(rule, *old, *new);
        }
    }

    /// Both values, where there are two; told where only one is there.
    pub(super) fn both<'v, T: Serialize>(
        &mut self,
        rule: &Rule,
        old: Option<&'v T>,
        new: Option<&'v T>,
    ) -> Option<(&'v T, &'v T)> {
        match (old, new) {
            (Some(old), Some(new)) => return Some((old, new)),
            (Some(old), None) => self.tell(rule, Turn::Removed, &json!(old), &Value::Null),
            (None, Some(new)) => self.tell(rule, Turn::Added, &Value::Null, &json!(new)),
            (None, None) => {}
        }
        None
    }

    /// What is in one list and not in the other, however they are sorted.
    pub(super) fn members<T: Ord + Serialize>(&mut self, rule: &Rule, old: &[T], new: &[T]) {
        let mut counts: BTreeMap<&T, i64> = BTreeMap::new();
        for one in old {
            *counts.entry(one).or_default() -= 1;
        }
        for one in new {
            *counts.entry(one).or_default() += 1;
        }
        for (one, count) in counts {
            match count {
                0 => {}
                1.. => self.tell(rule, Turn::Added, &Value::Null, &json!(one)),
                _ => self.tell(rule, Turn::Removed, &json!(one), &Value::Null),
            }
        }
    }
}
