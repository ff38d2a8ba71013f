//! Integers, exactly: 64 bits of either sign, which is what JSON here holds.

use std::ops::RangeInclusive;
use std::rc::Rc;

use proptest::prelude::Strategy;
use proptest::sample::select;
use proptest::strategy::{SBoxedStrategy, Union};
use serde_json::{Number, Value, json};

use super::super::attempt::Attempt;
use super::super::maker::{Make, Maker};
use super::super::node::Form;
use super::super::unsupported::Why;
use super::{Rules, format_ranges};

/// What JSON numbers hold exactly here.
const EXACT: RangeInclusive<i128> = i64::MIN as i128..=u64::MAX as i128;
/// How far from the simplest one most integers are made.
const NEAR: i128 = 100;
/// Above this, a double no longer holds every integer.
const DOUBLE: i128 = 1 << 53;

pub(in super::super) struct Integer<'s> {
    form: Rc<Form<'s>>,
    rules: Rules,
    low: i128,
    high: i128,
    /// All values are multiples of it.
    step: i128,
}

impl<'s> Integer<'s> {
    pub(in super::super) fn read(maker: &Maker<'s>, form: Rc<Form<'s>>) -> Self {
        let (mut low, mut high) = EXACT.into_inner();
        for (min, max) in format_ranges(&form) {
            (low, high) = (low.max(min), high.min(max));
        }
        let bounds = |keyword| form.each(keyword).filter_map(|(_, value)| Exact::of(value));
        for bound in bounds("minimum") {
            low = low.max(bound.up);
        }
        for bound in bounds("exclusiveMinimum") {
            low = low.max(bound.down.saturating_add(1));
        }
        for bound in bounds("maximum") {
            high = high.min(bound.down);
        }
        for bound in bounds("exclusiveMaximum") {
            high = high.min(bound.up.saturating_sub(1));
        }
        let steps = form.each("multipleOf").filter_map(|(_, step)| Some(step.as_u64()?.into()));
        let step = steps.fold(1, least_common_multiple);
        let rules = Rules::of(&form);
        let this = Self { form, rules, low, high, step };
        if this.simplest().is_none() {
            maker.note(this.form.pointer(), "type", Why::NoValue);
        }
        this
    }

    fn keeps(&self, value: i128) -> bool {
        (self.low..=self.high).contains(&value)
            && value % self.step == 0
            && self.rules.keeps(&to_json(value))
    }

    /// The multiples that lie in the range, by how many times the step they are.
    fn turns(&self) -> (i128, i128) {
        (-((-self.low).div_euclid(self.step)), self.high.div_euclid(self.step))
    }

    fn nearest_to_zero(&self) -> i128 {
        let (first, last) = self.turns();
        0.clamp(first, last.max(first))
    }
}

