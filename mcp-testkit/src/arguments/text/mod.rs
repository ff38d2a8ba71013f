//! Texts: by length, pattern and format.

mod format;
mod pattern;
mod strings;

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::sample::select;
use proptest::strategy::{SBoxedStrategy, Union};
use serde_json::{Value, json};

use super::judge::compile;
use super::maker::samples;
use super::node::{Object, array};
use format::Format;
use pattern::Pattern;

pub(super) use strings::Strings;

/// No longer texts are made: an edge beyond it is not worth its memory.
const MAX_LENGTH: usize = 1 << 16;
/// How much longer than they must be most texts are.
const SPARE: usize = 24;
/// How many texts are made to see whether a pattern keeps the other rules.
const TRIED: usize = 100;
/// A pattern of whose texts fewer are kept is not made at random.
const ENOUGH: usize = 10;
/// How many lengths are tried one by one, where making at random finds too few.
const LENGTHS: usize = 128;
/// The keywords about texts.
const KEYWORDS: [&str; 5] = ["not", "minLength", "maxLength", "pattern", "format"];

/// What texts have to keep at one place.
pub(super) struct Text {
    min: usize,
    max: Option<usize>,
    /// Neither pattern nor format.
    is_free: bool,
    /// Whether a pattern couldn't be read.
    unread: bool,
    patterns: Vec<Pattern>,
    formats: Vec<&'static Format>,
    rules: Option<Arc<jsonschema::Validator>>,
    /// Texts that keep the rules, the shortest first.
    known: Vec<String>,
    /// The patterns whose texts are mostly kept.
    usable: Vec<SBoxedStrategy<String>>,
}

impl Text {
    /// The texts that keep several schemas.
    pub(super) fn of(schemas: &[&Object]) -> Self {
        let each = |keyword| schemas.iter().filter_map(move |one| one.get(keyword));
        let number = |value: &Value| value.as_u64().and_then(|one| one.try_into().ok());
        let min = each("minLength").filter_map(number).max().unwrap_or(0);
        let max = each("maxLength").filter_map(number).min();
        let formats = each("format").filter_map(|name| format::format(name.as_str()?));
        let formats: Vec<_> = formats.collect();
        let own = each("pattern").map(|one| Pattern::parse(one.as_str()?).filter(is_made));
        let own: Vec<_> = own.collect();
        let unread = own.iter().any(Option::is_none);
        let is_free = own.is_empty() && formats.is_empty();
        let of_format = formats.iter().map(|one| Pattern::parse(one.pattern));
        let patterns = own.into_iter().chain(of_format).flatten().collect();
        let given =
            schemas.iter().flat_map(|one| array(one, "examples").iter().chain(one.get("default")));
        let given = given.filter_map(Value::as_str).map(ToOwned::to_owned).collect();
        let mut text = Self {
            min,
            max,
            is_free,
            unread,
            patterns,
            formats,
            rules: rules(schemas),
            known: given,
            usable: Vec::new(),
        };
        if min <= MAX_LENGTH {
            text.explore();
        }
        text
    }

    /// Finds texts that keep the rules, and the patterns that are worth using at random.
    fn explore(&mut self) {
        let mut known = std::mem::take(&mut self.known);
        if self.is_free {
            for fill in ["a", "b"] {
                known.extend([self.min, self.min + 1].map(|length| fill.repeat(length)));
            }
            known.extend(self.longest().map(|length| "a".repeat(length)));
        }
        for pattern in &self.patterns {
            let (fewest, most) = pattern.lengths();
            let from = self.min.max(fewest);
            let to = [self.max, most].into_iter().flatten().min().unwrap_or(from + SPARE);
            let ends = [from, to.min(MAX_LENGTH)];
            known.extend(ends.map(|length| pattern.of_length(length)));
            let Some(any) = pattern.strategy(self.min, self.max) else { continue };
            let kept: Vec<String> = samples(&any, TRIED).filter(|one| self.keeps(one)).collect();
            if kept.len() >= ENOUGH {
                self.usable.push(any);
            } else {
                let each = from..=to.min(from + LENGTHS);
                known.extend(each.map(|length| pattern.of_length(length)));
            }
            known.extend(kept.into_iter().take(ENOUGH));
        }
        known.extend(self.formats.iter().flat_map(|one| one.edges).map(ToString::to_string));
        known.retain(|one| self.keeps(one));
        known.sort_by_cached_key(|one| (one.chars().count(), one.clone()));
        known.dedup();
        self.known = known;
    }

