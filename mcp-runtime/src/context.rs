//! [`Context`]: everything about a call except its arguments.

mod recorded;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
#[cfg(feature = "sqlite")]
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::call::ToolCall;
use crate::caller::Caller;
use crate::confirmation::Confirmation;
use crate::error::ToolError;
use crate::extract::FromCall;
use crate::meta;
pub(crate) use recorded::EffectKey;
use recorded::Recorded;

/// The longest that a call may take: an instant so far ahead can always be told, others not.
pub(crate) const LONGEST: Duration = Duration::from_hours(365 * 24);

/// Everything about a call except its arguments, as a parameter of the tool.
///
/// ```
/// # use mcp_runtime::{tool, Context};
/// /// Import a file.
/// #[tool]
/// async fn import(path: String, ctx: Context) -> String {
///     ctx.progress(1.0, Some(2.0), Some("read")).await;
///     format!("call {} of {}", ctx.call_id(), ctx.caller().principal())
/// }
/// ```
///
/// Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    call_id: String,
    tool: &'static str,
    origin: Arc<Origin>,
    deadline: Instant,
    cancellation: CancellationToken,
    trace: Option<TraceContext>,
    /// Shared by a call and its fallback, for the client sees one request.
    reported: Arc<Mutex<Reported>>,
    /// Is over once nobody waits for the answer: progress is reported until then.
    listened: CancellationToken,
    recorded: Arc<Recorded>,
    /// The function's transaction runs, or has succeeded.
    #[cfg(feature = "sqlite")]
    transacted: AtomicBool,
}

/// What the client was told of the call's progress.
struct Reported {
    /// The tool's own last value.
    own: f64,
    /// The last value that was sent, a vanishing part above the tool's where it repeats it.
    sent: f64,
    total: Option<f64>,
}

impl Reported {
    fn up_to(value: f64) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self { own: value, sent: value, total: None }))
    }
}

/// What the edge knows about a call as it enters.
pub(crate) struct Origin {
    pub(crate) request: Box<dyn ClientRequest>,
    pub(crate) caller: Caller,
    /// Fires when the client cancels the call or goes away.
    pub(crate) cancellation: CancellationToken,
}

/// A client's request, as far as the pipeline needs it.
pub(crate) trait ClientRequest: Any + Send + Sync {
    /// The protocol's id of the request.
    fn id(&self) -> Option<String> {
        None
    }

    fn meta(&self) -> &Map<String, Value>;

    /// What a person said about an earlier question of this call.
    fn confirmation(&self) -> Option<&Confirmation> {
        None
    }

    /// The value of its header `Idempotency-Key`, or what is wrong with it.
    fn idempotency_key(&self) -> Option<Result<Cow<'_, str>, &'static str>> {
        None
    }

    /// Where the client asked for progress.
    fn progress<'a>(
        &'a self,
        _progress: f64,
        _total: Option<f64>,
        _message: Option<&'a str>,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
        None
    }
}

/// A call from within the process.
#[derive(Default)]
pub(crate) struct InProcess {
    pub(crate) meta: Map<String, Value>,
    pub(crate) confirmation: Option<Confirmation>,
}

impl ClientRequest for InProcess {
    fn meta(&self) -> &Map<String, Value> {
        &self.meta
    }

    fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmation.as_ref()
    }
}

impl Context {
    pub(crate) fn new(tool: &'static str, timeout: Duration, origin: Origin) -> Self {
        let cancellation = origin.cancellation.child_token();
        Self(Arc::new(Inner {
            call_id: Uuid::now_v7().to_string(),
            tool,
            deadline: after(timeout),
            listened: cancellation.clone(),
            cancellation,
            trace: TraceContext::from_meta(origin.request.meta()),
            reported: Reported::up_to(f64::NEG_INFINITY),
            origin: Arc::new(origin),
            recorded: Arc::default(),
            #[cfg(feature = "sqlite")]
            transacted: AtomicBool::new(false),
        }))
    }

    /// The same call on its own: with so much time from now, it goes on when the client cancels
    /// its request or goes away, and its progress is reported to nobody.
    ///
    /// For work that is done once for several calls.
    pub(crate) fn detached(&self, timeout: Duration) -> Self {
        Self(Arc::new(Inner {
            call_id: self.0.call_id.clone(),
            tool: self.0.tool,
            origin: Arc::clone(&self.0.origin),
            deadline: after(timeout),
            cancellation: CancellationToken::new(),
            trace: self.0.trace.clone(),
            // As if all had been reported: nothing grows from here.
            reported: Reported::up_to(f64::INFINITY),
            listened: self.0.listened.clone(),
            recorded: Arc::clone(&self.0.recorded),
            #[cfg(feature = "sqlite")]
            transacted: AtomicBool::new(false),
        }))
    }

