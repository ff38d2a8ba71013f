//! Lists and tuples.

use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy};
use proptest::strategy::SBoxedStrategy;
use serde_json::Value;

use super::attempt::Attempt;
use super::maker::{Make, Maker};
use super::node::{Form, Member, Node, array};
use super::unsupported::Why;

/// No longer lists are made: servers tell of longer ones only the first thing that is wrong.
const MAX_ITEMS: usize = 2048;
/// How many items more than they must have most lists have.
const SPARE: usize = 4;

pub(super) struct List<'m, 's> {
    maker: &'m Maker<'s>,
    form: Rc<Form<'s>>,
    min: usize,
    /// As far as items can be made.
    max: Option<usize>,
    is_unique: bool,
    /// The places of the first items, where these have schemas of their own.
    first: Vec<Node<'s>>,
    /// The place of any other item; none where there may be no other.
    rest: Option<Node<'s>>,
}

impl<'m, 's> List<'m, 's> {
    pub(super) fn read(maker: &'m Maker<'s>, form: Rc<Form<'s>>) -> Self {
        let count = |(_, value): (_, &Value)| value.as_u64().and_then(|one| one.try_into().ok());
        let min = form.each("minItems").filter_map(count).max().unwrap_or(0);
        let mut max = form.each("maxItems").filter_map(count).min();
        let own = form.each("prefixItems").map(|(one, _)| array(one.schema, "prefixItems").len());
        let tuple = own.max().unwrap_or(0);
        let mut first = Vec::new();
        for index in 0..tuple {
            match item(&form, index) {
                Some(node) => first.push(node),
                None => break,
            }
        }
        let rest = (first.len() == tuple).then(|| item(&form, tuple)).flatten();
        if rest.is_none() {
            max = Some(max.unwrap_or(usize::MAX).min(first.len()));
        }
        let is_unique = form.each("uniqueItems").any(|(_, unique)| unique == true);
        if min > MAX_ITEMS {
            maker.note(form.pointer(), "minItems", Why::TooLarge);
        }
        Self { maker, form, min, max, is_unique, first, rest }
    }

    fn place(&self, index: usize) -> Option<&Node<'s>> {
        self.first.get(index).or(self.rest.as_ref())
    }

    /// A list of so many items, the simplest there are.
    fn of_length(&self, length: usize) -> Option<Vec<Value>> {
        if length > MAX_ITEMS {
            return None;
        }
        let own = length.min(self.first.len());
        let mut items: Vec<Value> = self.first[..own]
            .iter()
            .map(|place| self.maker.simplest(place))
            .collect::<Option<_>>()?;
        if length > own {
            let place = self.rest.as_ref()?;
            if self.is_unique {
                let others = self.maker.distinct(place, length)?;
                let others: Vec<_> =
                    others.into_iter().filter(|one| !items.contains(one)).collect();
                items.extend(others.into_iter().take(length - own));
            } else {
                items.resize(length, self.maker.simplest(place)?);
            }
        }
        (items.len() == length).then_some(items)
    }

    /// The simplest list in which the item at an index is this one.
    fn around(&self, index: usize, item: Value) -> Option<Value> {
        let mut items = self.of_length(self.min.max(index + 1))?;
        if self.is_unique && items.contains(&item) {
            let same = items.iter().position(|one| *one == item)?;
            items.swap(same, index);
        } else {
            items[index] = item;
        }
        Some(items.into())
    }

    fn indices(&self) -> impl Iterator<Item = usize> {
        let others = usize::from(self.rest.is_some());
        let most = self.max.unwrap_or(usize::MAX);
        (0..(self.first.len() + others).min(most)).filter(|index| *index < MAX_ITEMS)
    }
}

/// The place of an item; none where there may be none.
fn item<'s>(form: &Form<'s>, index: usize) -> Option<Node<'s>> {
    let mut members: Vec<Member<'s>> = Vec::new();
    for member in form.members() {
        let own = array(member.schema, "prefixItems").get(index);
        if let Some(schema) = own.or_else(|| member.schema.get("items")) {
            members.push(member.below(schema)?);
        }
    }
    Some(form.child(&format!("/{index}"), members))
}

impl Make for List<'_, '_> {
    fn simplest(&self) -> Option<Value> {
        let own = self.min.min(self.first.len());
        let first = self.first[..own].iter().map(|place| self.maker.simplest_within(place));
        let items: Vec<Value> = first.collect::<Option<_>>()?;
        if items.len() == self.min {
            return Some(items.into());
        }
        // Without a limit on recursion the rest would not end: ask within it first.
        self.maker.simplest_within(self.rest.as_ref()?)?;
        self.of_length(self.min).map(Value::from)
    }

