//! [`Log`]: what one test logs.
//!
//! A subscriber for the whole process gives each event to the log of the Tokio runtime that it
//! happened on. Each `#[tokio::test]` has a runtime of its own, and tasks and threads that a
//! server starts belong to it too, which no subscriber of a thread or of a future would see.

mod collect;
mod event;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::runtime::{Handle, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use event::{Event, Events};

use crate::wire::SDK_LOG;

/// The longest log: more than any test writes on purpose, and little enough to search.
const MAX: usize = 16 << 20;
/// The most events that are kept with their fields: so many lines fill the log.
const MAX_EVENTS: usize = 100_000;

/// What a test logged: see [`TestServer::capture_log`](crate::TestServer::capture_log).
///
/// Everything from `TRACE` on, except for the SDK's own lines, of which servers log errors alone.
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
        let installed = *INSTALLED.get_or_init(|| subscriber().try_init().is_ok());
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

    /// Asserts that some line holds a text.
    ///
    /// # Panics
    ///
    /// With the log, when no line does.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        let log = self.text();
        assert!(log.contains(text), "the log doesn't say `{text}`:\n{log}");
        self
    }

    /// Asserts that a text, such as a secret, stands nowhere.
    ///
    /// # Panics
    ///
    /// With the line that holds it; and when nothing was logged at all or more than is kept,
    /// since nothing would follow from it.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        let (log, cut) = (self.text(), self.kept().cut);
        if let Some(line) = log.lines().find(|line| line.contains(text)) {
            panic!("the log says `{text}`:\n{line}");
        }
        assert!(!log.is_empty(), "nothing was logged at all: was there a call?");
        assert!(!cut, "more than {MAX} bytes were logged: what followed can't be told");
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

fn subscriber() -> impl SubscriberInitExt {
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