    /// The same call with less time.
    pub(crate) fn until(&self, deadline: Instant) -> Self {
        Self(Arc::new(Inner {
            call_id: self.0.call_id.clone(),
            tool: self.0.tool,
            origin: Arc::clone(&self.0.origin),
            deadline: self.0.deadline.min(deadline),
            cancellation: self.0.cancellation.child_token(),
            trace: self.0.trace.clone(),
            reported: Arc::clone(&self.0.reported),
            listened: self.0.listened.clone(),
            recorded: Arc::clone(&self.0.recorded),
            #[cfg(feature = "sqlite")]
            transacted: AtomicBool::new(false),
        }))
    }

    /// The context in which `tool` answers for this call: the same caller and request, within the
    /// time that is left.
    pub(crate) fn for_fallback(&self, tool: &'static str, timeout: Duration) -> Self {
        Self(Arc::new(Inner {
            call_id: self.0.call_id.clone(),
            tool,
            origin: Arc::clone(&self.0.origin),
            deadline: self.0.deadline.min(after(timeout)),
            cancellation: self.0.cancellation.child_token(),
            trace: self.0.trace.clone(),
            reported: Arc::clone(&self.0.reported),
            listened: self.0.listened.clone(),
            // The other tool's effect is another one, with a key and records of its own.
            recorded: Arc::default(),
            #[cfg(feature = "sqlite")]
            transacted: AtomicBool::new(false),
        }))
    }

    /// The server's own id of this call: what its log and an error's `correlation_id` say.
    pub fn call_id(&self) -> &str {
        &self.0.call_id
    }

    /// The client's id of the request. A client that repeats a call uses a new one.
    pub fn request_id(&self) -> Option<String> {
        self.0.origin.request.id()
    }

    /// The tool that was called.
    pub fn tool(&self) -> &'static str {
        self.0.tool
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.0.origin.caller
    }

    /// The request's `_meta`. Everything in it is the client's word.
    pub fn meta(&self) -> &Map<String, Value> {
        self.0.origin.request.meta()
    }

    /// What a person said about an earlier question of this call.
    pub(crate) fn confirmation(&self) -> Option<&Confirmation> {
        self.0.origin.request.confirmation()
    }

    /// The key in the request's header, or what is wrong with it.
    pub(crate) fn header_key(&self) -> Option<Result<Cow<'_, str>, &'static str>> {
        self.0.origin.request.idempotency_key()
    }

    /// The W3C trace context that the client sent.
    pub fn trace(&self) -> Option<&TraceContext> {
        self.0.trace.as_ref()
    }

    /// The instant at which the call ends with `timeout`.
    pub fn deadline(&self) -> Instant {
        self.0.deadline
    }

    /// The time left until the [`deadline`](Self::deadline), zero once it has passed.
    pub fn remaining(&self) -> Duration {
        self.0.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether the call is over: cancelled, timed out or answered.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancellation.is_cancelled()
    }

    /// Waits until the call is over: the client cancelled it or went away, its time ran out, or it
    /// was answered.
    ///
    /// The tool's own future is dropped at that point and needs no check; this is for what it
    /// handed to other tasks.
    pub async fn cancelled(&self) {
        self.0.cancellation.cancelled().await;
    }

    pub(crate) fn cancellation(&self) -> &CancellationToken {
        &self.0.cancellation
    }

    /// Tells the client how far the call is, where it asked to be told.
    ///
    /// `progress` must grow from report to report, as the protocol demands: one that doesn't is
    /// dropped. Waits while the client is slow to read.
    pub async fn progress(&self, progress: f64, total: Option<f64>, message: Option<&str>) {
        let sent = {
            let mut reported = self.reported();
            if !progress.is_finite() || progress <= reported.own || self.0.listened.is_cancelled() {
                return;
            }
            (reported.own, reported.total) = (progress, total);
            reported.sent = progress.max(reported.sent.next_up()).min(f64::MAX);
            reported.sent
        };
        if let Some(sent) = self.0.origin.request.progress(sent, total, message) {
            sent.await;
        }
    }

    /// Repeats the tool's last report, larger by the least that the protocol takes for growth.
    /// Before the tool's first one it is 0.
    pub(crate) async fn heartbeat(&self, message: &str) {
        let (sent, total) = {
            let mut reported = self.reported();
            let unheard = reported.sent == f64::NEG_INFINITY;
            let sent = if unheard { 0.0 } else { reported.sent.next_up() };
            if !sent.is_finite() {
                return;
            }
            reported.sent = sent;
            (sent, reported.total)
        };
        if let Some(sent) = self.0.origin.request.progress(sent, total, Some(message)) {
            sent.await;
        }
    }

    fn reported(&self) -> MutexGuard<'_, Reported> {
        self.0.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same call for one run of its function, which has one transaction. Without a key the call
    /// as it is.
    fn for_attempt(&self) -> Self {
        if self.is_keyed() { self.until(self.0.deadline) } else { self.clone() }
    }

    /// The edge's own handle of the request, for its own extractors.
    pub(crate) fn request<T: 'static>(&self) -> Option<&T> {
        let request: &dyn Any = &*self.0.origin.request;
        request.downcast_ref()
    }
}

