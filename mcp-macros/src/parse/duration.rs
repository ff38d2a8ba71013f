//! Durations: a whole number and one of `ms`, `s`, `m`, `h`, `d`.

mod meant;

use proc_macro2::Ident;
use syn::Lit;

pub(super) use self::meant::unit_of;
use self::meant::{fraction, sum, unknown_unit};
use super::{
    entries::{Entries, literal_value},
    shape,
};
use crate::{diag::Diagnostics, model::parsed::Given};

const UNITS: [(&str, u64); 5] =
    [("ms", 1), ("s", 1000), ("m", 60 * 1000), ("h", 60 * 60 * 1000), ("d", DAY)];
pub(super) const DAY: u64 = 24 * 60 * 60 * 1000;
/// The longest duration, except where a key allows more.
pub(super) const LONGEST: u64 = 365 * DAY;
const UNITS_NOTE: &str = "units are `ms`, `s`, `m`, `h`, `d`";

impl Entries {
    /// Takes `key = "10s"`, in milliseconds.
    pub(crate) fn duration(
        &mut self,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<u64>> {
        self.duration_up_to(name, LONGEST, diagnostics)
    }

    /// The same where the longest is another.
    pub(crate) fn duration_up_to(
        &mut self,
        name: &str,
        longest: u64,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<u64>> {
        let entry = self.take(name)?;
        let Some(literal) = literal_value(&entry.value) else {
            shape::report(&entry, diagnostics);
            return None;
        };
        let value = milliseconds(&entry.word, &literal, longest, diagnostics)?;
        Some(Given { key: entry.word, value })
    }
}

/// Why a text is no duration; `fixed` is what was meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DurationError {
    NoNumber,
    NoUnit,
    UnknownUnit { unit: String, fixed: Option<String> },
    Several { fixed: String },
    NotWhole { fixed: Option<String> },
    Zero,
    TooLong,
}

/// The milliseconds of the value of `key`, at most `longest`.
pub(crate) fn milliseconds(
    key: &Ident,
    literal: &Lit,
    longest: u64,
    diagnostics: &mut Diagnostics,
) -> Option<u64> {
    let text = match literal {
        Lit::Str(text) => text.value(),
        // `timeout = 10s` is a number with a suffix to Rust.
        Lit::Int(number) => {
            if number.suffix().is_empty() {
                report_no_unit(key, literal, diagnostics, number.base10_digits());
            } else {
                diagnostics
                    .error(literal, format!("`{key}` takes its duration in quotes"))
                    .help(format!("write `{key} = \"{number}\"`"));
            }
            return None;
        }
        _ => {
            let meant = match literal {
                // `timeout = 1.5s`.
                Lit::Float(number) => fraction(&number.to_string()),
                _ => None,
            };
            let meant = meant.unwrap_or_else(|| "10s".to_owned());
            diagnostics
                .error(literal, format!("`{key}` takes a duration in quotes"))
                .help(format!("write `{key} = \"{meant}\"`; {UNITS_NOTE}"));
            return None;
        }
    };
    match parse(&text, longest) {
        Ok(milliseconds) => Some(milliseconds),
        Err(DurationError::NoUnit) => {
            report_no_unit(key, literal, diagnostics, text.trim());
            None
        }
        Err(error) => {
            report(&text, &error, longest, literal, diagnostics);
            None
        }
    }
}

/// The milliseconds that `text` stands for, at most `longest`.
pub(crate) fn parse(text: &str, longest: u64) -> Result<u64, DurationError> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(DurationError::NoNumber);
    }
    if unit.starts_with('.') {
        return Err(DurationError::NotWhole { fixed: fraction(text) });
    }
    if unit.is_empty() {
        return Err(DurationError::NoUnit);
    }
    let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(match sum(text) {
            Some(fixed) => DurationError::Several { fixed },
            None => unknown_unit(number, unit),
        });
    };
    // A number that overflows is too long as well.
    let milliseconds = number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(*factor))
        .unwrap_or(u64::MAX);
    match milliseconds {
        0 => Err(DurationError::Zero),
        milliseconds if milliseconds <= longest => Ok(milliseconds),
        _ => Err(DurationError::TooLong),
    }
}

/// Milliseconds as a reader would write them.
pub(crate) fn text(milliseconds: u64) -> String {
    for (unit, factor) in UNITS.into_iter().rev() {
        // A whole minute is a minute, and 15.3 seconds are better than 15300 milliseconds.
        if milliseconds >= factor && (milliseconds.is_multiple_of(factor) || unit == "s") {
            let (whole, rest) = (milliseconds / factor, milliseconds % factor);
            let rest = if rest == 0 { String::new() } else { format!(".{rest:03}") };
            return format!("{whole}{}{unit}", rest.trim_end_matches('0'));
        }
    }
    format!("{milliseconds}ms")
}

