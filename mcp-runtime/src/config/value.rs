//! The forms of single values: durations, sizes, rates, lists.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use toml::Value;

use super::{LogFormat, StorePlace};
use crate::auth::Secret;
use crate::json::MAX_DEPTH;
use crate::policies::{Per, RateLimit};

pub(super) fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| "must be a string".into())
}

/// Not empty; never part of an error.
pub(super) fn secret(value: &Value) -> Result<Secret, String> {
    match text(value)? {
        text if text.is_empty() => Err("is empty".into()),
        text => Ok(Secret::new(text)),
    }
}

pub(super) fn path(value: &Value) -> Result<PathBuf, String> {
    match text(value)? {
        text if text.is_empty() => Err("is empty".into()),
        text => Ok(text.into()),
    }
}

/// `memory`, or `file:PATH`.
pub(super) fn store_place(value: &Value) -> Result<Option<StorePlace>, String> {
    let text = text(value)?;
    match text.strip_prefix("file:") {
        None if text == "memory" => Ok(Some(StorePlace::Memory)),
        Some(path) if !path.is_empty() && cfg!(feature = "sqlite") => {
            Ok(Some(StorePlace::File(path.into())))
        }
        Some(_) if !cfg!(feature = "sqlite") => {
            Err("names a file, and this server was built without SQLite: set \"memory\"".into())
        }
        _ => Err("must be \"memory\" or \"file:PATH\"".into()),
    }
}

pub(super) fn parsed<T: FromStr>(value: &Value) -> Result<T, String> {
    let text = text(value)?;
    text.parse().map_err(|_| format!("is not valid: \"{text}\""))
}

pub(super) fn boolean(value: &Value) -> Result<bool, String> {
    match value {
        Value::Boolean(value) => Ok(*value),
        Value::String(text) => text.parse().map_err(|_| "must be true or false".into()),
        _ => Err("must be true or false".into()),
    }
}

pub(super) fn count(value: &Value) -> Result<usize, String> {
    let count = match value {
        Value::Integer(count) => usize::try_from(*count).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    // A semaphore holds no more; nobody means more.
    count
        .filter(|count| (1..=1 << 24).contains(count))
        .ok_or_else(|| "must be a whole number from 1 to 16777216".into())
}

/// A finite number above zero.
pub(super) fn number(value: &Value) -> Result<f64, String> {
    let number = match value {
        Value::Float(number) => Some(*number),
        #[allow(clippy::cast_precision_loss, reason = "nobody means more than 2^53 units")]
        Value::Integer(number) => Some(*number as f64),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number
        .filter(|number| number.is_finite() && *number > 0.0)
        .ok_or_else(|| "must be a number above 0".into())
}

pub(super) fn depth(value: &Value) -> Result<usize, String> {
    count(value)
        .ok()
        .filter(|depth| *depth <= MAX_DEPTH)
        .ok_or_else(|| format!("must be a whole number from 1 to {MAX_DEPTH}"))
}

pub(super) fn list(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        // One variable, several names.
        Value::String(text) => Ok(text
            .split(',')
            .map(|item| item.trim().to_owned())
            .filter(|item| !item.is_empty())
            .collect()),
        _ => Err("must be a list of strings".into()),
    }
}

/// Like [`list`], except that commas in parentheses are part of a scope.
pub(super) fn scopes(value: &Value) -> Result<Vec<String>, String> {
    let Value::String(text) = value else { return list(value) };
    let mut depth = 0_usize;
    let outside = |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    };
    let items = text.split(outside).map(|item| item.trim().to_owned());
    Ok(items.filter(|item| !item.is_empty()).collect())
}

/// A number and one of `B`, `KB`, `MB`; a bare number is bytes.
pub(super) fn bytes(value: &Value) -> Result<usize, String> {
    const FORM: &str = "must be a size such as 65536 or \"4MB\"";
    if let Value::Integer(bytes) = value {
        return usize::try_from(*bytes).ok().filter(|bytes| *bytes > 0).ok_or_else(|| FORM.into());
    }
    let text = value.as_str().ok_or(FORM)?;
    let (number, unit) = split_unit(text);
    let unit: usize = match unit {
        "" | "B" => 1,
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        _ => return Err(FORM.into()),
    };
    let number: usize = number.parse().map_err(|_| FORM)?;
    number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(|| FORM.into())
}

/// A number and one of `ms`, `s`, `m`, `h`, `d`, as in the attributes.
pub(super) fn duration(value: &Value) -> Result<Duration, String> {
    value.as_str().and_then(parse_duration).ok_or_else(|| {
        "must be a duration such as \"10s\"; units are `ms`, `s`, `m`, `h`, `d`".into()
    })
}

/// Clocks that are further apart have to be put right.
const MAX_LEEWAY: Duration = Duration::from_mins(5);

/// A duration, of which none at all is one too.
pub(super) fn leeway(value: &Value) -> Result<Duration, String> {
    match value.as_str() {
        Some("0s") => Ok(Duration::ZERO),
        _ => duration(value),
    }
    .and_then(|leeway| if leeway <= MAX_LEEWAY { Ok(leeway) } else { Err("is at most 5m".into()) })
}

pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text);
    let milliseconds: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let all = number.parse::<u64>().ok()?.checked_mul(milliseconds)?;
    (1..=365 * 86_400_000).contains(&all).then(|| Duration::from_millis(all))
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// `60/1m per caller burst 10`, as in the attributes; or a list of them.
pub(super) fn rates(value: &Value) -> Result<Vec<RateLimit>, String> {
    const FORM: &str = "must be a rate such as \"60/1m\" or \"60/1m per caller burst 10\"";
    match value {
        Value::Array(rates) => rates
            .iter()
            .map(|rate| rate.as_str().and_then(parse_rate).ok_or_else(|| FORM.into()))
            .collect(),
        Value::String(rate) => Ok(vec![parse_rate(rate).ok_or(FORM)?]),
        _ => Err(FORM.into()),
    }
}

fn parse_rate(text: &str) -> Option<RateLimit> {
    let mut words = text.split_ascii_whitespace();
    let (count, period) = words.next()?.split_once('/')?;
    let count = count.parse().ok().filter(|count: &u32| *count > 0)?;
    let period = u64::try_from(parse_duration(period)?.as_millis()).ok()?;
    let mut rate = RateLimit::new(count, period, Per::Caller);
    while let Some(word) = words.next() {
        match (word, words.next()?) {
            ("per", "caller") => rate.per = Per::Caller,
            ("per", "tool") => rate.per = Per::Tool,
            ("per", "global") => rate.per = Per::Global,
            ("burst", burst) => rate = rate.burst(burst.parse().ok().filter(|burst| *burst > 0)?),
            _ => return None,
        }
    }
    Some(rate)
}

pub(super) fn log_format(value: &Value) -> Result<LogFormat, String> {
    match value.as_str() {
        Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        _ => Err("must be \"text\" or \"json\"".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        let rate = |text: &str| parse_rate(text);
        assert_eq!(rate("60/1m"), Some(RateLimit::new(60, 60_000, Per::Caller)));
        let whole = RateLimit::new(5, 1_000, Per::Global).burst(2);
        assert_eq!(rate("5/1s per global burst 2"), Some(whole));
        for bad in ["60", "60/m", "0/1s", "60 per minute", "1/1s per", "1/1s burst 0", "1/1s x y"] {
            assert_eq!(rate(bad), None, "{bad}");
        }
    }
}
