//! Values that are numbers.

use std::ops::RangeInclusive;

use syn::{Expr, Lit};

use super::{
    entries::{Entries, literal},
    keys::Key,
    reader::Value,
    shape,
};
use crate::{diag::Diagnostics, model::parsed::Given};

impl Entries {
    /// Takes `key = 16`.
    pub(super) fn whole(
        &mut self,
        name: &str,
        range: RangeInclusive<u32>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<u32>> {
        let entry = self.take(name)?;
        let Value::Expression(value) = &entry.value else {
            shape::report(&entry, diagnostics);
            return None;
        };
        let value = whole(entry.key, value, range, diagnostics)?;
        Some(Given { key: entry.word, value })
    }

    /// Takes `key = 0.5`, a number above 0 and at most `max`.
    pub(super) fn positive(
        &mut self,
        name: &str,
        max: Option<f64>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<f64>> {
        let entry = self.take(name)?;
        let Value::Expression(value) = &entry.value else {
            shape::report(&entry, diagnostics);
            return None;
        };
        let number = match literal(value) {
            Some(Lit::Float(number)) if number.suffix().is_empty() => number.base10_parse().ok(),
            Some(Lit::Int(number)) if number.suffix().is_empty() => number.base10_parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if number > 0.0 && number <= max.unwrap_or(f64::MAX) => {
                Some(Given { key: entry.word, value: number })
            }
            _ => {
                let limit = max.map(|max| format!(" and at most {max}")).unwrap_or_default();
                let message = format!("`{name}` must be a number above 0{limit}");
                let report = diagnostics.error(value, message);
                match number.filter(|number| max.is_some() && (1.0..=100.0).contains(number)) {
                    Some(percent) => {
                        report.help(format!("for {percent} % write `{name} = {}`", percent / 100.0))
                    }
                    None => report.help(format!("write `{}`, or leave it out", entry.key.example)),
                };
                None
            }
        }
    }
}

/// The value of `key` as a whole number.
pub(super) fn whole(
    key: &Key,
    value: &Expr,
    range: RangeInclusive<u32>,
    diagnostics: &mut Diagnostics,
) -> Option<u32> {
    let name = key.name;
    let (min, max) = (*range.start(), *range.end());
    let literal = literal(value);
    let (number, quoted): (Option<u64>, bool) = match &literal {
        Some(Lit::Int(number)) if number.suffix().is_empty() => (number.base10_parse().ok(), false),
        Some(Lit::Str(text)) => (text.value().parse().ok(), true),
        _ => (None, false),
    };
    let in_range = number.and_then(|number| u32::try_from(number).ok());
    let in_range = in_range.filter(|number| range.contains(number));
    if let (Some(number), false) = (in_range, quoted) {
        return Some(number);
    }
    let help = match (in_range, number) {
        (Some(number), _) => format!("write `{name} = {number}`, without quotes"),
        (None, Some(number)) if number < min.into() => format!("the least is `{name} = {min}`"),
        (None, Some(_)) => format!("the most is `{name} = {max}`"),
        (None, None) => format!("write `{}`", key.example),
    };
    diagnostics
        .error(value, format!("`{name}` must be a whole number from {min} to {max}"))
        .help(help);
    None
}
