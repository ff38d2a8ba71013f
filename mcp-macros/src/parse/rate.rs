//! Rates: `60/1m`, then `per caller`, `per tool` or `per global`, then `burst 10`.

use super::{duration, texts::Wrong};
use crate::{
    diag::{listed, nearest},
    model::policy::Rate,
};

/// What may be written after `per`, and the runtime's variant for it.
const PER: [(&str, &str); 3] = [("caller", "Caller"), ("tool", "Tool"), ("global", "Global")];

/// The rate that `text` stands for.
pub(super) fn parse(text: &str) -> Result<Rate, Wrong> {
    let mut words = text.split_whitespace().peekable();
    let (count, period) = words
        .next()
        .and_then(|word| word.split_once('/'))
        .ok_or_else(|| Wrong::see(suggestion(text)))?;
    let mut rate = Rate {
        count: number(count).map_err(|reason| Wrong::new(reason, suggestion(text)))?,
        period: duration::parse(period, duration::LONGEST).map_err(|error| {
            Wrong::new(format!("`{period}` is no duration"), period_help(&error, text))
        })?,
        per: PER[0].1,
        burst: None,
    };
    if words.next_if_eq(&"per").is_some() {
        rate.per = per(words.next())?;
    }
    if words.next_if_eq(&"burst").is_some() {
        let burst = words.next().unwrap_or_default();
        let burst = number(burst)
            .map_err(|reason| Wrong::new(reason, "write how many may come at once: `burst 10`"))?;
        rate.burst = Some(burst);
    }
    match words.next() {
        None => Ok(rate),
        Some(word) => Err(stray(word)),
    }
}

/// A word where none is expected.
fn stray(word: &str) -> Wrong {
    let reason = format!("nothing is meant by `{word}` here");
    if PER.iter().any(|(name, _)| *name == word) {
        return Wrong::new(reason, format!("write `per {word}`"));
    }
    match nearest(word, ["per", "burst"]) {
        Some(near) if near != word => Wrong::new(reason, format!("did you mean `{near}`?")),
        _ => Wrong::new(reason, "write \"60/1m per caller burst 10\", in this order"),
    }
}

fn number(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(0) => Err("the number is zero".to_owned()),
        Ok(number) if text.starts_with(|c: char| c.is_ascii_digit()) => Ok(number),
        _ if text.is_empty() => Err("a number is missing".to_owned()),
        _ => Err(format!("`{text}` is no number from 1 to {}", u32::MAX)),
    }
}

fn per(word: Option<&str>) -> Result<&'static str, Wrong> {
    let names = || PER.iter().map(|(name, _)| *name);
    let word = word.unwrap_or_default();
    if let Some((_, variant)) = PER.iter().find(|(name, _)| *name == word) {
        return Ok(variant);
    }
    let meant = match word {
        "user" | "client" | "principal" | "person" | "key" => Some("caller"),
        "server" | "all" | "everyone" | "process" => Some("global"),
        _ => nearest(word, names()),
    };
    let help = match meant {
        Some(near) => format!("did you mean `per {near}`?"),
        None => format!("after `per` stands one of {}", listed(names())),
    };
    Err(if word.is_empty() {
        Wrong::new("per what?", help)
    } else {
        Wrong::new(format!("unknown `per {word}`"), help)
    })
}

fn period_help(error: &duration::DurationError, text: &str) -> String {
    match error {
        duration::DurationError::TooLong => "the longest is \"365d\"".to_owned(),
        _ => suggestion(text),
    }
}

/// The same rate in this grammar, as far as it can be guessed.
fn suggestion(text: &str) -> String {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let count = if digits.trim_start_matches('0').is_empty() { "60" } else { &digits };
    let unit = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !matches!(*word, "per" | "a" | "an" | "every" | "each" | "in"))
        .find_map(duration::unit_of)
        .filter(|unit| *unit != "w")
        .unwrap_or("m");
    format!("write \"{count}/1{unit}\", or \"{count}/1{unit} per caller\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(count: u32, period: u64, per: &'static str, burst: Option<u32>) -> Rate {
        Rate { count, period, per, burst }
    }

    #[test]
    fn counts_in_periods_are_rates() {
        assert_eq!(parse("60/1m"), Ok(rate(60, 60_000, "Caller", None)));
        assert_eq!(parse("5/250ms per tool"), Ok(rate(5, 250, "Tool", None)));
        assert_eq!(parse("1/1s burst 10"), Ok(rate(1, 1000, "Caller", Some(10))));
        assert_eq!(parse(" 60/1m  per global burst 10 "), Ok(rate(60, 60_000, "Global", Some(10))));
    }

    #[test]
    fn what_was_meant_is_suggested() {
        let wrong = |text| parse(text).err();
        let help = |text| wrong(text).map(|wrong| wrong.help).unwrap_or_default();
        assert_eq!(
            wrong("60 per minute"),
            Some(Wrong::see("write \"60/1m\", or \"60/1m per caller\""))
        );
        assert_eq!(help("10/s"), "write \"10/1s\", or \"10/1s per caller\"");
        assert_eq!(help("100 / hour"), "write \"100/1h\", or \"100/1h per caller\"");
        assert_eq!(help("60/1m per calller"), "did you mean `per caller`?");
        assert_eq!(help("60/1m per user"), "did you mean `per caller`?");
        assert_eq!(help("60/1m per day"), "after `per` stands one of `caller`, `tool`, `global`");
        assert_eq!(help("60/1m global"), "write `per global`");
        assert_eq!(help("60/1m brust 10"), "did you mean `burst`?");
        assert_eq!(help("5 a second"), "write \"5/1s\", or \"5/1s per caller\"");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "60",
            "/1m",
            "0/1m",
            "-1/1m",
            "+1/1m",
            "60/",
            "60/0s",
            "60/1m per",
            "60/1m caller",
            "60/1m burst",
            "60/1m burst 0",
            "60/1m burst 5 per tool",
            "60/1m per tool per caller",
            "4294967296/1m",
            "60/400d",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
