//! What can be made at a place: the simplest value, any value, those at the edges of its rules,
//! and those that break one of them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use proptest::prelude::Strategy;
use proptest::strategy::{SBoxedStrategy, Union, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::attempt::Attempt;
use super::kinds::{self, check_keywords};
use super::node::{Node, Object, PlaceKey};
use super::text::{self, Text};
use super::unsupported::{Unsupported, Why};

/// A simplest value is looked for with each definition leading to itself this often at most.
const MAX_DEPTH: usize = 6;
/// Where so many values in a row break a rule, no more are drawn: there may be none that doesn't.
const MAX_REJECTED: u32 = 4096;
/// At most this many values at the edge are made of one place.
const MAX_EDGES: usize = 4096;
/// At most at this many places rules are broken.
const MAX_PLACES: usize = 4096;

/// What one kind of value at one place gives.
pub(super) trait Make {
    /// The value with the least in it.
    fn simplest(&self) -> Option<Value>;
    /// Any value; shrinks to the simplest.
    fn strategy(&self) -> Option<SBoxedStrategy<Value>>;
    /// Values at the edge of a rule.
    fn edges(&self) -> Vec<Value>;
    /// Values that break one rule, here or below.
    fn breaks(&self) -> Vec<Attempt>;
}

/// Makes values by one schema.
pub(super) struct Maker<'s> {
    root: &'s Object,
    notes: RefCell<BTreeSet<Unsupported>>,
    /// Texts are costly to read: patterns are compiled and tried.
    texts: RefCell<HashMap<String, Rc<Text>>>,
    /// The simplest values that are known, by the schemas of their place.
    simplest: RefCell<HashMap<Vec<usize>, Option<Value>>>,
    /// The strategies that are known, so that a recursive type's don't multiply.
    strategies: RefCell<HashMap<PlaceKey<'s>, Option<SBoxedStrategy<Value>>>>,
    /// The definitions within themselves of which rules were broken.
    repeated: RefCell<HashSet<PlaceKey<'s>>>,
    /// At how many places rules were broken.
    visited: Cell<usize>,
}

impl<'s> Maker<'s> {
    pub(super) fn new(root: &'s Object) -> Self {
        let (notes, texts, simplest, strategies) = Default::default();
        let (repeated, visited) = Default::default();
        Self { root, notes, texts, simplest, strategies, repeated, visited }
    }

    /// Notes what isn't covered.
    pub(super) fn note(&self, pointer: &str, keyword: &str, why: Why) {
        let (pointer, keyword) = (pointer.to_owned(), keyword.to_owned());
        self.notes.borrow_mut().insert(Unsupported { pointer, keyword, why });
    }

    pub(super) fn into_notes(self) -> BTreeSet<Unsupported> {
        self.notes.into_inner()
    }

