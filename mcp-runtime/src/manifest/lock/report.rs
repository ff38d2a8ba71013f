//! What a reviewer reads, and what a program does.

use std::fmt::Write as _;

use serde::Deserialize as _;
use serde_json::Value;
#[cfg(feature = "cli")]
use serde_json::json;

use super::{Change, Class, Subject};
use crate::manifest::model::RateLimitPart;

/// Characters of a value that are shown.
const MAX_SHOWN: usize = 60;
/// Characters of a name that are shown.
const MAX_NAME: usize = 80;

/// The changes as text: by class, the worst first, and a last line that counts them.
///
/// What a lock says is printed without control characters, so that none can reach a terminal.
pub(crate) fn report(changes: &[Change]) -> String {
    let mut text = String::new();
    for class in Class::WORST_FIRST {
        let of_class: Vec<&Change> =
            changes.iter().filter(|change| change.class == class).collect();
        if of_class.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}: {}", class.name().to_uppercase(), meaning(class));
        let mut about = None;
        for change in of_class {
            if about != Some(&change.about) {
                about = Some(&change.about);
                let _ = writeln!(text, "  {}", subject(&change.about));
            }
            let _ = writeln!(text, "    {}", line(change));
            let _ = writeln!(text, "      {}", change.why);
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}", summary(changes));
    text
}

fn meaning(class: Class) -> &'static str {
    match class {
        Class::Breaking => "what was written against the lock fails, or means something else",
        Class::Widening => "more is allowed than the lock says",
        Class::Tightening => "what the lock allows can be refused, or does less",
        Class::Compatible => "nobody can do more or less",
    }
}

fn subject(about: &Subject) -> String {
    match about {
        Subject::Server => "the server".into(),
        Subject::Scope(scope) => format!("scope {}", name(scope)),
        Subject::Tool(tool) => format!("tool {}", name(tool)),
    }
}

fn line(change: &Change) -> String {
    let (what, unit) = match change.what.strip_prefix("policies.").unwrap_or(&change.what) {
        what if what.ends_with("_ms") => (what.trim_end_matches("_ms"), Unit::Milliseconds),
        what if what.ends_with("_bytes") => (what.trim_end_matches("_bytes"), Unit::Bytes),
        what => (what, Unit::None),
    };
    let what = name(what);
    if change.from.is_null() && change.to.is_null() {
        return what;
    }
    format!("{what}: {} → {}", shown(&change.from, unit), shown(&change.to, unit))
}

/// `3 changes: 1 breaking, 2 compatible`.
pub(crate) fn summary(changes: &[Change]) -> String {
    let counts: Vec<String> = Class::WORST_FIRST
        .into_iter()
        .map(|class| (changes.iter().filter(|change| change.class == class).count(), class.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, class)| format!("{count} {class}"))
        .collect();
    match changes.len() {
        0 => "no changes".into(),
        1 => format!("1 change: {}", counts.join(", ")),
        all => format!("{all} changes: {}", counts.join(", ")),
    }
}

/// The changes for a program.
#[cfg(feature = "cli")]
pub(crate) fn json(changes: &[Change]) -> Value {
    json!({
        "worst": changes.iter().map(|change| change.class).max(),
        "changes": changes,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    None,
    Milliseconds,
    Bytes,
}

fn shown(value: &Value, unit: Unit) -> String {
    if let Some(rate) = rate(value) {
        return rate;
    }
    let text = match (value, unit) {
        (Value::Null, _) => return "none".into(),
        (Value::Number(number), Unit::Milliseconds) => {
            number.as_u64().map_or_else(|| number.to_string(), duration)
        }
        (Value::Number(number), Unit::Bytes) => {
            number.as_u64().map_or_else(|| number.to_string(), bytes)
        }
        (Value::String(text), _) if text.chars().any(char::is_whitespace) => format!("{text:?}"),
        (Value::String(text), _) => text.clone(),
        (value, _) => value.to_string(),
    };
    printable(&text, MAX_SHOWN)
}

/// A rate as an attribute spells it.
fn rate(value: &Value) -> Option<String> {
    let RateLimitPart { count, period_ms, per, burst } =
        RateLimitPart::deserialize(value.as_object()?).ok()?;
    let period = duration(period_ms);
    Some(printable(&format!("{count}/{period} per {per} burst {burst}"), MAX_SHOWN))
}

fn name(text: &str) -> String {
    printable(text, MAX_NAME)
}

/// Without control characters and what else a terminal takes as more than text.
fn printable(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for (index, c) in text.chars().enumerate() {
        if index == most {
            shown.push('…');
            break;
        }
        if c.is_control() || is_direction(c) {
            let _ = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Marks that change the order in which text is shown.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// As attributes spell it, in the largest unit that is whole.
fn duration(ms: u64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
    let whole = units.into_iter().find(|(_, unit)| ms > 0 && ms.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{ms}ms"), |(name, unit)| format!("{}{name}", ms / unit))
}

fn bytes(count: u64) -> String {
    let units = [("MB", 1 << 20), ("KB", 1 << 10)];
    let whole = units.into_iter().find(|(_, unit)| count > 0 && count.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{count}B"), |(name, unit)| format!("{}{name}", count / unit))
}
