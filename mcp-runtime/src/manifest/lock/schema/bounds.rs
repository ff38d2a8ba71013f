//! Bounds: of numbers, with the ranges that formats of integers stand for, and of sizes.

use std::cmp::Ordering;

use serde_json::{Number, Value, json};

use super::types::Types;
use super::view::View;
use crate::validate::integer_range;

/// One end of a range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    at: Exact,
    /// Whether the bound itself is out.
    excluded: bool,
}

/// A number of JSON, compared without loss.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Exact {
    Integer(i128),
    /// Finite.
    Float(f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Lower,
    Upper,
}

impl Which {
    pub(super) const BOTH: [Self; 2] = [Self::Lower, Self::Upper];

    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::Lower => "minimum",
            Self::Upper => "maximum",
        }
    }

    fn excluding(self) -> &'static str {
        match self {
            Self::Lower => "exclusiveMinimum",
            Self::Upper => "exclusiveMaximum",
        }
    }
}

impl Exact {
    fn of(number: &Number) -> Option<Self> {
        if let Some(integer) = number.as_i128() {
            return Some(Self::Integer(integer));
        }
        number.as_f64().filter(|float| float.is_finite()).map(Self::Float)
    }

    fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(&b),
            // Both zeros are one.
            (Self::Float(a), Self::Float(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
            (Self::Integer(a), Self::Float(b)) => integer_and_float(a, b),
            (Self::Float(a), Self::Integer(b)) => integer_and_float(b, a).reverse(),
        }
    }
}

fn integer_and_float(integer: i128, float: f64) -> Ordering {
    // Beyond this, no integer that JSON gives us is as large.
    if float.abs() >= 1e30 {
        return if float > 0.0 { Ordering::Less } else { Ordering::Greater };
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^127")]
    let whole = float.trunc() as i128;
    integer.cmp(&whole).then_with(|| 0.0_f64.total_cmp(&(float.fract() + 0.0)))
}

/// The end of the range of numbers that a schema admits; `Err` where a keyword isn't a number.
pub(super) fn end(schema: &View<'_>, which: Which) -> Result<Option<End>, ()> {
    let read = |keyword: &str| match schema.get(keyword) {
        None => Ok(None),
        Some(Value::Number(number)) => Exact::of(number).map(Some).ok_or(()),
        Some(_) => Err(()),
    };
    let stated = match read(which.keyword())? {
        Some(at) => Some(at),
        None => of_format(schema, which),
    };
    let including = stated.map(|at| End { at, excluded: false });
    let excluding = read(which.excluding())?.map(|at| End { at, excluded: true });
    Ok(match (including, excluding) {
        (Some(a), Some(b)) => Some(if a.admits(b, which) { b } else { a }),
        (a, b) => a.or(b),
    })
}

/// The validator gives formats of integers the force of bounds, where no bound is stated.
fn of_format(schema: &View<'_>, which: Which) -> Option<Exact> {
    let states_integer = match schema.get("type")? {
        Value::Array(types) => types.iter().any(|ty| ty == "integer"),
        ty => ty == "integer",
    };
    let format = schema.get("format")?.as_str().filter(|_| states_integer)?;
    let (min, max) = integer_range(format)?;
    match if which == Which::Lower { min } else { max } {
        Value::Number(number) => Exact::of(&number),
        _ => None,
    }
}

impl End {
    /// Whether this end lets everything pass that the other one does.
    pub(super) fn admits(self, other: Self, which: Which) -> bool {
        let order = match which {
            Which::Lower => self.at.order(other.at),
            Which::Upper => other.at.order(self.at),
        };
        match order {
            Ordering::Less => true,
            Ordering::Equal => other.excluded || !self.excluded,
            Ordering::Greater => false,
        }
    }

    /// The same end of a range that has only integers.
    pub(super) fn of_integers(self, which: Which) -> Self {
        match self.at {
            Exact::Integer(at) if self.excluded => {
                let at = if which == Which::Lower { at + 1 } else { at - 1 };
                Self { at: Exact::Integer(at), excluded: false }
            }
            _ => self,
        }
    }

    pub(super) fn to_json(self, which: Which) -> Value {
        let at = match self.at {
            Exact::Integer(at) => i64::try_from(at)
                .map(|at| json!(at))
                .or_else(|_| u64::try_from(at).map(|at| json!(at)))
                .unwrap_or_default(),
            Exact::Float(at) => json!(at),
        };
        if !self.excluded {
            return at;
        }
        let sign = if which == Which::Lower { '>' } else { '<' };
        json!(format!("{sign}{at}"))
    }
}

/// The keywords of sizes, and the type that they are about.
pub(super) const SIZES: [(&str, &str, Types); 3] = [
    ("minLength", "maxLength", Types::STRING),
    ("minItems", "maxItems", Types::ARRAY),
    ("minProperties", "maxProperties", Types::OBJECT),
];

/// The bound of a size; `Err` where it isn't a size.
pub(super) fn size(schema: &View<'_>, keyword: &str, unstated: u64) -> Result<u64, ()> {
    schema.get(keyword).map_or(Ok(unstated), |stated| stated.as_u64().ok_or(()))
}
