use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An invoice number as printed: `FV/2026/03/17` is the 17th invoice of March 2026.
///
/// Numbers are ordered by time of issue. Each has one spelling only, so that equal numbers are
/// equal texts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "Spelling", inline)]
pub struct InvoiceNumber {
    period: u32,
    sequence: u32,
}

/// The schema of [`InvoiceNumber`], which accepts what its `FromStr` does.
#[derive(JsonSchema)]
#[schemars(inline)]
struct Spelling(
    #[expect(dead_code, reason = "stands for the schema only")]
    #[schemars(regex(pattern = r"^FV/20[0-9]{2}/(0[1-9]|1[0-2])/[1-9][0-9]{0,5}$"))]
    String,
);

/// The text is not an invoice number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an invoice number is written FV/year/month/sequence, such as FV/2026/03/17")]
pub struct InvalidNumber;

impl InvoiceNumber {
    /// The highest sequence that a month can reach.
    pub const MAX_SEQUENCE: u32 = 999_999;

    /// The number of one invoice in its month; `period` is `year * 100 + month`.
    pub(super) fn new(period: u32, sequence: u32) -> Result<Self, InvalidNumber> {
        let (year, month) = (period / 100, period % 100);
        let fits = (2000..=2099).contains(&year)
            && (1..=12).contains(&month)
            && (1..=Self::MAX_SEQUENCE).contains(&sequence);
        fits.then_some(Self { period, sequence }).ok_or(InvalidNumber)
    }

    /// The period whose sequence an invoice of this date belongs to, if it has one.
    pub(super) fn period_of(issued: Date) -> Option<u32> {
        let year = u32::try_from(issued.year()).ok()?;
        let month = u32::from(issued.month().unsigned_abs());
        let first = Self::new(year * 100 + month, 1).ok()?;
        Some(first.period)
    }

    /// `year * 100 + month`.
    pub(super) fn period(self) -> u32 {
        self.period
    }

    /// The position within the month, from 1.
    pub(super) fn sequence(self) -> u32 {
        self.sequence
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.period / 100, self.period % 100);
        write!(f, "FV/{year}/{month:02}/{}", self.sequence)
    }
}

impl FromStr for InvoiceNumber {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let mut parts = text.strip_prefix("FV/").ok_or(InvalidNumber)?.split('/');
        let mut next = || {
            let part = parts.next().ok_or(InvalidNumber)?;
            part.parse::<u32>().map_err(|_| InvalidNumber)
        };
        let (year, month, sequence) = (next()?, next()?, next()?);
        if year > 9999 || month > 12 {
            return Err(InvalidNumber);
        }
        let number = Self::new(year * 100 + month, sequence)?;
        // Refuses what parses as an integer but is spelled another way: `+3`, `007`.
        if number.to_string() == text { Ok(number) } else { Err(InvalidNumber) }
    }
}

impl TryFrom<String> for InvoiceNumber {
    type Error = InvalidNumber;

    fn try_from(text: String) -> Result<Self, InvalidNumber> {
        text.parse()
    }
}

impl From<InvoiceNumber> for String {
    fn from(number: InvoiceNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_one_spelling() {
        for text in ["FV/2026/03/17", "FV/2025/12/1", "FV/2000/01/999999"] {
            assert_eq!(text.parse::<InvoiceNumber>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "FV/2026/03",
            "FV/2026/03/17/1",
            "FV/2026/3/17",
            "FV/2026/03/017",
            "FV/2026/03/+17",
            "FV/2026/03/0",
            "FV/2026/13/1",
            "FV/1999/03/1",
            "FV/2026/03/1000000",
            "FV/4294967295/03/1",
            "fv/2026/03/17",
            " FV/2026/03/17",
        ] {
            assert_eq!(text.parse::<InvoiceNumber>(), Err(InvalidNumber), "{text}");
        }
    }

    #[test]
    fn is_ordered_by_time_of_issue() {
        let number = |text: &str| text.parse::<InvoiceNumber>().unwrap();
        assert!(number("FV/2025/12/40") < number("FV/2026/01/2"));
        assert!(number("FV/2026/01/2") < number("FV/2026/01/10"));
    }

    #[test]
    fn travels_as_a_string_with_a_pattern() {
        let number: InvoiceNumber = serde_json::from_str(r#""FV/2026/03/17""#).unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), r#""FV/2026/03/17""#);
        assert!(serde_json::from_str::<InvoiceNumber>(r#""17""#).is_err());

        let schema = schemars::schema_for!(InvoiceNumber);
        assert_eq!(schema.get("type").unwrap(), "string");
        assert!(schema.get("pattern").is_some(), "{schema:?}");
    }
}