/// Milliseconds as an attribute takes them: a whole number of the largest unit that fits.
pub(crate) fn written(milliseconds: u64) -> String {
    let fits = |(_, factor): &&(&str, u64)| {
        milliseconds >= *factor && milliseconds.is_multiple_of(*factor)
    };
    let (unit, factor) = UNITS.iter().rev().find(fits).unwrap_or(&UNITS[0]);
    format!("{}{unit}", milliseconds / factor)
}

fn report_no_unit(key: &Ident, literal: &Lit, diagnostics: &mut Diagnostics, number: &str) {
    diagnostics
        .error(literal, format!("`{key}` needs a unit"))
        .help(format!("write `{key} = \"{number}s\"`; {UNITS_NOTE}"));
}

fn report(
    text: &str,
    error: &DurationError,
    longest: u64,
    literal: &Lit,
    diagnostics: &mut Diagnostics,
) {
    let (reason, help) = match error {
        DurationError::NoNumber => {
            ("it must start with a number".to_owned(), format!("write \"10s\"; {UNITS_NOTE}"))
        }
        DurationError::NoUnit => ("no unit".to_owned(), format!("write \"{text}s\"; {UNITS_NOTE}")),
        // The unit is right and only the space is wrong.
        DurationError::UnknownUnit { unit, fixed: Some(fixed) }
            if fixed.ends_with(unit.as_str()) =>
        {
            ("a space before the unit".to_owned(), format!("write \"{fixed}\"; {UNITS_NOTE}"))
        }
        DurationError::UnknownUnit { unit, fixed } => (
            format!("unknown unit `{unit}`"),
            match fixed {
                Some(fixed) => format!("write \"{fixed}\"; {UNITS_NOTE}"),
                None => UNITS_NOTE.to_owned(),
            },
        ),
        DurationError::Several { fixed } => {
            ("it is one number and one unit".to_owned(), format!("write \"{fixed}\"; {UNITS_NOTE}"))
        }
        DurationError::NotWhole { fixed } => (
            "the number must be whole".to_owned(),
            match fixed {
                Some(fixed) => format!("write \"{fixed}\"; {UNITS_NOTE}"),
                None => format!("write it in a smaller unit, such as \"1500ms\"; {UNITS_NOTE}"),
            },
        ),
        DurationError::Zero => ("it is zero".to_owned(), "the shortest is \"1ms\"".to_owned()),
        DurationError::TooLong => {
            ("it is too long".to_owned(), format!("the longest is \"{}\"", self::text(longest)))
        }
    };
    diagnostics.error(literal, format!("invalid duration \"{text}\": {reason}")).help(help);
}

#[cfg(test)]
mod tests {
    use super::{DurationError, LONGEST, text};

    fn parse(text: &str) -> Result<u64, DurationError> {
        super::parse(text, LONGEST)
    }

    #[test]
    fn numbers_with_units_are_durations() {
        assert_eq!(parse("250ms"), Ok(250));
        assert_eq!(parse("10s"), Ok(10_000));
        assert_eq!(parse("2m"), Ok(120_000));
        assert_eq!(parse("1h"), Ok(3_600_000));
        assert_eq!(parse("365d"), Ok(31_536_000_000));
    }

    #[test]
    fn everything_else_is_not() {
        assert_eq!(parse("10"), Err(DurationError::NoUnit));
        assert_eq!(parse(""), Err(DurationError::NoNumber));
        assert_eq!(parse("-1s"), Err(DurationError::NoNumber));
        assert_eq!(parse("s"), Err(DurationError::NoNumber));
        let fixed = Some("1500ms".to_owned());
        assert_eq!(parse("1.5s"), Err(DurationError::NotWhole { fixed }));
        assert_eq!(parse("1.5 eons"), Err(DurationError::NotWhole { fixed: None }));
        assert_eq!(parse("0ms"), Err(DurationError::Zero));
        assert_eq!(parse("366d"), Err(DurationError::TooLong));
        assert_eq!(parse("99999999999999999999s"), Err(DurationError::TooLong));
    }

    #[test]
    fn a_known_unit_in_other_words_is_corrected() {
        assert_eq!(
            parse("30 sec"),
            Err(DurationError::UnknownUnit {
                unit: "sec".to_owned(),
                fixed: Some("30s".to_owned()),
            })
        );
        assert_eq!(
            parse("3w"),
            Err(DurationError::UnknownUnit { unit: "w".to_owned(), fixed: Some("21d".to_owned()) })
        );
        assert_eq!(
            parse("3eons"),
            Err(DurationError::UnknownUnit { unit: "eons".to_owned(), fixed: None })
        );
        assert_eq!(parse("1m30s"), Err(DurationError::Several { fixed: "90s".to_owned() }));
    }

    #[test]
    fn milliseconds_are_shown_in_the_largest_fitting_unit() {
        let texts = [1, 250, 1000, 1500, 15_300, 60_000, 90_000, 3_600_000, 86_400_000].map(text);
        assert_eq!(texts, ["1ms", "250ms", "1s", "1.5s", "15.3s", "1m", "90s", "1h", "1d"]);
    }
}
