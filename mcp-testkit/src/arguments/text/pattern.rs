//! Texts that match a regular expression.

use proptest::prelude::Strategy;
use proptest::strategy::SBoxedStrategy;
use proptest::string::string_regex_parsed;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// Beyond the fewest, at most so many repetitions are made of what may be repeated without end.
const REACH: u32 = 8;
/// And so many of what may be repeated more often than that.
const MOST: u32 = 64;

/// A regular expression of which every match can be made: without anchors.
#[derive(Clone)]
pub(super) struct Pattern(Hir);

impl Pattern {
    /// As JSON Schema has it: ECMA's, of those that need no look-around. None for one that can't be
    /// read.
    ///
    /// Anchors are taken out, wherever they stand. What is made is tried against the pattern
    /// itself afterwards, so this can only make too much.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        let mut parser = ParserBuilder::new().build();
        Some(Self(without_anchors(&parser.parse(&with_ascii_classes(pattern)).ok()?)))
    }

    /// Matches of about so many characters.
    pub(super) fn strategy(
        &self,
        min: usize,
        max: Option<usize>,
    ) -> Option<SBoxedStrategy<String>> {
        let at_least = u32::try_from(min).ok()?;
        let at_most = max.and_then(|max| u32::try_from(max).ok()).unwrap_or(u32::MAX - 1);
        let bounded = bounded(&self.0, REACH.max(at_least), at_most);
        Some(string_regex_parsed(&bounded).ok()?.sboxed())
    }

    /// The fewest and the most characters of a match.
    pub(super) fn lengths(&self) -> (usize, Option<usize>) {
        lengths(&self.0)
    }

    /// A match of this many characters, as far as that is found without a search.
    pub(super) fn of_length(&self, length: usize) -> String {
        let mut text = String::new();
        write(&self.0, length, &mut text);
        text
    }
}

/// In ECMA's expressions, `\d` and `\w` are of ASCII.
fn with_ascii_classes(pattern: &str) -> String {
    let mut ascii = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(one) = chars.next() {
        match (one, (one == '\\').then(|| chars.next()).flatten()) {
            (_, Some('d')) => ascii.push_str("[0-9]"),
            (_, Some('D')) => ascii.push_str("[^0-9]"),
            (_, Some('w')) => ascii.push_str("[A-Za-z0-9_]"),
            (_, Some('W')) => ascii.push_str("[^A-Za-z0-9_]"),
            (slash, Some(other)) => ascii.extend([slash, other]),
            (other, None) => ascii.push(other),
        }
    }
    ascii
}

fn without_anchors(hir: &Hir) -> Hir {
    rebuilt(hir, &|repetition| (repetition.min, repetition.max))
}

/// With an end to each repetition.
fn bounded(hir: &Hir, reach: u32, at_most: u32) -> Hir {
    rebuilt(hir, &|Repetition { min, max, .. }| {
        let max = max.unwrap_or_else(|| min.saturating_add(reach));
        let most = at_most.min(min.saturating_add(reach.max(MOST)));
        (*min, Some(max.min(most).max(*min)))
    })
}

fn rebuilt(hir: &Hir, repeat: &impl Fn(&Repetition) -> (u32, Option<u32>)) -> Hir {
    match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Repetition(repetition) => {
            let (min, max) = repeat(repetition);
            let sub = Box::new(rebuilt(&repetition.sub, repeat));
            Hir::repetition(Repetition { min, max, sub, ..*repetition })
        }
        HirKind::Capture(capture) => rebuilt(&capture.sub, repeat),
        HirKind::Concat(parts) => {
            Hir::concat(parts.iter().map(|one| rebuilt(one, repeat)).collect())
        }
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|one| rebuilt(one, repeat)).collect())
        }
    }
}

fn lengths(hir: &Hir) -> (usize, Option<usize>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, Some(0)),
        HirKind::Literal(literal) => {
            let length = String::from_utf8_lossy(&literal.0).chars().count();
            (length, Some(length))
        }
        HirKind::Class(_) => (1, Some(1)),
        HirKind::Repetition(repetition) => {
            let (low, high) = lengths(&repetition.sub);
            let high = match (high, repetition.max) {
                (Some(0), _) | (_, Some(0)) => Some(0),
                (Some(high), Some(max)) => Some(high.saturating_mul(max as usize)),
                _ => None,
            };
            (low.saturating_mul(repetition.min as usize), high)
        }
        HirKind::Capture(capture) => lengths(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(lengths).fold((0, Some(0)), |all, one| {
            let high = all.1.zip(one.1).map(|(all, one)| all.saturating_add(one));
            (all.0.saturating_add(one.0), high)
        }),
        HirKind::Alternation(parts) => {
            let each = || parts.iter().map(lengths);
            let high = each().map(|one| one.1).reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b)));
            (each().map(|one| one.0).min().unwrap_or(0), high.unwrap_or(Some(0)))
        }
    }
}

/// Appends a match of about this many characters.
fn write(hir: &Hir, length: usize, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(plainest(class)),
        HirKind::Repetition(repetition) => {
            let (low, high) = lengths(&repetition.sub);
            let (fewest, most) = (repetition.min as usize, repetition.max.map(|max| max as usize));
            let wanted = match high {
                Some(0) => fewest,
                Some(high) => length.div_ceil(high),
                None => usize::from(length > 0),
            };
            let count = wanted.max(fewest).min(most.unwrap_or(usize::MAX));
            let spare = length.saturating_sub(low.saturating_mul(count));
            share(std::iter::repeat_n(&*repetition.sub, count), spare, text);
        }
        HirKind::Capture(capture) => write(&capture.sub, length, text),
        HirKind::Concat(parts) => {
            share(parts.iter(), length.saturating_sub(lengths(hir).0), text);
        }
        HirKind::Alternation(parts) => {
            let fits = |part: &&Hir| {
                let (low, high) = lengths(part);
                low <= length && high.is_none_or(|high| length <= high)
            };
            if let Some(part) = parts.iter().find(fits).or(parts.first()) {
                write(part, length, text);
            }
        }
    }
}

/// Appends all parts; the first ones that can take more than they need get what is to spare.
fn share<'a>(parts: impl Iterator<Item = &'a Hir>, mut spare: usize, text: &mut String) {
    for part in parts {
        let (low, high) = lengths(part);
        let more = high.map_or(spare, |high| (high - low).min(spare));
        spare -= more;
        write(part, low + more, text);
    }
}

/// A letter or a digit where the class has one.
fn plainest(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|one| (one.start(), one.end())).collect(),
        Class::Bytes(class) => {
            class.iter().map(|one| (one.start().into(), one.end().into())).collect()
        }
    };
    let has = |one: &char| ranges.iter().any(|(start, end)| (start..=end).contains(&one));
    ('a'..='z').chain('A'..='Z').chain('0'..='9').find(has).or(Some(ranges.first()?.0))
}
