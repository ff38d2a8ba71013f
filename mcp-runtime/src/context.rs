//! [`Context`]: everything about a call except its arguments.

mod derived;
mod origin;
mod progress;
mod recorded;
#[cfg(test)]
mod tests;
mod trace;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
#[cfg(feature = "sqlite")]
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
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
pub(crate) use origin::{ClientRequest, InProcess, Origin, RequestId};
use progress::Told;
pub(crate) use recorded::EffectKey;
use recorded::Recorded;
pub use trace::TraceContext;

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

/// A call has one of these, in one allocation, and one more for each context that differs from it.
struct Inner {
    tool: &'static str,
    began: Instant,
    deadline: Instant,
    /// Its own end, where the call's isn't.
    end: Option<CancellationToken>,
    entry: Shared<Entry>,
    recorded: Shared<Recorded>,
    /// Its progress is reported to nobody.
    unheard: bool,
    /// The function's transaction runs, or has succeeded.
    #[cfg(feature = "sqlite")]
    transacted: AtomicBool,
}

/// What several contexts of a call have in common: the first of them holds it for the others.
enum Shared<T> {
    Own(T),
    Of(Context),
}

impl<T> Shared<T> {
    /// The context that holds it, where it is another.
    fn owner(&self) -> Option<&Context> {
        match self {
            Self::Own(_) => None,
            Self::Of(owner) => Some(owner),
        }
    }
}

/// What holds of a call from its entry on.
struct Entry {
    id: Uuid,
    /// Its text, once somebody has asked for it.
    call_id: OnceLock<Arc<str>>,
    origin: Origin,
    trace: Option<TraceContext>,
    told: Told,
}

impl Entry {
    fn call_id(&self) -> &Arc<str> {
        let text = || Arc::from(&*self.id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        self.call_id.get_or_init(text)
    }
}

impl From<Inner> for Context {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Context {
    pub(crate) fn new(tool: &'static str, timeout: Duration, origin: Origin) -> Self {
        let began = Instant::now();
        Self::from(Inner {
            tool,
            began,
            deadline: after(began, timeout),
            end: None,
            entry: Shared::Own(Entry {
                id: Uuid::now_v7(),
                call_id: OnceLock::new(),
                trace: TraceContext::of(&*origin.request),
                told: Told::nothing(),
                origin,
            }),
            recorded: Shared::Own(Recorded::default()),
            unheard: false,
            #[cfg(feature = "sqlite")]
            transacted: AtomicBool::new(false),
        })
    }

    fn entry(&self) -> &Entry {
        match &self.0.entry {
            Shared::Own(entry) => entry,
            Shared::Of(owner) => owner.entry(),
        }
    }

    fn recorded(&self) -> &Recorded {
        match &self.0.recorded {
            Shared::Own(recorded) => recorded,
            Shared::Of(owner) => owner.recorded(),
        }
    }

    /// The server's own id of this call: what its log and an error's `correlation_id` say.
    pub fn call_id(&self) -> &str {
        self.entry().call_id()
    }

    /// The same, to keep.
    pub(crate) fn shared_call_id(&self) -> Arc<str> {
        Arc::clone(self.entry().call_id())
    }

    /// The client's id of the request. A client that repeats a call uses a new one.
    pub fn request_id(&self) -> Option<String> {
        self.plain_request_id().map(|id| id.to_string())
    }

    /// The same as it came.
    pub(crate) fn plain_request_id(&self) -> Option<RequestId<'_>> {
        self.entry().origin.request.id()
    }

    /// The tool that was called.
    pub fn tool(&self) -> &'static str {
        self.0.tool
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.entry().origin.caller
    }

    /// The request's `_meta`. Everything in it is the client's word.
    pub fn meta(&self) -> &Map<String, Value> {
        self.entry().origin.request.meta()
    }

    /// One entry of the request's `_meta`.
    pub(crate) fn meta_entry(&self, name: &str) -> Option<&Value> {
        self.entry().origin.request.entry(name)
    }

    /// What a person said about an earlier question of this call.
    pub(crate) fn confirmation(&self) -> Option<&Confirmation> {
        self.entry().origin.request.confirmation()
    }

    /// The key in the request's header, or what is wrong with it.
    pub(crate) fn header_key(&self) -> Option<Result<Cow<'_, str>, &'static str>> {
        self.entry().origin.request.idempotency_key()
    }

    /// The W3C trace context that the client sent.
    pub fn trace(&self) -> Option<&TraceContext> {
        self.entry().trace.as_ref()
    }

    /// The instant at which the call began, in its tool's pipeline.
    pub(crate) fn began(&self) -> Instant {
        self.0.began
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
        match &self.0.end {
            Some(end) => end.is_cancelled(),
            None => self.entry().origin.ending.is_given(),
        }
    }

    /// Waits until the call is over: the client cancelled it or went away, its time ran out, or it
    /// was answered.
    ///
    /// The tool's own future is dropped at that point and needs no check; this is for what it
    /// handed to other tasks.
    pub async fn cancelled(&self) {
        self.cancellation().cancelled().await;
    }

    /// Ends the call that this context was made for.
    pub(crate) fn end(&self) {
        self.entry().origin.ending.give();
    }

    /// Whether anything else has this context, or one that was made of it.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    pub(crate) fn cancellation(&self) -> &CancellationToken {
        self.0.end.as_ref().unwrap_or_else(|| self.entry().origin.ending.token())
    }

    /// The edge's own handle of the request, for its own extractors.
    pub(crate) fn request<T: 'static>(&self) -> Option<&T> {
        let request: &dyn Any = &*self.entry().origin.request;
        request.downcast_ref()
    }
}

/// The instant at which a time ends.
fn after(began: Instant, time: Duration) -> Instant {
    began + time.min(LONGEST)
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("call_id", &self.call_id())
            .field("tool", &self.0.tool)
            .field("caller", self.caller())
            .finish_non_exhaustive()
    }
}

impl FromCall for Context {
    const MAY_BE_RAW: bool = false;

    fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
        Ok(call.context().for_attempt())
    }
}
