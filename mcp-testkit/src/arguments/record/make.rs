//! What objects give.

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::Strategy;
use proptest::strategy::SBoxedStrategy;
use serde_json::{Value, json};

use super::super::attempt::{Attempt, with};
use super::super::judge::token;
use super::super::maker::Make;
use super::super::node::Object;
use super::super::unsupported::Why;
use super::{MAX_PROPERTIES, Record};

/// How many entries more than it must have a map has at most.
const SPARE: usize = 3;
/// Names that a schema hardly knows.
const SURPLUS: [&str; 3] = ["surplus", "surplus of none", "\u{17c}\u{f3}\u{142}w"];

impl Make for Record<'_, '_> {
    fn simplest(&self) -> Option<Value> {
        for name in &self.required {
            self.maker.simplest_within(self.known.get(name)?)?;
        }
        self.filled(self.around(&[])?, self.min)
    }

    fn strategy(&self) -> Option<SBoxedStrategy<Value>> {
        let mut named: Vec<SBoxedStrategy<(String, Option<Value>)>> = Vec::new();
        for (name, place) in &self.known {
            let name = (*name).to_owned();
            let is_required = self.required.contains(&name.as_str());
            let value = match (self.maker.strategy(place), is_required) {
                (Some(value), true) => value.prop_map(Some).sboxed(),
                (Some(value), false) => option::of(value).sboxed(),
                (None, true) => return None,
                (None, false) => continue,
            };
            named.push(value.prop_map(move |value| (name.clone(), value)).sboxed());
        }
        let missing = self.min.saturating_sub(named.len());
        let mut maps = Vec::new();
        for others in self.others.iter().filter(|others| others.is_map || missing > 0) {
            let (Some(keys), Some(values)) =
                (others.strategy(), self.maker.strategy(&others.place))
            else {
                continue;
            };
            let most = (missing + SPARE).min(self.max.unwrap_or(usize::MAX));
            maps.push(btree_map(keys, values, missing.min(most)..=most).sboxed());
        }
        let required = self.required.len();
        if required > self.max.unwrap_or(usize::MAX) || missing > MAX_PROPERTIES {
            return None;
        }
        let join = |(named, maps): (Vec<(String, Option<Value>)>, Vec<_>)| {
            let mut object: Object = maps.into_iter().flatten().collect();
            object.extend(named.into_iter().filter_map(|(name, value)| Some((name, value?))));
            object
        };
        let (min, max) = (self.min, self.max.unwrap_or(usize::MAX));
        let counts = move |object: &Object| (min..=max).contains(&object.len());
        let any = (named, maps).prop_map(join).prop_filter("as many properties", counts);
        Some(any.prop_map(Value::Object).sboxed())
    }

    fn edges(&self) -> Vec<Value> {
        let optional = || self.known.keys().filter(|name| !self.required.contains(*name));
        let simplest = self.around(&[]).and_then(|object| self.filled(object, self.min));
        let mut edges: Vec<Value> = simplest.into_iter().collect();
        let all: Vec<&str> = optional().copied().collect();
        edges.extend(self.around(&all).and_then(|object| self.filled(object, self.min)));
        if let Some(max) = self.max {
            let most =
                (max <= MAX_PROPERTIES).then(|| self.filled(self.around(&[])?, max)).flatten();
            let why = if max > MAX_PROPERTIES { Why::TooLarge } else { Why::NoEdge };
            if most.is_none() {
                self.maker.note(self.form.pointer(), "maxProperties", why);
            }
            edges.extend(most);
        }
        for (name, place) in &self.known {
            let values = self.maker.edges(place).into_iter();
            edges.extend(values.filter_map(|value| self.with(name, value)));
            // At the root, null stands for an argument that is left out.
            if self.form.pointer().is_empty() && !self.required.contains(name) {
                edges.extend(self.with(name, Value::Null));
            }
        }
        for others in self.others.iter().filter(|others| others.is_map) {
            let name = others.names(1, |name| self.known.contains_key(name)).pop();
            let values = self.maker.edges(&others.place).into_iter();
            edges.extend(values.filter_map(|value| self.with(name.as_deref()?, value)));
            let simplest = self.maker.simplest(&others.place);
            let odd = others.odd().filter_map(|name| self.with(name, simplest.clone()?));
            edges.extend(odd);
        }
        edges
    }

