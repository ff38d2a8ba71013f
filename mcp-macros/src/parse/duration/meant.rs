//! What was meant by a text that is no duration.

use super::{DurationError, UNITS, written};
use crate::diag::nearest;

/// What units are called elsewhere.
const WORDS: [(&str, &str); 31] = [
    ("ms", "ms"),
    ("msec", "ms"),
    ("msecs", "ms"),
    ("milli", "ms"),
    ("millis", "ms"),
    ("millisecond", "ms"),
    ("milliseconds", "ms"),
    ("s", "s"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("m", "m"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("h", "h"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("d", "d"),
    ("day", "d"),
    ("days", "d"),
    ("w", "w"),
    ("wk", "w"),
    ("wks", "w"),
    ("week", "w"),
    ("weeks", "w"),
    ("weekly", "w"),
];

/// The unit that a word stands for; weeks, which are none, are `w`.
pub(in crate::parse) fn unit_of(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let known = WORDS.iter().find(|(name, _)| *name == word);
    let near = || {
        let near = nearest(&word, WORDS.map(|(name, _)| name))?;
        WORDS.iter().find(|(name, _)| *name == near)
    };
    known.or_else(near).map(|(_, unit)| *unit)
}

pub(super) fn unknown_unit(number: &str, unit: &str) -> DurationError {
    let unit = unit.trim();
    let fixed = match unit_of(unit) {
        Some("w") => {
            number.parse().ok().and_then(|n: u64| n.checked_mul(7)).map(|days| format!("{days}d"))
        }
        meant => meant.map(|unit| format!("{number}{unit}")),
    };
    DurationError::UnknownUnit { unit: unit.to_owned(), fixed }
}

/// `1m30s` as one number and one unit.
pub(super) fn sum(text: &str) -> Option<String> {
    let mut milliseconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_alphabetic()).len();
        let (unit, after) = after.split_at(letters);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let part = number.parse::<u64>().ok()?.checked_mul(*factor)?;
        milliseconds = milliseconds.checked_add(part)?;
        rest = after.trim_start();
    }
    Some(written(milliseconds))
}

/// `1.5s` as a whole number of a smaller unit.
pub(super) fn fraction(text: &str) -> Option<String> {
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.get(number.len()..)?.trim();
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, part) = number.split_once('.')?;
    let scale = 10_u64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(*factor)?;
    let part = part.parse::<u64>().ok()?.checked_mul(*factor)?;
    let exact = part.is_multiple_of(scale).then(|| whole.checked_add(part / scale))??;
    (exact > 0).then(|| written(exact))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_units_are_found() {
        let meant = |word| unit_of(word);
        assert_eq!(meant("secnds"), Some("s"));
        assert_eq!(meant("Minuts"), Some("m"));
        assert_eq!(meant("x"), None);
    }

    #[test]
    fn sums_and_fractions_become_one_whole_number() {
        assert_eq!(sum("1m30s").as_deref(), Some("90s"));
        assert_eq!(sum("1h 30m").as_deref(), Some("90m"));
        assert_eq!(sum("1m30"), None);
        assert_eq!(fraction("1.5s").as_deref(), Some("1500ms"));
        assert_eq!(fraction("0.5h").as_deref(), Some("30m"));
        assert_eq!(fraction("0.5ms"), None);
        assert_eq!(fraction("0.0s"), None);
    }
}
