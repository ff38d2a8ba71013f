//! [`Event`]: one event of the log, with its fields; [`Events`]: some of them.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Deref;
use std::sync::Arc;

use tracing::Level;

use crate::Answer;

/// A failure shows so many of the newest.
const SHOWN: usize = 20;
/// The field of a call's span that names its trace.
const TRACE: &str = "trace_id";

/// Names and values, a value as text: of a string without quotes, else as the log writes it.
pub(super) type Fields = BTreeMap<&'static str, String>;

/// A span, as it was when an event happened in it.
#[derive(Clone, Debug)]
pub(super) struct Within {
    pub(super) name: &'static str,
    pub(super) fields: Fields,
}

/// One event of the log.
#[derive(Clone, Debug)]
pub struct Event {
    pub(super) level: Level,
    pub(super) target: String,
    pub(super) message: String,
    pub(super) fields: Fields,
    /// The innermost first.
    pub(super) spans: Vec<Arc<Within>>,
}

impl Event {
    /// How grave it is.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The module that logs it, unless it says otherwise.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Its text; empty where it has fields alone.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// A field's value: its own, else that of the innermost span around it that has the field.
    pub fn field(&self, name: &str) -> Option<&str> {
        let around = || self.spans.iter().find_map(|span| span.fields.get(name));
        self.fields.get(name).or_else(around).map(String::as_str)
    }

    /// Whether one of its texts is such: its message, its values and those of the spans around it.
    pub(super) fn any(&self, such: impl Fn(&str) -> bool) -> bool {
        let around = self.spans.iter().flat_map(|span| span.fields.values());
        such(&self.message) || self.fields.values().chain(around).any(|value| such(value))
    }

    /// The spans around it, the innermost first.
    pub fn spans(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| span.name)
    }
}

/// ``INFO mcp_runtime::policy::trace call{tool=pay}: outcome=ok``.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.level, self.target)?;
        for span in self.spans.iter().rev() {
            write!(f, " {}{{", span.name)?;
            let mut comma = "";
            for (name, value) in &span.fields {
                write!(f, "{comma}{name}={value}")?;
                comma = " ";
            }
            f.write_char('}')?;
        }
        f.write_char(':')?;
        if !self.message.is_empty() {
            write!(f, " {}", self.message)?;
        }
        for (name, value) in &self.fields {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

/// Events of the log, in order: see [`Log::events`](super::Log::events).
///
/// What narrows gives fewer of them; what asserts gives them back, or panics with them. It is a
/// slice of [`Event`]s, too.
#[derive(Clone, Debug)]
#[must_use = "events by themselves assert nothing"]
pub struct Events {
    which: String,
    all: Vec<Event>,
    /// Something was logged, of whatever kind.
    something: bool,
    /// There were more than are kept.
    cut: bool,
}

impl Events {
    pub(super) fn all(events: Vec<Event>, cut: bool) -> Self {
        let something = !events.is_empty();
        Self { which: "events".to_owned(), all: events, something, cut }
    }

    /// Those of a call: the runtime's, and what its function logs within the call's span. The kit
    /// knows them by the trace that it sends with each call.
    pub fn of(self, answer: &Answer) -> Self {
        let trace = answer.trace();
        self.such(&format!("of {}", answer.call()), |event| event.field(TRACE) == Some(trace))
    }

    /// Those within a span of this name.
    pub fn within(self, span: &str) -> Self {
        self.such(&format!("within `{span}`"), |event| event.spans().any(|name| name == span))
    }

    /// Those with a field of this value, of their own or of a span around them.
    pub fn with(self, field: &str, value: &str) -> Self {
        let name = format!("with {field}={value}");
        self.such(&name, |event| event.field(field) == Some(value))
    }

    /// Those whose message holds a text.
    pub fn saying(self, text: &str) -> Self {
        self.such(&format!("saying `{text}`"), |event| event.message.contains(text))
    }

    /// Those of a level.
    pub fn at(self, level: Level) -> Self {
        self.such(&format!("at {level}"), |event| event.level == level)
    }

    /// Those that hold a condition, which is named in messages.
    pub fn such(mut self, name: &str, condition: impl Fn(&Event) -> bool) -> Self {
        self.all.retain(condition);
        let _ = write!(self.which, " {name}");
        self
    }

    /// Asserts that there is one of them.
    ///
    /// # Panics
    ///
    /// When there is none, or another one.
    #[track_caller]
    pub fn once(&self) -> &Self {
        self.times(1)
    }

    /// Asserts that there is none.
    ///
    /// # Panics
    ///
    /// When there is one; and when nothing was logged at all or more than is kept, since nothing
    /// would follow from it.
    #[track_caller]
    pub fn never(&self) -> &Self {
        self.times(0)
    }

    /// Asserts that there are so many.
    ///
    /// # Panics
    ///
    /// When there are more or fewer; and when nothing was logged at all or more than is kept.
    #[track_caller]
    pub fn times(&self, number: usize) -> &Self {
        if self.all.len() != number {
            self.fail(&format!("were to be {number}, and are {}", self.all.len()));
        }
        assert!(self.something, "nothing was logged at all: was there a call?");
        self.all_kept();
        self
    }

    #[track_caller]
    pub(super) fn all_kept(&self) {
        assert!(!self.cut, "more events were logged than are kept: what followed can't be told");
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let mut message = format!("the {} {what}", self.which);
        let skipped = self.all.len().saturating_sub(SHOWN);
        if skipped > 0 {
            let _ = write!(message, "\n  … {skipped} before");
        }
        for event in &self.all[skipped..] {
            let _ = write!(message, "\n  {event}");
        }
        panic!("{message}")
    }
}

impl Deref for Events {
    type Target = [Event];

    fn deref(&self) -> &[Event] {
        &self.all
    }
}
