//! Strings of one form.

use std::rc::Rc;

use proptest::prelude::Strategy;
use proptest::strategy::SBoxedStrategy;
use serde_json::Value;

use super::super::attempt::Attempt;
use super::super::maker::{Make, Maker};
use super::super::node::Form;
use super::super::unsupported::Why;
use super::format::{self, Format};
use super::{MAX_LENGTH, Text};

/// The texts of a form, as values.
pub(in super::super) struct Strings<'m, 's> {
    maker: &'m Maker<'s>,
    form: Rc<Form<'s>>,
    text: Rc<Text>,
}

impl<'m, 's> Strings<'m, 's> {
    pub(in super::super) fn read(maker: &'m Maker<'s>, form: Rc<Form<'s>>) -> Self {
        let text = maker.text(&form.members().iter().map(|one| one.schema).collect::<Vec<_>>());
        if text.unread {
            maker.note(form.pointer(), "pattern", Why::NotUnderstood);
        }
        if text.known.is_empty() {
            let stated = |keyword: &&str| form.each(keyword).next().is_some();
            let keyword = ["pattern", "format", "minLength"].into_iter().find(stated);
            maker.note(form.pointer(), keyword.unwrap_or("type"), Why::NoValue);
        }
        Self { maker, form, text }
    }

    fn lengths(&self, keyword: &'static str) -> impl Iterator<Item = usize> {
        let bounds = self.form.each(keyword).filter_map(|(_, bound)| bound.as_u64());
        bounds.filter_map(|bound| bound.try_into().ok())
    }
}

impl Make for Strings<'_, '_> {
    fn simplest(&self) -> Option<Value> {
        self.text.simplest().map(Value::from)
    }

    fn strategy(&self) -> Option<SBoxedStrategy<Value>> {
        Some(self.text.strategy()?.prop_map(Value::String).sboxed())
    }

    fn edges(&self) -> Vec<Value> {
        for keyword in ["minLength", "maxLength"] {
            for length in self.lengths(keyword) {
                if length > MAX_LENGTH {
                    self.maker.note(self.form.pointer(), keyword, Why::TooLarge);
                } else if !self.text.has_length(length) {
                    self.maker.note(self.form.pointer(), keyword, Why::NoEdge);
                }
            }
        }
        self.text.edges().into_iter().map(Value::String).collect()
    }

    fn breaks(&self) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        let mut attempt = |member, keyword, texts: Vec<String>| {
            let values = texts.into_iter().map(Value::String).collect();
            attempts.push(Attempt::of(&self.form, "", member, keyword, values));
        };
        for (keyword, longer) in [("minLength", false), ("maxLength", true)] {
            for (member, bound) in self.form.each(keyword) {
                let Some(bound) = bound.as_u64().and_then(|bound| usize::try_from(bound).ok())
                else {
                    continue;
                };
                let length = if longer { bound.checked_add(1) } else { bound.checked_sub(1) };
                match length {
                    Some(length) if length <= MAX_LENGTH => {
                        attempt(member, keyword, self.text.of_length(length));
                    }
                    Some(_) => self.maker.note(self.form.pointer(), keyword, Why::TooLarge),
                    // No text is shorter than an empty one.
                    None => {}
                }
            }
        }
        for (member, _) in self.form.each("pattern") {
            attempt(member, "pattern", self.text.off());
        }
        for (member, name) in self.form.each("format") {
            if name.as_str().and_then(format::format).is_some_and(Format::is_asserted) {
                attempt(member, "format", self.text.off());
            }
        }
        attempts
    }
}
