//! Values that are numbers.

use std::ops::RangeInclusive;

use syn::{Expr, Ident, Lit};

use super::{
    entries::{Entries, literal, report_shape},
    reader::Value,
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
            report_shape(&entry, diagnostics);
            return None;
        };
        let value = whole(&entry.word, value, range, diagnostics)?;
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
            report_shape(&entry, diagnostics);
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
                diagnostics.error(value, format!("`{name}` must be a number above 0{limit}"));
                None
            }
        }
    }
}

/// The value of `key` as a whole number.
pub(super) fn whole(
    key: &Ident,
    value: &Expr,
    range: RangeInclusive<u32>,
    diagnostics: &mut Diagnostics,
) -> Option<u32> {
    let number = match literal(value) {
        Some(Lit::Int(number)) if number.suffix().is_empty() => number.base10_parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| range.contains(number));
    if number.is_none() {
        let (min, max) = range.into_inner();
        diagnostics.error(value, format!("`{key}` must be a whole number from {min} to {max}"));
    }
    number
}
