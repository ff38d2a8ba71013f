//! Secret arguments: what they hold in one call, and texts without it.
//!
//! A text is freed of every part of a secret argument, in each spelling that programs give it: as
//! it is, trimmed, and as Rust and JSON escape it, however often; numbers also as floats and with
//! an exponent. Whatever stands around it, it becomes `[redacted]`. Where a part has fewer than 4
//! characters, the letters and digits next to it go too: what is left of a word would show what is
//! missing from it. Keys of objects are parts as well, unless the input schema names them.
//!
//! What isn't found is a secret that was changed or cut: hashed, encoded in base64, in capitals.

pub(crate) mod rules;
mod unescape;

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Number, Value};

use crate::error::ToolError;
use unescape::Unescaped;

/// What stands for a secret.
const MARK: &str = "[redacted]";
/// A part with fewer characters takes what is joined to it along.
const SHORT: usize = 4;
/// Of secrets with more parts than this, no text is kept: each is looked for in every text.
const MAX_PARTS: usize = 32;
/// How many bytes of text are searched in one error; beyond them, no text is kept.
const MAX_TEXT: usize = 64 << 10;

tokio::task_local! {
    static CURRENT: Arc<Secrets>;
}

/// The secrets of one call. It has no readable form.
pub(crate) struct Secrets {
    values: Vec<Value>,
    known: Arc<HashSet<String>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// Every name that a schema gives a property.
pub(crate) fn known_names(schema: &Map<String, Value>) -> HashSet<String> {
    fn collect(schema: &Value, names: &mut HashSet<String>) {
        match schema {
            Value::Array(schemas) => schemas.iter().for_each(|one| collect(one, names)),
            Value::Object(keywords) => {
                if let Some(Value::Object(properties)) = keywords.get("properties") {
                    names.extend(properties.keys().cloned());
                }
                keywords.values().for_each(|one| collect(one, names));
            }
            _ => {}
        }
    }
    let mut names = HashSet::new();
    collect(&Value::Object(schema.clone()), &mut names);
    names
}

impl Secrets {
    /// The values of a call's secret arguments, and the names that are none.
    pub(crate) fn new(values: Vec<Value>, known: Arc<HashSet<String>>) -> Arc<Self> {
        Arc::new(Self { values, known })
    }

    /// Runs what may log a part of an error on its own.
    pub(crate) fn within<F: Future>(
        self: &Arc<Self>,
        future: F,
    ) -> tokio::task::futures::TaskLocalFuture<Arc<Self>, F> {
        CURRENT.scope(Arc::clone(self), future)
    }

    /// Takes them out of every text of an error.
    pub(crate) fn scrub(&self, error: &mut ToolError) {
        let scrubber = Scrubber::new(self);
        error.rewrite(|text| scrubber.text(text), |value| scrubber.value(value));
    }

    /// Takes them out of every text of a value.
    pub(crate) fn scrub_value(&self, value: &mut Value) {
        Scrubber::new(self).value(value);
    }
}

/// A text without the secrets of the call that is running: what is logged on its own, or cut, by
/// which a secret in it would be missed later.
pub(crate) fn freed(text: &str) -> String {
    let freed = CURRENT.try_with(|secrets| Scrubber::new(secrets).text(text));
    freed.ok().flatten().unwrap_or_else(|| text.to_owned())
}

/// Lets a future that moves to another task keep the secrets of the call that is running.
pub(crate) async fn carried<F: Future>(secrets: Option<Arc<Secrets>>, future: F) -> F::Output {
    match secrets {
        Some(secrets) => secrets.within(future).await,
        None => future.await,
    }
}

/// The secrets of the call that is running, for [`carried`].
pub(crate) fn current() -> Option<Arc<Secrets>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Finds the secrets of one call.
struct Scrubber {
    /// None where there are too many of them.
    parts: Option<HashSet<Part>>,
    /// Bytes that may still be searched.
    left: Cell<usize>,
}

/// One spelling of one part.
#[derive(PartialEq, Eq, Hash)]
struct Part {
    text: String,
    short: bool,
    /// It is looked for in texts as they read without escapes.
    unescaped: bool,
}

impl Scrubber {
    fn new(secrets: &Secrets) -> Self {
        let mut leaves = Vec::new();
        secrets.values.iter().for_each(|value| collect(value, &secrets.known, &mut leaves));
        let parts = (leaves.len() <= MAX_PARTS)
            .then(|| leaves.into_iter().flat_map(Leaf::spellings).collect());
        Self { parts, left: Cell::new(MAX_TEXT) }
    }

    /// The text without secrets, where it has any.
    fn text(&self, text: &str) -> Option<String> {
        let (Some(parts), Some(left)) = (&self.parts, self.left.get().checked_sub(text.len()))
        else {
            return Some(MARK.to_owned());
        };
        self.left.set(left);
        let plain = text.contains('\\').then(|| Unescaped::of(text));
        let mut found: Vec<Range<usize>> =
            parts.iter().flat_map(|part| part.places(text, plain.as_ref())).collect();
        if found.is_empty() {
            return None;
        }
        found.sort_unstable_by_key(|range| range.start);
        let (mut freed, mut end) = (String::with_capacity(text.len()), 0);
        for range in found {
            if range.start >= end {
                freed.push_str(&text[end..range.start]);
                freed.push_str(MARK);
            }
            end = end.max(range.end);
        }
        freed.push_str(&text[end..]);
        Some(freed)
    }