/// The instant at which a time from now ends.
fn after(time: Duration) -> Instant {
    Instant::now() + time.min(LONGEST)
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("call_id", &self.0.call_id)
            .field("tool", &self.0.tool)
            .field("caller", &self.0.origin.caller)
            .finish_non_exhaustive()
    }
}

impl FromCall for Context {
    const MAY_BE_RAW: bool = false;

    fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
        Ok(call.context().for_attempt())
    }
}

/// W3C trace context, as MCP carries it in `_meta`.
///
/// The values are the client's; a `traceparent` that isn't well formed is left out, as the W3C
/// recommendation demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// `version-trace_id-parent_id-flags`, in lowercase hex.
    pub traceparent: String,
    /// Vendors' additions.
    pub tracestate: Option<String>,
    /// Application's own entries.
    pub baggage: Option<String>,
}

impl TraceContext {
    fn from_meta(meta: &Map<String, Value>) -> Option<Self> {
        let text = |key| meta.get(key).and_then(Value::as_str).map(str::to_owned);
        let traceparent = text(meta::TRACEPARENT).filter(|value| well_formed(value))?;
        Some(Self { traceparent, tracestate: text(meta::TRACESTATE), baggage: text(meta::BAGGAGE) })
    }

    /// The second part of the `traceparent`: what traces are looked up by.
    pub fn trace_id(&self) -> &str {
        self.traceparent.split('-').nth(1).unwrap_or_default()
    }
}

/// W3C Trace Context, level 1, section 3.2.2.
fn well_formed(traceparent: &str) -> bool {
    let mut parts = traceparent.split('-');
    let mut hex = |length: usize| {
        parts.next().is_some_and(|part| {
            part.len() == length
                && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
                && (length == 2 || part.bytes().any(|b| b != b'0'))
        })
    };
    let fields = hex(2) && hex(32) && hex(16) && hex(2);
    fields
        && !traceparent.starts_with("ff")
        && (parts.next().is_none() || !traceparent.starts_with("00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client that hears of progress.
    #[derive(Default)]
    pub(super) struct Seen(pub(super) Map<String, Value>, pub(super) Arc<Mutex<Vec<f64>>>);

    impl ClientRequest for Seen {
        fn meta(&self) -> &Map<String, Value> {
            &self.0
        }
        fn progress<'a>(
            &'a self,
            progress: f64,
            _: Option<f64>,
            _: Option<&'a str>,
        ) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
            self.1.lock().unwrap().push(progress);
            None
        }
    }

    #[test]
    fn traceparent_is_checked() {
        assert!(well_formed("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert!(!well_formed(bad), "{bad}");
        }
        let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned();
        let trace = TraceContext { traceparent, tracestate: None, baggage: None };
        assert_eq!(trace.trace_id(), "0af7651916cd43dd8448eb211c80319c");
    }

    #[tokio::test]
    async fn progress_only_grows() {
        let seen = Arc::default();
        let origin = Origin {
            request: Box::new(Seen(Map::new(), Arc::clone(&seen))),
            caller: Caller::anonymous(),
            cancellation: CancellationToken::new(),
        };
        let context = Context::new("t", Duration::from_secs(1), origin);
        for progress in [0.0, 1.0, 1.0, 0.5, f64::NAN, f64::INFINITY, 2.0] {
            context.progress(progress, None, None).await;
        }
        assert_eq!(*seen.lock().unwrap(), [0.0, 1.0, 2.0]);
        context.detached(Duration::from_secs(1)).progress(3.0, None, None).await;
        assert_eq!(seen.lock().unwrap().len(), 3, "a detached call has no one to report to");
    }

    #[tokio::test(start_paused = true)]
    async fn no_time_is_too_long_to_tell_when_it_ends() {
        let origin = Origin {
            request: Box::new(InProcess::default()),
            caller: Caller::anonymous(),
            cancellation: CancellationToken::new(),
        };
        let context = Context::new("t", Duration::MAX, origin);
        assert_eq!(context.remaining(), LONGEST);
        assert_eq!(context.detached(Duration::MAX).remaining(), LONGEST);
        assert_eq!(context.for_fallback("f", Duration::MAX).remaining(), LONGEST);
    }

    #[tokio::test(start_paused = true)]
    async fn detached_a_call_keeps_its_name_but_neither_its_time_nor_its_end() {
        let cancellation = CancellationToken::new();
        let origin = Origin {
            request: Box::new(InProcess::default()),
            caller: Caller::new("anna"),
            cancellation: cancellation.clone(),
        };
        let context = Context::new("t", Duration::from_secs(10), origin);
        tokio::time::advance(Duration::from_secs(4)).await;
        let detached = context.detached(Duration::from_secs(10));
        cancellation.cancel();
        assert!(context.is_cancelled() && !detached.is_cancelled());
        assert_eq!(detached.remaining(), Duration::from_secs(10));
        assert_eq!(detached.call_id(), context.call_id());
        assert_eq!(detached.caller(), context.caller());
        detached.cancellation().cancel();
        assert!(detached.is_cancelled());
    }
}
