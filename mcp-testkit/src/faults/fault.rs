//! [`Fault`]: what goes wrong.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use mcp_runtime::IntoToolError;

use super::kind::{Kind, Raise};
use super::when::When;

/// One thing that goes wrong, and when.
///
/// Without a condition it strikes each time. [`Faults`](super::Faults) puts it at an edge; one that
/// can't happen there, such as half a frame in a function, panics as it is put there.
///
/// ```
/// use mcp_testkit::Fault;
/// use std::time::Duration;
///
/// let slow = Fault::latency(Duration::from_secs(1)).rate(0.1).after(20);
/// assert_eq!(slow.to_string(), "latency of 1s, rate 0.1, after 20");
/// ```
#[derive(Clone)]
#[must_use = "a fault does nothing until it is put at an edge"]
pub struct Fault {
    pub(super) kind: Kind,
    pub(super) after_effect: bool,
    pub(super) when: When,
}

/// A time, or the times to draw from; made of a [`Duration`] or of a range of them.
#[derive(Clone, Copy, Debug)]
pub struct Spread(Duration, Duration);

impl From<Duration> for Spread {
    fn from(time: Duration) -> Self {
        Self(time, time)
    }
}

impl From<Range<Duration>> for Spread {
    fn from(range: Range<Duration>) -> Self {
        Self(range.start, range.end)
    }
}

impl From<RangeInclusive<Duration>> for Spread {
    fn from(range: RangeInclusive<Duration>) -> Self {
        let (from, to) = range.into_inner();
        Self(from, to)
    }
}

/// What goes wrong at any edge.
impl Fault {
    /// It takes longer: by a time, or by one that is drawn from a range for each strike.
    ///
    /// On a transport what follows in the same direction waits too.
    ///
    /// # Panics
    ///
    /// When the range ends before it begins.
    #[track_caller]
    pub fn latency(time: impl Into<Spread>) -> Self {
        let Spread(from, to) = time.into();
        assert!(from <= to, "a latency of {from:?} to {to:?} is none");
        Self::of(Kind::Latency(from, to))
    }

    /// It never ends. Of a transport: nothing more comes through in this direction.
    ///
    /// Whoever waits needs a timeout; with time paused, that takes no time.
    pub fn hang() -> Self {
        Self::of(Kind::Hang)
    }

    /// The wall clock is put forward, as a time server does; see
    /// [`Time::wall_forward`](crate::Time::wall_forward).
    pub fn wall_forward(by: Duration) -> Self {
        Self::of(Kind::WallForward(by))
    }

    /// The wall clock is put back.
    pub fn wall_back(by: Duration) -> Self {
        Self::of(Kind::WallBack(by))
    }
}