    fn strategy(&self) -> Option<SBoxedStrategy<Value>> {
        let (min, is_unique) = (self.min, self.is_unique);
        if min > MAX_ITEMS {
            return None;
        }
        let first: Vec<_> =
            self.first.iter().map_while(|place| self.maker.strategy(place)).collect();
        let rest = self.rest.as_ref().filter(|_| first.len() == self.first.len());
        let rest = rest.and_then(|place| self.maker.strategy(place));
        let most = if rest.is_some() { min.max(first.len()) + SPARE } else { first.len() };
        let most = most.min(self.max.unwrap_or(usize::MAX));
        if most < min {
            return None;
        }
        let others = match rest {
            Some(any) => vec(any, most.saturating_sub(first.len())).sboxed(),
            None => Just(Vec::new()).sboxed(),
        };
        let cut = move |(length, mut items, others): (usize, Vec<Value>, Vec<Value>)| {
            items.extend(others);
            items.truncate(length);
            if is_unique {
                let mut seen = Vec::new();
                items.retain(|item| {
                    !seen.contains(item) && {
                        seen.push(item.clone());
                        true
                    }
                });
            }
            (items.len() >= min).then(|| Value::from(items))
        };
        Some((min..=most, first, others).prop_filter_map("items that differ", cut).sboxed())
    }

    fn edges(&self) -> Vec<Value> {
        let mut edges = Vec::new();
        for (keyword, length) in [("minItems", Some(self.min)), ("maxItems", self.max)] {
            match length.map(|length| (length, self.of_length(length))) {
                Some((length, None)) => {
                    let why = if length > MAX_ITEMS { Why::TooLarge } else { Why::NoEdge };
                    self.maker.note(self.form.pointer(), keyword, why);
                }
                edge => edges.extend(edge.and_then(|(_, items)| Some(Value::from(items?)))),
            }
        }
        let several = self.min.max(self.first.len()) + 2;
        if self.max.is_none_or(|max| several <= max) {
            edges.extend(self.of_length(several).map(Value::from));
        }
        for index in self.indices() {
            let items = self.place(index).map(|place| self.maker.edges(place)).unwrap_or_default();
            edges.extend(items.into_iter().filter_map(|item| self.around(index, item)));
        }
        edges
    }

    fn breaks(&self) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        let mut attempt = |member, keyword, items: Option<Vec<Value>>| {
            let values = items.map(Value::from).into_iter().collect();
            attempts.push(Attempt::of(&self.form, "", member, keyword, values));
        };
        let count = |value: &Value| value.as_u64().and_then(|one| usize::try_from(one).ok());
        for (member, bound) in self.form.each("minItems") {
            if let Some(length) = count(bound).and_then(|bound| bound.checked_sub(1)) {
                attempt(member, "minItems", self.of_length(length));
            }
        }
        for (member, bound) in self.form.each("maxItems") {
            let Some(bound) = count(bound) else { continue };
            if bound >= MAX_ITEMS {
                self.maker.note(self.form.pointer(), "maxItems", Why::TooLarge);
                continue;
            }
            // Where no further item has a place, any will do.
            let longer = self.of_length(bound + 1).or_else(|| {
                let mut items = self.of_length(bound)?;
                items.push(Value::Null);
                Some(items)
            });
            attempt(member, "maxItems", longer);
        }
        for (member, unique) in self.form.each("uniqueItems") {
            let twice = self.of_length(self.min.max(2)).map(|mut items| {
                let last = items.len() - 1;
                items[last] = items[last - 1].clone();
                items
            });
            if unique == true && self.max.is_none_or(|max| max > 1) {
                attempt(member, "uniqueItems", twice);
            }
        }
        for (member, _) in self.form.each("items").filter(|(_, items)| *items == false) {
            let own = self.first.len();
            let longer =
                self.of_length(own).map(|items| [items, vec![Value::Null]].concat().into());
            let (step, values) = (format!("/{own}"), longer.into_iter().collect());
            attempts.push(Attempt::of(&self.form, &step, member, "falseSchema", values));
        }
        for index in self.indices() {
            let Some(place) = self.place(index) else { continue };
            for attempt in self.maker.breaks(place) {
                let around =
                    attempt.values.iter().filter_map(|item| self.around(index, item.clone()));
                let values = around.collect();
                attempts.push(Attempt { values, ..attempt });
            }
        }
        attempts
    }
}