impl Make for Integer<'_> {
    fn simplest(&self) -> Option<Value> {
        let nearest = self.nearest_to_zero();
        let near = (0..NEAR).flat_map(|by| [nearest + by, nearest - by]);
        near.map(|turns| turns * self.step).find(|value| self.keeps(*value)).map(to_json)
    }

    fn strategy(&self) -> Option<SBoxedStrategy<Value>> {
        self.simplest()?;
        let ((first, last), nearest, step) = (self.turns(), self.nearest_to_zero(), self.step);
        let near = (nearest - NEAR).max(first)..=(nearest + NEAR).min(last);
        let rules = self.rules.clone();
        let any = Union::new_weighted(vec![
            (6, near.prop_map(move |turns| turns * step).sboxed()),
            (3, (first..=last).prop_map(move |turns| turns * step).sboxed()),
            (1, select(vec![first * step, last * step]).sboxed()),
        ]);
        let kept = move |value: &Value| rules.keeps(value);
        Some(any.prop_map(to_json).prop_filter("a rule of a number", kept).sboxed())
    }

    fn edges(&self) -> Vec<Value> {
        let ((first, last), step) = (self.turns(), self.step);
        let turns = [first, last, first + 1, last - 1, 0, 1, -1].map(|turns| turns * step);
        let edges = turns.into_iter().chain([DOUBLE + 1, -DOUBLE - 1]);
        let mut edges: Vec<Value> = edges.filter(|one| self.keeps(*one)).map(to_json).collect();
        // An integer may be written with a fraction of zero.
        let float = self.simplest().and_then(|simplest| simplest.as_f64());
        edges.extend(float.filter(|float| float.abs() < 1e15).map(Value::from));
        edges
    }

    fn breaks(&self) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        let mut attempt = |member, keyword: &str, values: Vec<Value>| {
            attempts.push(Attempt::of(&self.form, "", member, keyword, values));
        };
        let below = |bound: i128| [bound - 1, (bound - 1).div_euclid(self.step) * self.step];
        let above = |bound: i128| [bound + 1, -((-bound - 1).div_euclid(self.step) * self.step)];
        for (keyword, shift) in [("minimum", 0), ("exclusiveMinimum", 1)] {
            for (member, bound) in self.form.each(keyword) {
                let Some(bound) = Exact::of(bound) else { continue };
                let edge = if shift == 0 { bound.up } else { bound.down + shift };
                attempt(member, keyword, below(edge).map(to_json).into());
            }
        }
        for (keyword, shift) in [("maximum", 0), ("exclusiveMaximum", 1)] {
            for (member, bound) in self.form.each(keyword) {
                let Some(bound) = Exact::of(bound) else { continue };
                let edge = if shift == 0 { bound.down } else { bound.up - shift };
                attempt(member, keyword, above(edge).map(to_json).into());
            }
        }
        for (member, _) in self.form.each("multipleOf") {
            let turns = self.nearest_to_zero() * self.step;
            attempt(member, "multipleOf", [turns + 1, turns - 1].map(to_json).into());
        }
        attempts.extend(self.breaks_of_format());
        attempts
    }
}

impl Integer<'_> {
    /// A format that gives an integer its range is enforced as the bounds that it stands for,
    /// where the schema states none of its own.
    fn breaks_of_format(&self) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for ((low, high), (member, _)) in format_ranges(&self.form).zip(self.form.each("format")) {
            for (keyword, tighter, stated, values) in [
                (
                    "minimum",
                    self.low > low,
                    "exclusiveMinimum",
                    [json!(to_json(low - 1)), json!(-1e20)],
                ),
                ("maximum", self.high < high, "exclusiveMaximum", [to_json(high + 1), json!(1e20)]),
            ] {
                let has_own = [keyword, stated].iter().any(|one| member.schema.contains_key(*one));
                if !has_own && !tighter {
                    attempts.push(Attempt::of(&self.form, "", member, keyword, values.into()));
                }
            }
        }
        attempts
    }
}

/// A number from a schema between the integers next to it.
struct Exact {
    down: i128,
    up: i128,
}

impl Exact {
    fn of(value: &Value) -> Option<Self> {
        let whole = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
        if let Some(whole) = whole {
            return Some(Self { down: whole, up: whole });
        }
        let float = value.as_f64()?;
        #[allow(clippy::cast_possible_truncation, reason = "the cast saturates")]
        let (down, up) = (float.floor() as i128, float.ceil() as i128);
        let within = |edge: i128| edge.clamp(-(1 << 100), 1 << 100);
        Some(Self { down: within(down), up: within(up) })
    }
}

fn least_common_multiple(a: i128, b: i128) -> i128 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    if x == 0 { 1 } else { (a / x).saturating_mul(b).clamp(1, 1 << 64) }
}

/// As an integer where 64 bits hold it.
fn to_json(value: i128) -> Value {
    let exact = i64::try_from(value).map(Number::from);
    let exact = exact.or_else(|_| u64::try_from(value).map(Number::from));
    #[allow(clippy::cast_precision_loss, reason = "beyond 64 bits, only doubles are left")]
    exact.map_or_else(|_| json!(value as f64), Value::Number)
}
