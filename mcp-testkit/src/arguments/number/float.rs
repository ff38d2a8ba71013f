//! Numbers that may have a fraction.

use std::rc::Rc;

use proptest::num::f64 as floats;
use proptest::prelude::Strategy;
use proptest::strategy::{SBoxedStrategy, Union};
use serde_json::{Value, json};

use super::super::attempt::Attempt;
use super::super::maker::{Make, Maker};
use super::super::node::Form;
use super::super::unsupported::Why;
use super::Rules;

/// How far from the simplest one most numbers are made.
const NEAR: f64 = 1000.0;

pub(in super::super) struct Float<'s> {
    form: Rc<Form<'s>>,
    rules: Rules,
    low: f64,
    high: f64,
    step: Option<f64>,
    /// Whether 32 bits must hold it.
    is_single: bool,
}

impl<'s> Float<'s> {
    pub(in super::super) fn read(maker: &Maker<'s>, form: Rc<Form<'s>>) -> Self {
        let is_single = form.each("format").any(|(_, format)| format == "float");
        let largest = if is_single { f64::from(f32::MAX) } else { f64::MAX };
        let bounds = |keyword| form.each(keyword).filter_map(|(_, bound)| bound.as_f64());
        let above = bounds("exclusiveMinimum").map(|bound| next(bound, true, is_single));
        let below = bounds("exclusiveMaximum").map(|bound| next(bound, false, is_single));
        let low = bounds("minimum").chain(above).fold(-largest, f64::max);
        let high = bounds("maximum").chain(below).fold(largest, f64::min);
        let step = bounds("multipleOf").filter(|step| *step > 0.0).reduce(f64::max);
        let rules = Rules::of(&form);
        let this = Self { form, rules, low, high, step, is_single };
        if this.simplest().is_none() {
            maker.note(this.form.pointer(), "type", Why::NoValue);
        }
        this
    }

    fn keeps(&self, value: f64) -> bool {
        let in_range = (self.low..=self.high).contains(&value);
        in_range && self.rules.keeps(&json!(value))
    }

    fn nearest_to_zero(&self) -> f64 {
        0.0_f64.clamp(self.low, self.high.max(self.low))
    }

    fn next(&self, value: f64, up: bool) -> f64 {
        next(value, up, self.is_single)
    }

    fn steps(&self) -> Option<SBoxedStrategy<f64>> {
        let step = self.step?;
        let turn = |bound: f64| (bound / step).clamp(-1e6, 1e6);
        #[allow(clippy::cast_possible_truncation, reason = "clamped")]
        let (first, last) = (turn(self.low).ceil() as i64, turn(self.high).floor() as i64);
        #[allow(clippy::cast_precision_loss, reason = "small")]
        (first <= last).then(|| (first..=last).prop_map(move |turns| turns as f64 * step).sboxed())
    }
}

impl Make for Float<'_> {
    fn simplest(&self) -> Option<Value> {
        let nearest = self.nearest_to_zero();
        let step = self.step.unwrap_or(1.0);
        let on_step = (nearest / step).ceil() * step;
        let whole = [nearest.ceil(), nearest.floor(), nearest, on_step, on_step - step];
        let middle = f64::midpoint(self.low.max(-NEAR), self.high.min(NEAR));
        let beside = [self.next(nearest, true), self.next(nearest, false), middle];
        let near = whole.into_iter().chain([nearest + 1.0, nearest - 1.0]).chain(beside);
        near.into_iter().find(|value| self.keeps(*value)).map(|value| json!(value + 0.0))
    }

    fn strategy(&self) -> Option<SBoxedStrategy<Value>> {
        self.simplest()?;
        let (low, high, nearest) = (self.low, self.high, self.nearest_to_zero());
        let near = (nearest - NEAR).max(low)..=(nearest + NEAR).min(high);
        let far = floats::NORMAL.prop_filter("in range", move |value| (low..=high).contains(value));
        let any = match self.steps() {
            Some(steps) => steps,
            None if high - low <= 2.0 * NEAR => near.sboxed(),
            None => {
                let whole = near.clone().prop_map(f64::round);
                let mut options = vec![(3, whole.sboxed()), (3, near.sboxed())];
                // Half of all doubles, by their exponents, lie on either side of zero.
                if high - low >= f64::from(f32::MAX) {
                    options.push((2, far.sboxed()));
                }
                Union::new_weighted(options).sboxed()
            }
        };
        let rules = self.rules.clone();
        let kept = move |value: &Value| {
            let in_range = value.as_f64().is_some_and(|value| (low..=high).contains(&value));
            in_range && rules.keeps(value)
        };
        Some(any.prop_map(|value| json!(value)).prop_filter("a rule of a number", kept).sboxed())
    }

    fn edges(&self) -> Vec<Value> {
        let (low, high) = (self.low, self.high);
        let inside = [self.next(low, true), self.next(high, false)];
        let small = [0.0, -0.0, 1.0, -1.0, 0.1, self.next(0.0, true), self.next(0.0, false)];
        let edges = [low, high].into_iter().chain(inside).chain(small);
        let mut edges: Vec<Value> =
            edges.filter(|one| self.keeps(*one)).map(|one| json!(one)).collect();
        // A number without a fraction may be written without one.
        edges.extend(
            [json!(0), json!(1)]
                .into_iter()
                .filter(|one| one.as_f64().is_some_and(|value| self.keeps(value))),
        );
        edges
    }

    fn breaks(&self) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for (keyword, up, exclusive) in [
            ("minimum", false, false),
            ("exclusiveMinimum", false, true),
            ("maximum", true, false),
            ("exclusiveMaximum", true, true),
        ] {
            for (member, bound) in self.form.each(keyword) {
                let Some(bound) = bound.as_f64() else { continue };
                let step = self.step.unwrap_or(1.0);
                let beyond = if up { bound + step } else { bound - step };
                let at = if exclusive { bound } else { self.next(bound, up) };
                let values = [at, beyond].into_iter().filter(|one| one.is_finite());
                let values = values.map(|one| json!(one)).collect();
                attempts.push(Attempt::of(&self.form, "", member, keyword, values));
            }
        }
        for (member, step) in self.form.each("multipleOf") {
            let (nearest, step) = (self.nearest_to_zero(), step.as_f64().unwrap_or(1.0));
            let values = [nearest + step / 2.0, nearest - step / 2.0, nearest + step * 0.4];
            let values = values.map(|one| json!(one)).into();
            attempts.push(Attempt::of(&self.form, "", member, "multipleOf", values));
        }
        attempts
    }
}

/// The next number that the type tells apart.
fn next(value: f64, up: bool, is_single: bool) -> f64 {
    if !is_single {
        return if up { value.next_up() } else { value.next_down() };
    }
    #[allow(clippy::cast_possible_truncation, reason = "to the nearest one of 32 bits")]
    let single = value as f32;
    // The smallest singles are zero to whoever flushes them.
    let is_zero = value == 0.0;
    f64::from(match (up, is_zero) {
        (true, true) => f32::MIN_POSITIVE,
        (false, true) => -f32::MIN_POSITIVE,
        (true, false) => single.next_up(),
        (false, false) => single.next_down(),
    })
}