/// What goes wrong where something is carried out: in a tool, in a dependency.
impl Fault {
    /// It fails with this error.
    ///
    /// At a tool it arrives as a [`ToolError`](struct@mcp_runtime::ToolError); at a dependency it has to be of the
    /// type of its errors.
    pub fn error<E: IntoToolError + Clone + Send + Sync + 'static>(error: E) -> Self {
        Self::of(Kind::Error(Raise::for_tools(move || error.clone(), E::into_tool_error)))
    }

    /// It fails with an error that is made anew each time: for dependencies whose errors can't be
    /// cloned or aren't a tool's.
    ///
    /// ```
    /// use mcp_testkit::Fault;
    /// use std::io;
    ///
    /// let reset = Fault::error_with(|| io::Error::from(io::ErrorKind::ConnectionReset));
    /// ```
    pub fn error_with<E: Send + 'static>(make: impl Fn() -> E + Send + Sync + 'static) -> Self {
        Self::of(Kind::Error(Raise::new(make)))
    }

    /// It panics.
    pub fn panic() -> Self {
        Self::panic_with("a fault of the test")
    }

    /// It panics with this message: to see that it reaches the log and nobody else.
    pub fn panic_with(message: &str) -> Self {
        Self::of(Kind::Panic(message.into()))
    }

    /// It blocks its thread, in *real* time: the function that computes, or waits without
    /// `.await`. A `blocking` tool blocks one of the threads for that.
    ///
    /// Where time is paused it stands still meanwhile.
    pub fn block(time: Duration) -> Self {
        Self::of(Kind::Block(time))
    }

    /// It is carried out first, and then the fault strikes: what went well is not known to have
    /// gone well.
    ///
    /// ```
    /// use mcp_runtime::{Code, ToolError};
    /// use mcp_testkit::Fault;
    ///
    /// // The bank books the transfer, and the connection breaks before it can say so.
    /// let broken = ToolError::new(Code::BackendUnavailable, "the bank does not answer");
    /// let fault = Fault::error(broken).after_effect().once();
    /// ```
    pub fn after_effect(mut self) -> Self {
        self.after_effect = true;
        self
    }

    /// It is carried out, and whoever waits for the reply doesn't get it.
    ///
    /// | at | what is carried out | what becomes of the reply |
    /// |---|---|---|
    /// | a tool, or the call of one | the whole pipeline: its outcome is on record | the caller gets `no_answer`, with an unknown effect |
    /// | a dependency | the operation | none comes: whoever waits needs a timeout |
    /// | the store, the audit log | the write | the server is told that it failed |
    /// | [replies](super::Faults::replies) of a transport | the call | it isn't delivered; over HTTP the connection breaks |
    ///
    /// For a dependency that breaks the connection instead of staying silent:
    /// [`error`](Self::error) with [`after_effect`](Self::after_effect).
    pub fn drop_reply_after_effect() -> Self {
        Self::of(Kind::DropReply)
    }

    /// The request is lost on its way, and nothing is carried out. Its caller can't tell this from
    /// a lost reply.
    pub fn drop_request() -> Self {
        Self::of(Kind::DropRequest)
    }
}

/// What goes wrong where a server writes: at its store and its audit log.
impl Fault {
    /// Nothing can be written. A disk that is full, a database that is away: the write fails at
    /// once, and later ones may succeed.
    ///
    /// With [`after_effect`](Self::after_effect) it is written, and the answer to that is an error:
    /// what [`drop_reply_after_effect`](Self::drop_reply_after_effect) is there too.
    pub fn outage() -> Self {
        Self::of(Kind::Outage)
    }

    /// Half of it is written, and the answer is an error.
    ///
    /// | at | what is torn |
    /// |---|---|
    /// | the [store](super::Faults::store), the audit log being elsewhere | what begins or ends a call with a key: the place that comes first has its part, the other nothing |
    /// | the [audit log](super::Faults::audit), in a file | its line; the disk takes nothing more until a server is started on the file anew |
    ///
    /// Everywhere else a write is there or it isn't, and a server whose plan has this doesn't start.
    pub fn torn() -> Self {
        Self::of(Kind::Torn)
    }
}

/// What goes wrong on a transport.
impl Fault {
    /// The message arrives twice. Over HTTP the request is sent twice at the same time, and the
    /// second answer is thrown away.
    pub fn duplicate() -> Self {
        Self::of(Kind::Duplicate)
    }

    /// The message arrives after the one that follows it. Where none follows within a second, it
    /// is delivered then. Not over HTTP, where requests have no order.
    pub fn reorder() -> Self {
        Self::of(Kind::Reorder)
    }

    /// The first so many bytes arrive, as a whole message.
    pub fn truncate(bytes: usize) -> Self {
        Self::of(Kind::Truncate(bytes))
    }

    /// Half of the message arrives, and the connection breaks.
    pub fn half_frame() -> Self {
        Self::of(Kind::HalfFrame)
    }

    /// The receiver takes the message in pieces of 256 bytes, after a pause each. The sender feels
    /// it as soon as what is under way fills the buffers between them.
    pub fn slow_reader(pause: Duration) -> Self {
        Self::of(Kind::SlowReader(pause))
    }

    /// The connection breaks. Of a request: after it has arrived, so that its call is running; of
    /// a reply: in its place.
    pub fn disconnect() -> Self {
        Self::of(Kind::Disconnect)
    }

    fn of(kind: Kind) -> Self {
        Self { kind, after_effect: false, when: When::default() }
    }
}

/// The error that a caller sees whose connection broke: what was carried out, it can't know.
/// The fault and its conditions.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, after_effect, when } = self;
        let after = if *after_effect { " after the effect" } else { "" };
        write!(f, "{kind}{after}{when}")
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({self})")
    }
}