    pub(super) fn keeps(&self, text: &str) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.is_valid(&json!(text)))
    }

    /// The most characters, where they are limited and can be made.
    fn longest(&self) -> Option<usize> {
        self.max.filter(|max| *max <= MAX_LENGTH)
    }

    pub(super) fn simplest(&self) -> Option<&str> {
        self.known.first().map(String::as_str)
    }

    pub(super) fn strategy(&self) -> Option<SBoxedStrategy<String>> {
        let any = if self.is_free && self.min <= MAX_LENGTH {
            let most = self.max.unwrap_or(usize::MAX).min(self.min + SPARE);
            if most < self.min {
                return None;
            }
            let plain = proptest::char::range('a', 'z');
            let one = Union::new_weighted(vec![(4, plain.sboxed()), (1, any::<char>().sboxed())]);
            vec(one, self.min..=most).prop_map(String::from_iter).sboxed()
        } else if self.usable.is_empty() {
            return (!self.known.is_empty()).then(|| select(self.known.clone()).sboxed());
        } else {
            Union::new(self.usable.clone()).sboxed()
        };
        let rules = self.rules.clone();
        let keeps =
            move |text: &String| rules.as_ref().is_none_or(|one| one.is_valid(&json!(text)));
        Some(any.prop_filter("a rule of a text", keeps).sboxed())
    }

    /// Texts at the edges of the rules, and those that programs take for shorter than they are.
    pub(super) fn edges(&self) -> Vec<String> {
        let mut edges = self.known.clone();
        if self.is_free {
            let most = self.longest().unwrap_or(self.min + SPARE);
            for fill in
                ["\u{17c}", "\u{6f22}", "\u{1f600}", "e\u{301}", " ", "\"\\", "\u{202e}\n", "\0"]
            {
                for length in [self.min, most] {
                    edges.push(fill.chars().cycle().take(length).collect());
                }
            }
            edges.extend([self.min + 1, most.saturating_sub(1)].map(|length| "b".repeat(length)));
        }
        edges.retain(|one| self.keeps(one));
        edges.dedup();
        edges
    }

    /// Whether an edge of so many characters is known.
    pub(super) fn has_length(&self, length: usize) -> bool {
        self.known.iter().any(|one| one.chars().count() == length)
    }

    /// Texts of exactly so many characters, by the other rules if that is possible.
    pub(super) fn of_length(&self, length: usize) -> Vec<String> {
        let mut texts: Vec<String> =
            self.patterns.iter().map(|pattern| pattern.of_length(length)).collect();
        texts.extend(self.formats.iter().flat_map(|one| one.edges).map(ToString::to_string));
        texts.extend(["a", "0", "A", "\u{1f600}"].map(|fill| fill.repeat(length)));
        texts.retain(|one| one.chars().count() == length);
        texts
    }

    /// Texts that hardly match any pattern, of lengths that are allowed.
    pub(super) fn off(&self) -> Vec<String> {
        let lengths = [self.min, self.min + 1, self.longest().unwrap_or(self.min)];
        let fills = ["!", "a", "Z", "0", "\u{1f600}", " "];
        let mut off: Vec<String> =
            self.formats.iter().flat_map(|one| one.wrong).map(|one| (*one).into()).collect();
        off.extend(fills.iter().flat_map(|fill| lengths.map(|length| fill.repeat(length))));
        if let Some(text) = self.known.first() {
            // One character of a match, replaced.
            for at in 0..text.chars().count().min(LENGTHS) {
                let replaced =
                    text.chars().enumerate().map(|(i, one)| if i == at { '!' } else { one });
                off.push(replaced.collect());
            }
            off.extend(
                ["!", "\n", "!!"]
                    .iter()
                    .flat_map(|more| [format!("{text}{more}"), format!("{more}{text}")]),
            );
        }
        off.retain(|one| !self.keeps(one));
        off
    }
}

fn is_made(pattern: &Pattern) -> bool {
    pattern.lengths().0 <= MAX_LENGTH
}

/// What schemas ask of texts, apart from what they ask of anything else.
fn rules(schemas: &[&Object]) -> Option<Arc<jsonschema::Validator>> {
    Some(Arc::new(compile(&json!({ "allOf": kept(schemas, &KEYWORDS) })).ok()?))
}

/// What tells some schemas from others as far as texts go.
pub(super) fn key(schemas: &[&Object]) -> String {
    let said = [&KEYWORDS[..], &["examples", "default"]].concat();
    Value::from(kept(schemas, &said)).to_string()
}

fn kept(schemas: &[&Object], keywords: &[&str]) -> Vec<Value> {
    let kept = |schema: &&Object| {
        let kept = schema.iter().filter(|(name, _)| keywords.contains(&name.as_str()));
        Value::Object(kept.map(|(name, rule)| (name.clone(), rule.clone())).collect())
    };
    schemas.iter().map(kept).collect()
}