    fn value(&self, value: &mut Value) {
        let freed = match value {
            Value::Null => None,
            Value::Bool(truth) => self.text(&truth.to_string()),
            Value::Number(number) => self.text(&number.to_string()),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                for item in items {
                    self.value(item);
                }
                None
            }
            Value::Object(members) => {
                let members = std::mem::take(members).into_iter();
                *value = Value::Object(members.map(|member| self.member(member)).collect());
                None
            }
        };
        if let Some(freed) = freed {
            // Half a number is none.
            let whole = !value.is_string();
            *value = Value::String(if whole { MARK.to_owned() } else { freed });
        }
    }

    fn member(&self, (name, mut value): (String, Value)) -> (String, Value) {
        self.value(&mut value);
        (self.text(&name).unwrap_or(name), value)
    }
}

impl Part {
    fn new(text: String, unescaped: bool) -> Self {
        Self { short: text.chars().count() < SHORT, text, unescaped }
    }

    /// Where it stands in a text, and with how much of what is around.
    fn places(&self, text: &str, plain: Option<&Unescaped>) -> Vec<Range<usize>> {
        let searched = match plain {
            Some(plain) if self.unescaped => &plain.text,
            _ if self.unescaped => return Vec::new(),
            _ => text,
        };
        let mut places: Vec<Range<usize>> = Vec::new();
        for (start, found) in searched.match_indices(&self.text) {
            let (mut start, mut end) = (start, start + found.len());
            if let (true, Some(plain)) = (self.unescaped, plain) {
                (start, end) = (plain.source(start), plain.source(end));
            }
            // A word is looked at once, however often the part is in it.
            if places.last().is_none_or(|last| last.end < end) {
                places.push(if self.short { word(text, start, end) } else { start..end });
            }
        }
        places
    }
}

/// A part of a text with the letters and digits that are joined to it.
fn word(text: &str, start: usize, end: usize) -> Range<usize> {
    let joined = |c: &char| c.is_alphanumeric();
    let before = text[..start].chars().rev().take_while(joined).map(char::len_utf8);
    let after = text[end..].chars().take_while(joined).map(char::len_utf8);
    start - before.sum::<usize>()..end + after.sum::<usize>()
}

/// What a secret is made of.
enum Leaf<'a> {
    Text(&'a str),
    Number(&'a Number),
    Bool(bool),
}

fn collect<'a>(value: &'a Value, known: &HashSet<String>, leaves: &mut Vec<Leaf<'a>>) {
    if leaves.len() > MAX_PARTS {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(truth) => leaves.push(Leaf::Bool(*truth)),
        Value::Number(number) => leaves.push(Leaf::Number(number)),
        Value::String(text) => leaves.push(Leaf::Text(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, known, leaves)),
        Value::Object(members) => {
            for (name, value) in members {
                if !known.contains(name) {
                    leaves.push(Leaf::Text(name));
                }
                collect(value, known, leaves);
            }
        }
    }
}

impl Leaf<'_> {
    /// Whatever a program is likely to write for it.
    fn spellings(self) -> HashSet<Part> {
        let mut plain: Vec<String> = match self {
            // No text that is kept is long enough to hold it.
            Leaf::Text(text) if text.len() > MAX_TEXT => Vec::new(),
            Leaf::Text(text) => vec![text.to_owned(), text.trim().to_owned()],
            Leaf::Bool(truth) => vec![truth.to_string()],
            Leaf::Number(number) => {
                let float = number.as_f64().unwrap_or_default();
                let floats = [float.to_string(), format!("{float:?}"), format!("{float:e}")];
                floats.into_iter().chain([number.to_string()]).collect()
            }
        };
        plain.retain(|text| !text.trim().is_empty());
        // Escaped once, so that a backslash in front of it isn't taken for a part of it.
        let escaped = plain.iter().flat_map(|text| escaped(text));
        let spelled = escaped.chain(plain.iter().cloned()).map(|text| Part::new(text, false));
        let read = plain.iter().map(|text| Part::new(Unescaped::of(text).text, true));
        spelled.chain(read).filter(|part| !part.text.is_empty()).collect()
    }
}

/// A text as it stands between quotes.
fn escaped(text: &str) -> [String; 3] {
    let unquoted = |quoted: String| match quoted.get(1..quoted.len().saturating_sub(1)) {
        Some(inner) => inner.to_owned(),
        None => quoted,
    };
    let json = Value::from(text).to_string();
    [unquoted(format!("{text:?}")), unquoted(json), text.escape_default().to_string()]
}

#[cfg(test)]
mod tests;
