//! `anyOf` and `oneOf`: forms of which a value has one.

use serde_json::Value;

use super::Side;
use super::disjoint::disjoint;
use super::rules::{self, Finding};
use super::types::Types;
use super::view::{Forms, View};
use super::walk::Walk;

impl<'a> Walk<'a> {
    /// Compares the forms. Returns whether the other keywords are still to be compared.
    pub(super) fn forms(&mut self, old: View<'a>, new: View<'a>) -> bool {
        let (narrow, wide) = self.narrow_and_wide(old, new);
        let same = |keyword| old.get(keyword) == new.get(keyword);
        if same("anyOf") && same("oneOf") && !refers(&old) {
            return true;
        }
        match (narrow.forms(), wide.forms()) {
            (Some(narrow), Some(wide)) if self.only_words => {
                for (narrow, wide) in narrow.list.into_iter().zip(wide.list) {
                    let (old, new) = self.narrow_and_wide(narrow, wide);
                    self.relate(old, new);
                }
                true
            }
            (None, None) => true,
            (Some(forms), None) if narrow.only_says(&["anyOf", "oneOf"]) => {
                for form in forms.list {
                    let (old, new) = self.narrow_and_wide(form.only(narrow.types), wide);
                    self.relate(old, new);
                }
                false
            }
            (Some(forms), None) => {
                // They only narrowed what the other keywords say.
                self.told_forms(true, forms.list);
                true
            }
            (None, Some(Forms { list, exactly_one })) => {
                let list = list.into_iter().map(|form| form.only(wide.types)).collect();
                self.whole_into(narrow, &Forms { list, exactly_one });
                !wide.only_says(&["anyOf", "oneOf"])
            }
            (Some(narrow_forms), Some(forms)) => {
                let list = narrow_forms.list.into_iter().map(|form| form.only(narrow.types));
                self.each_into(list.collect(), &forms);
                true
            }
        }
    }

    /// A schema without forms has to be one of them, or each of its types has to.
    fn whole_into(&mut self, narrow: View<'a>, forms: &Forms<'a>) {
        if let Some((used, told)) = self.place(narrow, &forms.list) {
            self.keep(told);
            self.leftover(&[used], forms);
            return;
        }
        let each = Types::EACH.map(|types| narrow.only(types));
        self.each_into(each.into_iter().filter(|one| one.types != Types::NONE).collect(), forms);
    }

    /// Each of the narrow forms has to be one of the wide ones.
    fn each_into(&mut self, narrow: Vec<View<'a>>, wide: &Forms<'a>) {
        let mut used = Vec::new();
        for form in narrow {
            if let Some((index, told)) = self.place(form, &wide.list) {
                self.keep(told);
                used.push(index);
            } else {
                used.extend(self.misplaced(form, &wide.list));
            }
        }
        self.leftover(&used, wide);
    }

    /// The first form that admits all of `narrow`, and what is told of the two.
    fn place(&mut self, narrow: View<'a>, wide: &[View<'a>]) -> Option<(usize, Vec<Finding>)> {
        if let Some(same) = wide.iter().position(|form| form.same(&narrow)) {
            return Some((same, Vec::new()));
        }
        for (index, form) in wide.iter().enumerate() {
            if !self.goes_on(1) {
                return None;
            }
            if disjoint(narrow, *form) {
                continue;
            }
            let told = self.attempt(narrow, *form);
            if self.fits(&told) {
                return Some((index, told));
            }
        }
        None
    }

    /// Says what keeps a form out: in detail, where it is clear which one it was meant to be.
    fn misplaced(&mut self, narrow: View<'a>, wide: &[View<'a>]) -> Option<usize> {
        let goes_on = self.goes_on(wide.len());
        let mut near = (0..wide.len()).filter(|index| !disjoint(narrow, wide[*index]));
        if let (true, Some(only), None) = (goes_on, near.next(), near.next()) {
            let told = self.attempt(narrow, wide[only]);
            self.keep(told);
            return Some(only);
        }
        self.told_forms(false, vec![narrow]);
        None
    }

    /// What only the wide schema has; and that a value has no more than one of its forms, where
    /// that matters.
    fn leftover(&mut self, used: &[usize], wide: &Forms<'a>) {
        let list = wide.list.iter().enumerate().filter(|(index, _)| !used.contains(index));
        let list: Vec<View<'a>> = list.map(|(_, form)| *form).collect();
        if !list.is_empty() {
            self.told_forms(true, list);
        }
        if self.side == Side::Input && wide.exactly_one && !exclusive(&wide.list) {
            self.told_forms(false, wide.list.clone());
        }
    }

    fn told_forms(&mut self, fits: bool, forms: Vec<View<'a>>) {
        let forms: Value = forms.into_iter().take(MAX_SHOWN).map(View::shown).collect();
        // What only the narrow schema has was lost by an input, gained by an output.
        let gone = fits == (self.side == Side::Output);
        let pair = if gone { (forms, Value::Null) } else { (Value::Null, forms) };
        self.tell(&rules::FORMS, "", fits, pair);
    }
}

/// Forms of a list that are shown.
const MAX_SHOWN: usize = 8;

fn refers(view: &View<'_>) -> bool {
    ["anyOf", "oneOf"].into_iter().filter_map(|one| view.get(one)).any(super::view::refers)
}

/// Forms that would have to be told apart two by two.
const MAX_FORMS: usize = 256;

fn exclusive(forms: &[View<'_>]) -> bool {
    let pairs = |(index, one): (usize, &View<'_>)| {
        forms[index + 1..].iter().all(|other| disjoint(*one, *other))
    };
    forms.len() <= MAX_FORMS && forms.iter().enumerate().all(pairs)
}
