//! [`Log`]: what one test logs.
//!
//! A subscriber for the whole process gives each event to the log of the Tokio runtime that it
//! happened on. Each `#[tokio::test]` has a runtime of its own, and its tasks and the threads on
//! which it runs what blocks belong to it too, which no subscriber of a thread or of a future would
//! see. A thread outside of the runtime, such as a store's or an audit sink's own, belongs to no
//! test: what it logs is in nobody's log.

mod collect;
mod event;
mod search;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::runtime::{Handle, Id};
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

pub use event::{Event, Events};

use self::search::Forms;

use crate::wire::SDK_LOG;

/// The longest log: more than any test writes on purpose, and little enough to search.
const MAX: usize = 16 << 20;
/// The most events that are kept with their fields: so many lines fill the log.
const MAX_EVENTS: usize = 100_000;
/// A failure shows so many of the newest lines.
const SHOWN: usize = 20;

/// What a test logged: see [`TestServer::capture_log`](crate::TestServer::capture_log).
///
/// Everything from `TRACE` on, except for the SDK's own lines, of which servers log errors alone.
/// What threads outside of the test's runtime log, such as a store's or an audit sink's own, is in
/// nobody's log, and so is what goes to the `log` crate.
#[derive(Clone, Debug)]
pub struct Log(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    text: String,
    /// There was more than fits.
    cut: bool,
    events: Vec<Event>,
    /// There were more of them.
    more: bool,
}

impl Log {
    #[track_caller]
    pub(crate) fn of_this_runtime() -> Self {
        static INSTALLED: OnceLock<bool> = OnceLock::new();
        let Ok(runtime) = Handle::try_current() else {
            panic!("a log belongs to a Tokio runtime: capture it in a `#[tokio::test]`")
        };
        let installed = *INSTALLED.get_or_init(|| {
            // Without a bridge from the `log` crate, whose logger may be somebody else's.
            tracing::subscriber::set_global_default(subscriber()).is_ok()
        });
        assert!(installed, "another subscriber was installed before: the log can't be captured");
        let mut logs = logs();
        logs.retain(|_, log| log.strong_count() > 0);
        if let Some(log) = logs.get(&runtime.id()).and_then(Weak::upgrade) {
            return Self(log);
        }
        let log = Arc::default();
        logs.insert(runtime.id(), Arc::downgrade(&log));
        Self(log)
    }

    /// All of it, a line for each event.
    pub fn text(&self) -> String {
        self.kept().text.clone()
    }

    /// All events, with their fields and the spans around them: to be narrowed, and asserted about.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools};
    /// # use mcp_testkit::TestServer;
    /// # use serde_json::json;
    /// /// The answer to everything.
    /// #[tool(read_only)]
    /// async fn answer() -> u32 {
    ///     42
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TestServer::new(tools![answer]).capture_log();
    /// let answer = server.call("answer", json!({})).await;
    /// // The runtime logs one line for each call.
    /// let line = server.log().events().of(&answer).within("call").with("outcome", "ok");
    /// assert_eq!(line.once()[0].field("tool"), Some("answer"));
    /// # }
    /// ```
    pub fn events(&self) -> Events {
        let kept = self.kept();
        Events::all(kept.events.clone(), kept.more)
    }

    /// Asserts that a text stands in it.
    ///
    /// # Panics
    ///
    /// With the newest lines of the log, when it doesn't; and of an empty text, which stands
    /// everywhere.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(!text.is_empty(), "an empty text stands everywhere: look for another one");
        let log = self.text();
        assert!(log.contains(text), "the log doesn't say `{text}`:{}", newest(&log));
        self
    }

    /// Asserts that a text, such as a secret, stands nowhere: neither in the lines, over several of
    /// them if it has line breaks, nor in an event's message or fields or those of the spans around
    /// it; neither as it is, nor as `{:?}` or JSON writes it in a string.
    ///
    /// # Panics
    ///
    /// With the lines or the event that hold it; when nothing was logged at all or more than is
    /// kept, since nothing would follow from it; and of an empty text, which stands everywhere.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        let forms = Forms::of(text);
        let (log, events) = (self.text(), self.events());
        if let Some(lines) = forms.lines_in(&log) {
            panic!("the log says `{text}`:\n{lines}");
        }
        if let Some(event) = events.iter().find(|event| event.any(|part| forms.stand_in(part))) {
            panic!("the log says `{text}`:\n{event}");
        }
        assert!(!log.is_empty(), "nothing was logged at all: was there a call?");
        let cut = self.kept().cut;
        assert!(!cut, "more than {MAX} bytes were logged: what followed can't be told");
        events.all_kept();
        self
    }

    fn keep(&self, event: Event) {
        let mut kept = self.kept();
        if kept.events.len() < MAX_EVENTS {
            kept.events.push(event);
        } else {
            kept.more = true;
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn logs() -> MutexGuard<'static, HashMap<Id, Weak<Mutex<Kept>>>> {
    static LOGS: OnceLock<Mutex<HashMap<Id, Weak<Mutex<Kept>>>>> = OnceLock::new();
    LOGS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// The newest lines of a log, as a failure shows them.
fn newest(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    let skipped = lines.len().saturating_sub(SHOWN);
    let before = if skipped > 0 { format!("\n… {skipped} before") } else { String::new() };
    lines[skipped..].iter().fold(before, |shown, line| shown + "\n" + line)
}

fn subscriber() -> impl Subscriber + Send + Sync {
    let targets = Targets::new().with_default(LevelFilter::TRACE).with_targets(SDK_LOG);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Router);
    tracing_subscriber::registry().with(lines.and_then(collect::Collect).with_filter(targets))
}

/// The log of what happens here and now, where there is one.
fn of_this_event() -> Option<Log> {
    let runtime = Handle::try_current().ok()?;
    logs().get(&runtime.id())?.upgrade().map(Log)
}

/// Finds the log that an event belongs to.
struct Router;

impl<'a> MakeWriter<'a> for Router {
    type Writer = Writer;

    fn make_writer(&'a self) -> Writer {
        Writer(of_this_event())
    }
}

struct Writer(Option<Log>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(log) = &self.0 {
            let mut kept = log.kept();
            if kept.text.len() + bytes.len() > MAX {
                kept.cut = true;
            } else {
                kept.text.push_str(&String::from_utf8_lossy(bytes));
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