    fn breaks(&self) -> Vec<Attempt> {
        let mut attempts = self.breaks_of_count();
        for member in self.form.members() {
            for name in super::array(member.schema, "required").iter().filter_map(Value::as_str) {
                let mut values = Vec::new();
                // Without it, and with all others, in case some number of them is asked for.
                let all: Vec<&str> = self.known.keys().copied().collect();
                for beside in [&[][..], &all[..]] {
                    let Some(mut object) = self.around(beside) else { continue };
                    object.remove(name);
                    values.push(Value::Object(object));
                }
                attempts.push(Attempt::of(&self.form, &token(name), member, "required", values));
            }
        }
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            for (member, _) in self.form.each(keyword).filter(|(_, schema)| *schema == false) {
                // Of an object without any property of its own, validators say that nothing may be
                // there. A server sees to it that this isn't said of the arguments themselves.
                let names_none = !["properties", "patternProperties"]
                    .iter()
                    .any(|own| member.schema.contains_key(*own));
                let is_root = self.form.pointer().is_empty();
                let rule = if names_none && !is_root { "falseSchema" } else { keyword };
                for name in SURPLUS.iter().filter(|name| !self.known.contains_key(*name)) {
                    let value = self.around(&[]).map(|object| with(&object, name, json!(1)));
                    let values = value.into_iter().collect();
                    attempts.push(Attempt::of(&self.form, &token(name), member, rule, values));
                }
            }
        }
        for (member, _) in self.form.each("propertyNames") {
            let values = SURPLUS
                .iter()
                .chain(&["", "A", "0", "-"])
                .filter_map(|name| self.with(name, Value::Null));
            let values = values.collect();
            attempts.push(Attempt::of(&self.form, "", member, "propertyNames", values));
        }
        for (name, place) in &self.known {
            for attempt in self.maker.breaks(place) {
                let values =
                    attempt.values.iter().filter_map(|value| self.with(name, value.clone()));
                let values = values.collect();
                attempts.push(Attempt { values, ..attempt });
            }
        }
        for others in &self.others {
            let names = others.names(1, |name| self.known.contains_key(name));
            let Some(name) = names.first() else { continue };
            let place = self.form.child(&token(name), others.place.members.clone());
            for attempt in self.maker.breaks(&place) {
                let values =
                    attempt.values.iter().filter_map(|value| self.with(name, value.clone()));
                let values = values.collect();
                attempts.push(Attempt { values, ..attempt });
            }
        }
        attempts
    }
}

impl Record<'_, '_> {
    fn breaks_of_count(&self) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        let count = |value: &Value| value.as_u64().and_then(|one| usize::try_from(one).ok());
        for (member, bound) in self.form.each("minProperties") {
            let Some(fewer) = count(bound).and_then(|bound| bound.checked_sub(1)) else { continue };
            let object = self.around(&[]).and_then(|object| self.filled(object, fewer));
            let values = object.into_iter().collect();
            attempts.push(Attempt::of(&self.form, "", member, "minProperties", values));
        }
        for (member, bound) in self.form.each("maxProperties") {
            let Some(bound) = count(bound) else { continue };
            if bound >= MAX_PROPERTIES {
                self.maker.note(self.form.pointer(), "maxProperties", Why::TooLarge);
                continue;
            }
            let object = self.around(&[]).and_then(|object| self.filled(object, bound + 1));
            let values = object.into_iter().collect();
            attempts.push(Attempt::of(&self.form, "", member, "maxProperties", values));
        }
        attempts
    }
}
