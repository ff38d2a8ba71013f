//! Crashes: a server is killed at each point of a call, started anew, and has to keep its word.
//!
//! [`crash_points`] makes a call for each [`CrashPoint`]; at some of them the kit lets the function
//! last, or fail. There the server is killed as by a power cut: its runtime is dropped with all tasks,
//! and nothing that it would write from then on is written, not even by what is dropped. Another server
//! is made and started on the same records, in the same time of day and a second later. Then the client
//! comes back: with the same key, with it once more, and with another call.
//!
//! | checked | of |
//! |---|---|
//! | there is at most one effect | a call with a key, on an `idempotent` tool |
//! | what was answered, or was on record, is answered again, and is the same | the same |
//! | what can't have happened is carried out; where nobody knows, the answer is `indeterminate`, or what the tool found out | the same |
//! | the function didn't run without an intent on record before | every tool on a server whose audit log can be read back |
//! | each open intent is closed as the server starts | the same |
//! | what was on record, or acknowledged, is on record | the same |
//! | a call that lasts renews the lease of its key | a call with a key, on a tool whose timeout is long enough |
//! | the log can still be read | every tool on a server whose audit log can be read back |
//! | another call is carried out: it succeeds too, or its function runs | every tool |
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use mcp_runtime::{State, tool, tools};
//! use mcp_testkit::TestServer;
//! use mcp_testkit::crash::{CrashPoint, call, crash_points};
//! use serde_json::json;
//!
//! /// A bank, which is elsewhere: it outlives every server.
//! #[derive(Clone, Default)]
//! struct Bank(Arc<AtomicU64>);
//!
//! /// Pay an invoice.
//! #[tool(idempotent)]
//! async fn pay(cents: u64, State(bank): State<Bank>) -> u64 {
//!     bank.0.fetch_add(1, Ordering::SeqCst);
//!     cents
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let bank = Bank::default();
//! let paid = bank.clone();
//! let once = call("pay", json!({ "cents": 500 }))
//!     .key("k")
//!     .effects(move || paid.0.load(Ordering::SeqCst));
//! let crashes =
//!     crash_points(|| TestServer::new(tools![pay]).state(bank.clone()), once).await;
//!
//! // What the client was told that came back.
//! assert_eq!(crashes.told(CrashPoint::AfterIntent), Some("ok"));
//! assert_eq!(crashes.told(CrashPoint::AfterEffect), Some("indeterminate"));
//! assert_eq!(crashes.told(CrashPoint::AfterOutcome), Some("replayed"));
//! # }
//! ```
//!
//! # Records
//!
//! Those of a server that says nothing else are in memory, and outlive it here. Its keys are as in a
//! store that several machines share, none of which can tell that another is gone: a lease has to
//! end first, in virtual time. Its open intents are closed by the kit's own stand-in for a store's
//! recovery. A file's own recovery is exercised with `Store::file`, a real file, whose next process
//! knows at once that the last one is gone. A log elsewhere, as in `AuditLog::file`,
//! has to be one that another server can be started on within the same process; where it can't be read
//! back, as in a sink, what it says isn't checked, and nothing is concluded from one in memory that
//! has dropped records to have room for others: [`Crashes::unseen`] says so.
//!
//! From the kill on nothing more is recorded, but files are closed in order, and each write is there
//! wholly or not at all. What a SIGKILL leaves in the middle of one is tested with real processes:
//! `tests/behaviour/records/crash.rs` in this workspace.
//!
//! # Time and threads
//!
//! Time is paused in each life, whatever it is in the test. What the function does with sockets, and
//! what runs on other threads, isn't killed.

mod back;
mod call;
mod case;
mod effects;
mod examine;
mod kill;
mod life;
mod mortal;
mod on_record;
mod point;
#[cfg(test)]
mod tests;
mod told;

use std::fmt;

pub use call::{CrashCall, call};
pub(crate) use examine::examine;
#[cfg(test)]
pub(crate) use examine::found;
pub(crate) use life::alone;
pub use point::CrashPoint;

use crate::TestServer;

/// A server that is about to be started, and the call that it will get.
pub(crate) struct Made {
    pub(crate) server: TestServer,
    pub(crate) call: Box<dyn FnOnce(&TestServer) -> CrashCall>,
}

/// Kills a server at every point of a call, and checks what it promised.
///
/// `server` makes it anew, twice for each point. What outlives a crash, such as a database or the
/// fake of a bank, is what it captures.
///
/// It blocks its thread until the last server is gone. What the servers talk to must not be a task
/// of the test's runtime, which may never get its turn: it needs a runtime of its own, on another
/// thread.
///
/// # Panics
///
/// With the point, the call and what was broken. When the call doesn't succeed without a crash.
pub async fn crash_points<S: Into<TestServer>>(
    server: impl Fn() -> S + Sync,
    call: CrashCall,
) -> Crashes {
    let make = async || {
        let call = call.clone();
        Made { server: server().into(), call: Box::new(move |_| call) }
    };
    match examine(&call.tool, &make) {
        Ok(crashes) => {
            if let Some(unseen) = crashes.unseen() {
                println!("not looked at: {unseen}");
            }
            crashes
        }
        Err(broken) => panic!("`{}` doesn't survive a crash: {broken}", call.tool),
    }
}

/// What clients were told that came back after a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crashes {
    told: Vec<(CrashPoint, String)>,
    unseen: Option<&'static str>,
}

impl Crashes {
    /// After a crash at this point: `ok`, `replayed`, or an error's code. Nothing where the call
    /// doesn't pass it. Of a point with calls that fail in several ways, the first one's.
    pub fn told(&self, point: CrashPoint) -> Option<&str> {
        self.told.iter().find(|(at, _)| *at == point).map(|(_, told)| told.as_str())
    }

    pub(crate) fn into_unseen(self) -> Option<&'static str> {
        self.unseen
    }

    /// What could not be looked at: of a log that can't be read back, or has dropped records to have
    /// room for others, nothing is concluded. [`crash_points`] prints it, too.
    pub fn unseen(&self) -> Option<&str> {
        self.unseen
    }
}

/// A line for each point.
impl fmt::Display for Crashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (point, told)) in self.told.iter().enumerate() {
            let line = if number > 0 { "\n" } else { "" };
            write!(f, "{line}{point}: {told}")?;
        }
        Ok(())
    }
}
