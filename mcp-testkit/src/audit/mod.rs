//! [`Audit`]: what the audit log says, and what a test asks of it.

mod expect;
mod record;
#[cfg(test)]
mod tests;
mod unseen;

use std::fmt::Write as _;
use std::ops::Deref;

use mcp_runtime::{App, ToolInfo};

pub use record::Record;
pub(crate) use unseen::{DROPPED, UNREADABLE, is_cut, seq, unseen};

use crate::{Answer, TestServer};

/// The most records that a test looks at: as many as a log in memory keeps.
const RECORDS: usize = 10_000;
/// A failure shows so many of the newest.
const SHOWN: usize = 20;

/// Records of the audit log, the oldest first: see [`TestServer::audit`] and [`Answer::recorded`].
///
/// What narrows gives fewer of them; what asserts gives them back, so that several assertions
/// follow each other, or panics with the records. It is a slice of [`Record`]s, too, for what no
/// assertion says. It holds what was on record as it was asked for: ask again after further calls.
///
/// What counts records, or says something of every one, fails where there are more of them than
/// 10,000, and where the log has dropped older ones, as one in memory does beyond 64 MB: nothing would
/// follow from the newest alone.
///
/// ```
/// # use mcp_runtime::{tool, tools, Code, Effect};
/// # use mcp_testkit::{TestServer, caller};
/// # use serde_json::json;
/// /// Pay an invoice.
/// #[tool(scope = "write:payments", idempotent)]
/// async fn pay(#[arg(audit = "plain")] number: String, remark: String) -> String {
///     format!("paid {number}")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let server = TestServer::new(tools![pay]);
/// let anna = server.as_caller(caller("anna").scope("write:payments")).key("monday");
/// let invoice = json!({ "number": "FV/7", "remark": "with thanks" });
///
/// let paid = anna.call("pay", &invoice).await;
/// paid.recorded()
///     .intents(1)
///     .outcome("ok")
///     .effect(Effect::Applied)
///     .plain("number", "FV/7")
///     .digested("remark")
///     .never_says("with thanks");
///
/// anna.call("pay", &invoice).await.recorded().replays(1);
///
/// let eve = server.as_caller(caller("eve"));
/// eve.call("pay", &invoice).await.recorded().intents(0).refused(Code::InsufficientScope);
///
/// server.audit().of("pay").by("anna").intents(2).complete().chain_holds();
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "records by themselves assert nothing"]
pub struct Audit {
    app: App,
    /// Which they are, for messages.
    which: String,
    records: Vec<Record>,
    /// There are older ones that nobody looks at, or there were.
    cut: bool,
}

impl TestServer {
    /// The newest records of the audit log, the oldest of them first; 10,000 at most.
    ///
    /// # Panics
    ///
    /// When the server can't start, or its audit log is off, or goes to a sink: what a sink was
    /// given can't be read back.
    #[track_caller]
    pub fn audit(&self) -> Audit {
        Audit::of_server(self.app())
    }
}

impl Answer {
    /// The records of this call, those of each attempt where the client was
    /// [retrying](crate::As::retrying).
    ///
    /// The kit knows them by their trace: it sends a W3C `traceparent` of its own with each call,
    /// unless the test gave one by [`As::meta`](crate::As::meta). Calls that share one are not told
    /// apart. Refusals that are alike are counted, and written as one record under the last one's
    /// trace, every 10 s and whenever the log is looked at. What HTTP's door refuses for its scopes,
    /// before there is a call, is on record without a trace: [`TestServer::audit`] has it.
    ///
    /// # Panics
    ///
    /// As [`TestServer::audit`].
    #[track_caller]
    pub fn recorded(&self) -> Audit {
        let trace = self.trace().to_owned();
        let of_call = Audit::of_server(self.app());
        let call = format!("of {}", self.call());
        of_call.narrowed(&call, |record| record.trace_id() == Some(&trace))
    }
}

impl Audit {
    #[track_caller]
    fn of_server(app: &App) -> Self {
        let records: Vec<_> = match app.audit(RECORDS) {
            Ok(records) => records.into_iter().map(Record::new).collect(),
            Err(error) => panic!("{error}"),
        };
        // A log in memory drops what is older: beyond so many records, or bytes.
        let cut = is_cut(records.first().map(Record::seq), 0);
        Self { app: app.clone(), which: "the audit log".to_owned(), records, cut }
    }

    /// Those of one tool.
    ///
    /// # Panics
    ///
    /// When the server has no tool of this name, also none that stands in for another: that there
    /// is no record of it would say nothing.
    #[track_caller]
    pub fn of(self, tool: &str) -> Self {
        if !self.app.knows(tool) {
            let names: Vec<_> = self.app.tools().map(ToolInfo::name).collect();
            panic!("the server has no tool `{tool}`: it has {names:?}");
        }
        self.narrowed(&format!("of `{tool}`"), |record| record.tool() == Some(tool))
    }

    /// Those of one caller, by its principal.
    pub fn by(self, principal: &str) -> Self {
        self.narrowed(&format!("by `{principal}`"), |record| record.principal() == Some(principal))
    }

    /// Those that hold a condition, which is named in messages: `such("of the night", |record| …)`.
    pub fn such(self, name: &str, condition: impl Fn(&Record) -> bool) -> Self {
        self.narrowed(name, condition)
    }

    fn narrowed(mut self, name: &str, condition: impl Fn(&Record) -> bool) -> Self {
        self.records.retain(condition);
        let _ = write!(self.which, " {name}");
        self
    }

    fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records.iter().filter(move |record| record.kind() == kind)
    }

    /// That nothing is among older records which was asked for.
    #[track_caller]
    fn all_seen(&self) -> &Self {
        assert!(
            !self.cut,
            "{} has more records than can be looked at: what the older ones say can't be told",
            self.which
        );
        self
    }

    /// Fails the test: `what` says what is missing.
    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let mut message = format!("{} {what}", self.which);
        if self.records.is_empty() {
            message.push_str("\n  there is no such record");
        }
        let skipped = self.records.len().saturating_sub(SHOWN);
        if skipped > 0 {
            let _ = write!(message, "\n  … {skipped} older records");
        }
        for record in &self.records[skipped..] {
            let _ = write!(message, "\n  {record}");
        }
        panic!("{message}")
    }
}

impl Deref for Audit {
    type Target = [Record];

    fn deref(&self) -> &[Record] {
        &self.records
    }
}
