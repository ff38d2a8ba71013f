//! The way through two schemas at once, and what is told on it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Side;
use super::rules::{self, Finding, Rule};
use super::types::Types;
use super::values::{texts, types, values};
use super::view::View;
use super::words::{is_word, shown};

/// Pairs of schemas that are compared: a hundred times those of a large tool.
const MAX_STEPS: usize = 20_000;
/// Schemas within schemas, references followed. Rust's types nest to about 10.
const MAX_DEPTH: u32 = 64;
/// A longer list of values is taken as a keyword of which nothing is known.
pub(super) const MAX_VALUES: usize = 4096;
/// References that lead to references.
const MAX_HOPS: usize = 16;
/// Differences of one schema. More are not read, and not kept.
const MAX_FINDINGS: usize = 1000;

pub(super) struct Walk<'a> {
    pub(super) side: Side,
    /// Nothing else differs.
    pub(super) only_words: bool,
    found: Vec<Finding>,
    /// Where in an instance it is.
    path: Vec<String>,
    steps: usize,
    depth: u32,
    /// It went on for too long: nothing can be shown any more.
    gave_up: bool,
    /// The pairs of references that led here.
    met: Vec<(Reference<'a>, Reference<'a>)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(side: Side, only_words: bool) -> Self {
        Self {
            side,
            only_words,
            found: Vec::new(),
            path: vec![side.name().to_owned()],
            steps: 0,
            depth: 0,
            gave_up: false,
            met: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> Vec<Finding> {
        if self.gave_up {
            self.gave_up = false;
            self.found.truncate(MAX_FINDINGS - 1);
            self.path.truncate(1);
            self.tell(&rules::TOO_MUCH, "", false, (Value::Null, Value::Null));
        }
        let mut once: Vec<Finding> = Vec::new();
        for finding in self.found {
            if !once.iter().rev().take(16).any(|told| *told == finding) {
                once.push(finding);
            }
        }
        once
    }

    /// Tells how `new` differs from `old`.
    pub(super) fn relate(&mut self, old: View<'a>, new: View<'a>) {
        self.gave_up |= self.depth >= MAX_DEPTH;
        if !self.goes_on(1) || old.same(&new) {
            return;
        }
        self.depth += 1;
        self.words(&old, &new);
        match (follow(old), follow(new)) {
            (Some((old_name, old)), Some((new_name, new))) => {
                let pair = old_name.zip(new_name);
                // Met on the way here: whatever differs has been, or is being, told.
                if pair.is_none_or(|pair| !self.met.contains(&pair)) {
                    self.met.extend(pair);
                    if pair.is_some() {
                        self.words(&old, &new);
                    }
                    self.relate_followed(old, new);
                    if pair.is_some() {
                        self.met.pop();
                    }
                }
            }
            _ if self.only_words => {}
            _ => {
                let pair = (shown(old.get("$ref")), shown(new.get("$ref")));
                self.tell(&rules::UNKNOWN, "$ref", false, pair);
            }
        }
        self.depth -= 1;
    }

    /// Counts steps. Returns false where there were too many.
    pub(super) fn goes_on(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_add(steps);
        self.gave_up |= self.steps > MAX_STEPS;
        !self.gave_up
    }

    fn relate_followed(&mut self, old: View<'a>, new: View<'a>) {
        let (narrow, wide) = self.narrow_and_wide(old, new);
        if narrow.types == Types::NONE {
            self.tell(&rules::TYPE, "", true, (old.shown(), new.shown()));
            return;
        }
        let narrow = match (values(&narrow, MAX_VALUES), values(&wide, MAX_VALUES)) {
            (Some(narrow), Some(wide)) => return self.values(&narrow, &wide),
            (None, Some(_)) => {
                return self.tell(&rules::VALUES, "", false, (old.shown(), new.shown()));
            }
            (Some(listed), None) => {
                self.tell(&rules::VALUES, "", true, (old.shown(), new.shown()));
                narrow.only(types(&listed))
            }
            (None, None) => narrow,
        };
        let (old, new) = self.narrow_and_wide(narrow, wide);
        if self.forms(old, new) {
            self.keywords(old, new);
        }
    }

    /// Everything but forms. Each keyword of the wide schema has to follow from what the narrow one
    /// says by the same keywords.
    fn keywords(&mut self, old: View<'a>, new: View<'a>) {
        let (narrow, wide) = self.narrow_and_wide(old, new);
        let fits = narrow.types.within(wide.types);
        if old.types != new.types {
            let pair = (shown(old.get("type")), shown(new.get("type")));
            if !fits || pair.0 != pair.1 {
                self.tell(&rules::TYPE, "type", fits, pair);
            }
        }
        // Of other types there is nothing to compare.
        let types = narrow.types.and(wide.types);
        self.scalars(old, new, types);
        if types.meets(Types::ARRAY) {
            self.lists(old, new);
        }
        if types.meets(Types::OBJECT) {
            self.objects(old, new);
        }
        self.rest(old, new);
    }

    /// Which of the two must not admit more than the other. It is its own inverse.
    pub(super) fn narrow_and_wide<T>(&self, old: T, new: T) -> (T, T) {
        match self.side {
            Side::Input => (old, new),
            Side::Output => (new, old),
        }
    }

    /// What is told of a pair, apart from everything else.
    pub(super) fn attempt(&mut self, narrow: View<'a>, wide: View<'a>) -> Vec<Finding> {
        let before = std::mem::take(&mut self.found);
        let (old, new) = self.narrow_and_wide(narrow, wide);
        self.relate(old, new);
        std::mem::replace(&mut self.found, before)
    }

    /// Whether an attempt showed that the pair fits.
    pub(super) fn fits(&self, attempt: &[Finding]) -> bool {
        !self.gave_up && !attempt.iter().any(Finding::breaks)
    }

    pub(super) fn keep(&mut self, attempt: Vec<Finding>) {
        self.found.extend(attempt);
    }

    pub(super) fn within(&mut self, segment: String, look: impl FnOnce(&mut Self)) {
        self.path.push(segment);
        look(self);
        self.path.pop();
    }

    /// Goes on with two parts of the schemas.
    pub(super) fn parts(
        &mut self,
        segment: String,
        (old, old_part): (View<'a>, &'a Value),
        (new, new_part): (View<'a>, &'a Value),
    ) {
        self.within(segment, |walk| match (old.sub(old_part), new.sub(new_part)) {
            (Some(old), Some(new)) => walk.relate(old, new),
            _ => walk.unknown("", Some(old_part), Some(new_part)),
        });
    }

    /// Tells one difference.
    pub(super) fn tell(
        &mut self,
        rule: &Rule,
        keyword: &str,
        fits: bool,
        (from, to): (Value, Value),
    ) {
        if self.found.len() >= MAX_FINDINGS {
            self.gave_up = true;
            return;
        }
        let (class, why) = rule.verdict(self.side, fits);
        let mut path = self.path.concat();
        if !keyword.is_empty() {
            path.push(' ');
            path.push_str(keyword);
        }
        self.found.push(Finding { path, class, from, to, why });
    }

    /// Tells of what isn't understood, unless it is the same.
    pub(super) fn unknown(&mut self, keyword: &str, old: Option<&Value>, new: Option<&Value>) {
        if old != new || old.is_some_and(super::view::refers) {
            self.tell(&rules::UNKNOWN, keyword, false, (shown(old), shown(new)));
        }
    }

    fn values(&mut self, narrow: &[&Value], wide: &[&Value]) {
        // Looked up, printed and compared: eight are about as much work as two schemas.
        if !self.goes_on((narrow.len() + wide.len()) / 8) {
            return;
        }
        let (known, sent) = (texts(wide), texts(narrow));
        let list = |values: &[&Value], without: &BTreeSet<String>| -> Value {
            let left = values.iter().filter(|one| !without.contains(&one.to_string()));
            left.map(|one| (*one).clone()).collect()
        };
        for (fits, values) in [(false, list(narrow, &known)), (true, list(wide, &sent))] {
            if values.as_array().is_some_and(|values| !values.is_empty()) {
                let values = shown(Some(&values));
                // What only the narrow schema has was lost by an input, gained by an output.
                let gone = fits == (self.side == Side::Output);
                let pair = if gone { (values, Value::Null) } else { (Value::Null, values) };
                self.tell(&rules::VALUES, "enum", fits, pair);
            }
        }
    }

    fn words(&mut self, old: &View<'_>, new: &View<'_>) {
        let mut words: Vec<&str> = old.keywords().chain(new.keywords()).collect();
        words.retain(|word| is_word(word) && !word.starts_with('$') && *word != "default");
        words.sort_unstable();
        words.dedup();
        for word in words {
            let (was, is) = (old.get(word), new.get(word));
            if was == is {
                continue;
            }
            let pair = (shown(was), shown(is));
            if word == "x-mcp-header" {
                self.tell(&rules::HEADER, word, is.is_none() || self.side == Side::Output, pair);
            } else {
                self.tell(&rules::WORDS, word, true, pair);
            }
        }
    }
}

/// A reference, and the types of what it leads to that are meant.
type Reference<'a> = (&'a str, Types);

/// What a chain of references leads to, and the first of them; nothing where it leads nowhere.
fn follow(view: View<'_>) -> Option<(Option<Reference<'_>>, View<'_>)> {
    let mut end = view;
    let mut first = None;
    for _ in 0..MAX_HOPS {
        if end.get("$ref").is_none() {
            return Some((first, end));
        }
        let (name, target) = end.target()?;
        first = first.or(Some((name, target.types)));
        end = target;
    }
    None
}