    /// What a reference within the document stands for.
    pub(super) fn resolve(&self, reference: &str) -> Option<&'s Value> {
        let mut steps = reference.strip_prefix("#/")?.split('/');
        let name = |step: &str| step.replace("~1", "/").replace("~0", "~");
        let first = self.root.get(&name(steps.next()?))?;
        steps.try_fold(first, |at, step| at.get(name(step)))
    }

    /// The texts that keep several schemas, read once.
    pub(super) fn text(&self, schemas: &[&Object]) -> Rc<Text> {
        let key = text::key(schemas);
        if let Some(known) = self.texts.borrow().get(&key) {
            return Rc::clone(known);
        }
        let text = Rc::new(Text::of(schemas));
        self.texts.borrow_mut().insert(key, Rc::clone(&text));
        text
    }

    /// The simplest value here, whatever led here.
    pub(super) fn simplest(&self, node: &Node<'s>) -> Option<Value> {
        let key = node.key().0;
        if let Some(known) = self.simplest.borrow().get(&key) {
            return known.clone();
        }
        let found = (1..=MAX_DEPTH).find_map(|limit| self.simplest_within(&node.fresh(limit)));
        self.simplest.borrow_mut().insert(key, found.clone());
        found
    }

    /// The simplest value that the definitions' limit leaves.
    pub(super) fn simplest_within(&self, node: &Node<'s>) -> Option<Value> {
        node.forms(self)
            .into_iter()
            .find_map(|form| kinds::of(self, form).iter().find_map(|kind| kind.simplest()))
    }

    pub(super) fn strategy(&self, node: &Node<'s>) -> Option<SBoxedStrategy<Value>> {
        let key = node.key();
        if let Some(known) = self.strategies.borrow().get(&key) {
            return known.clone();
        }
        let kinds = node.forms(self).into_iter().flat_map(|form| kinds::of(self, form));
        let any = union(kinds.filter_map(|kind| kind.strategy()).collect());
        self.strategies.borrow_mut().insert(key, any.clone());
        any
    }

    pub(super) fn edges(&self, node: &Node<'s>) -> Vec<Value> {
        let kinds = node.forms(self).into_iter().flat_map(|form| kinds::of(self, form));
        let mut edges = Vec::new();
        for edge in kinds.flat_map(|kind| kind.edges()) {
            if edges.len() >= MAX_EDGES {
                self.note(&node.pointer, "type", Why::TooLarge);
                break;
            }
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
        edges
    }

    pub(super) fn breaks(&self, node: &Node<'s>) -> Vec<Attempt> {
        let visited = self.visited.replace(self.visited.get() + 1);
        if visited >= MAX_PLACES {
            self.note(&node.pointer, "type", Why::TooLarge);
            return Vec::new();
        }
        let mut attempts: Vec<Attempt> = node
            .choices(self)
            .iter()
            .map(|choice| Attempt::of_choice(&node.pointer, choice, strangers()))
            .collect();
        for form in node.forms(self) {
            // Each use of a recursive type would have all of its rules once more.
            if form.repeated().is_some_and(|key| !self.repeated.borrow_mut().insert(key)) {
                continue;
            }
            check_keywords(self, &form);
            attempts.extend(kinds::foreign(self, &form));
            attempts.extend(kinds::of(self, form).iter().flat_map(|kind| kind.breaks()));
        }
        attempts
    }

    /// Up to `count` different values of a place, the simplest first.
    pub(super) fn distinct(&self, node: &Node<'s>, count: usize) -> Option<Vec<Value>> {
        let mut found: Vec<Value> = Vec::new();
        let mut add = |value: Value| {
            if !found.contains(&value) {
                found.push(value);
            }
            found.len() >= count
        };
        let enough = count == 0
            || self.simplest(node).is_some_and(&mut add)
            || self.edges(node).into_iter().any(&mut add)
            || self.strategy(node).is_some_and(|any| samples(&any, 20 * count).any(add));
        enough.then_some(found)
    }
}

/// Values of every type, for where none of them belongs.
pub(super) fn strangers() -> Vec<Value> {
    let text = "surplus \u{17c}\u{f3}\u{142}w";
    vec![
        Value::Null,
        json!(true),
        json!(-7),
        json!(0.5),
        json!(12_345_678),
        json!(""),
        json!(text),
        json!([]),
        json!([null]),
        json!({}),
        json!({ text: null }),
    ]
}

/// One strategy of several; shrinks to the earlier ones.
pub(super) fn union(options: Vec<SBoxedStrategy<Value>>) -> Option<SBoxedStrategy<Value>> {
    match options.len() {
        0 => None,
        1 => options.into_iter().next(),
        _ => Some(Union::new(options).sboxed()),
    }
}

/// Makes the same values every time.
pub(super) fn runner(seed: u64, index: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&index.to_le_bytes());
    let config =
        Config { failure_persistence: None, max_local_rejects: MAX_REJECTED, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Some values of a strategy, the same every time.
pub(super) fn samples<S: Strategy + Clone>(
    strategy: &S,
    count: usize,
) -> impl Iterator<Item = S::Value> + use<S> {
    let (strategy, mut runner) = (strategy.clone(), runner(0, 0));
    (0..count).map_while(move |_| Some(strategy.new_tree(&mut runner).ok()?.current()))
}
