//! What is traded: symbols, and their prices as the market last closed.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a share is called at every exchange: `AAPL`.
///
/// Read from any mixture of cases, with blanks around it; written in one way only.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "Spelling", inline)]
pub struct Symbol(String);

/// The schema of [`Symbol`], which accepts what its `FromStr` does.
#[derive(JsonSchema)]
#[schemars(inline)]
struct Spelling(
    #[expect(dead_code, reason = "stands for the schema only")]
    #[schemars(regex(pattern = "^ *[A-Za-z]{1,5} *$"))]
    String,
);

/// The text is not a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a symbol has one to five letters, such as AAPL")]
pub struct InvalidSymbol;

impl Symbol {
    /// The one way in which a symbol is written, whatever the text is.
    pub fn spelling(text: &str) -> String {
        text.trim_matches(' ').to_ascii_uppercase()
    }
}

impl FromStr for Symbol {
    type Err = InvalidSymbol;

    fn from_str(text: &str) -> Result<Self, InvalidSymbol> {
        let text = Self::spelling(text);
        let fits = (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
        fits.then_some(Self(text)).ok_or(InvalidSymbol)
    }
}

impl TryFrom<String> for Symbol {
    type Error = InvalidSymbol;

    fn try_from(text: String) -> Result<Self, InvalidSymbol> {
        text.parse()
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> Self {
        symbol.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A share that is traded.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// Its symbol.
    pub symbol: &'static str,
    /// Around what it is traded, in US cents.
    pub around_cents: i64,
    /// Whether it was traded before today, and so has a closing price.
    pub has_closed: bool,
}

/// When the market closed: 2026-03-13, 20:00 UTC.
pub const CLOSED_AT: Timestamp = Timestamp::constant(1_773_432_000, 0);

/// Everything that is traded. The figures are made up.
pub const LISTINGS: &[Listing] = &[
    listed("AAPL", 21_450),
    listed("AMZN", 19_820),
    listed("ASML", 71_230),
    listed("GOOG", 17_165),
    listed("INTC", 2_405),
    listed("META", 60_710),
    listed("MSFT", 38_990),
    listed("NVDA", 12_160),
    listed("ORCL", 15_075),
    listed("SAP", 27_340),
    listed("TSLA", 24_995),
    Listing { symbol: "NEWCO", around_cents: 1_800, has_closed: false },
];

const fn listed(symbol: &'static str, around_cents: i64) -> Listing {
    Listing { symbol, around_cents, has_closed: true }
}

/// The listing of a symbol, if it is traded.
pub fn find(symbol: &Symbol) -> Option<&'static Listing> {
    LISTINGS.iter().find(|listing| listing.symbol == symbol.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_has_one_spelling() {
        for text in ["AAPL", "aapl ", "  Aapl"] {
            assert_eq!(text.parse::<Symbol>().unwrap().to_string(), "AAPL");
        }
        for text in ["", " ", "AA PL", "AAPL1", "../../", "TOOLONG", "ÄAPL"] {
            assert_eq!(text.parse::<Symbol>(), Err(InvalidSymbol), "{text}");
        }
    }

    #[test]
    fn the_market_closed_on_a_friday() {
        assert_eq!(CLOSED_AT.to_string(), "2026-03-13T20:00:00Z");
    }
}
