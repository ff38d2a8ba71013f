//! The suite of audit sinks.

mod compare;
mod demands;
mod material;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt::Write as _;
use std::io;

use mcp_runtime::AuditSink;
use tokio::runtime::Builder;

use self::demands::{DEMANDS, Looked};
use super::refuse_runtime;
use crate::modes::run_on;

/// A place that sinks write to, as [`sink_suite`] needs it.
///
/// Dropped, it may take along what was written there.
pub trait SinkPlace: Send + Sync + 'static {
    /// A sink on this place, as a process of its own opens it at its start.
    ///
    /// # Errors
    ///
    /// Why it can't be opened, such as that another process has it open.
    fn open(&self) -> io::Result<impl AuditSink>;

    /// Every log that the place holds by now, in the order in which they were begun: each as its
    /// lines, in their order, without line breaks. They are read from where they are kept, and not
    /// out of a sink: as somebody would who has to prove something by them.
    ///
    /// A log's first line begins with `{"log":`, and no other line does.
    ///
    /// # Errors
    ///
    /// Why the place can't be read.
    fn logs(&self) -> io::Result<Vec<Vec<String>>>;

    /// Makes the place fail from now on: a full disk, a network that is gone. Gives whether it does;
    /// what the suite demands of failures is not looked at where it doesn't, and the suite prints so.
    fn break_down(&self) -> bool {
        false
    }
}

/// Asks of a sink what [`AuditSink`](mcp_runtime::AuditSink) demands. `make` makes an empty place,
/// another one for each demand.
///
/// | demand | how it is looked at |
/// |---|---|
/// | durable as `append` returns | after each append, while the sink is still there, all lines are read back |
/// | in order | several groups, and a group of hundreds of lines |
/// | as they were given | lines of many kilobytes, and of all kinds of characters, byte by byte: the chain is made of bytes |
/// | kept | the sink is dropped, and another one opened: what was there is there |
/// | logs apart | two processes at a time: each log is whole, or the second isn't opened |
/// | in time | an append within 250 ms, which is how long calls wait |
/// | failures told | the place breaks down: `append` fails, and what was taken before is there |
/// | served | the sink of a server, whose calls are on record as they are answered; after a failure no function runs |
///
/// ```
/// use std::io;
/// use std::sync::{Arc, Mutex};
/// use mcp_runtime::{AuditLine, AuditSink};
/// use mcp_testkit::stores::{SinkPlace, sink_suite};
///
/// type Log = Arc<Mutex<Vec<String>>>;
///
/// /// A database, more or less.
/// #[derive(Default)]
/// struct Rows(Mutex<Vec<Log>>);
///
/// struct RowSink(Log);
///
/// impl AuditSink for RowSink {
///     fn append(&mut self, lines: &[AuditLine]) -> io::Result<()> {
///         self.0.lock().unwrap().extend(lines.iter().map(AuditLine::to_json_line));
///         Ok(())
///     }
/// }
///
/// impl SinkPlace for Rows {
///     fn open(&self) -> io::Result<impl AuditSink> {
///         let log = Log::default();
///         self.0.lock().unwrap().push(log.clone());
///         Ok(RowSink(log))
///     }
///
///     fn logs(&self) -> io::Result<Vec<Vec<String>>> {
///         let logs = self.0.lock().unwrap();
///         Ok(logs.iter().map(|log| log.lock().unwrap().clone()).collect())
///     }
/// }
///
/// // In a test of its own.
/// sink_suite(Rows::default);
/// ```
///
/// What isn't looked at, since the place doesn't break down, is printed: `not looked at: …`, which
/// `cargo test -- --nocapture` shows.
///
/// Sinks are opened within a Tokio runtime and used on a thread without one, as servers do. Time is
/// real.
///
/// # Panics
///
/// With each demand that isn't met, and how; and within a Tokio runtime: call it in a plain
/// `#[test]`.
#[track_caller]
pub fn sink_suite<P: SinkPlace>(make: impl Fn() -> P) {
    refuse_runtime("sink_suite");
    let Seen { broken, skipped } = look(make);
    if !skipped.is_empty() {
        println!("not looked at: {}: the place doesn't break down", skipped.join(", "));
    }
    assert!(broken.is_empty(), "the sink doesn't do what `AuditSink` demands:{broken}");
}

/// What came of all demands.
struct Seen {
    /// Those that aren't met, a line for each.
    broken: String,
    /// Those that failures belong to, of which nothing was seen.
    skipped: Vec<&'static str>,
}

#[track_caller]
fn look<P: SinkPlace>(make: impl Fn() -> P) -> Seen {
    run_on(Builder::new_current_thread().enable_all(), async {
        let material = material::lines().await;
        let mut seen = Seen { broken: String::new(), skipped: Vec::new() };
        for (name, demand) in DEMANDS {
            match demand.met(make(), &material).await {
                Ok(Looked::Wholly) => {}
                Ok(Looked::WithoutFailures) => seen.skipped.push(demand.of_failures()),
                Err(how) => drop(write!(seen.broken, "\n  {name}: {how}")),
            }
        }
        seen
    })
}
