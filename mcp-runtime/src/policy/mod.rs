//! The policies: one room each, a tower [`Layer`](tower::Layer) and what it puts around the rest of
//! the pipeline.
//!
//! A room has three parts, as [`budget`] shows: a `…Layer` that holds the setting of one tool, what
//! wraps the rest of the pipeline, and tests that fail when its rule is broken. What decides as it
//! is called is a [`Room`]; what waits, or has a future of a type of its own, as [`timeout`] has,
//! is a `Service`. Rooms know the call and the error, never each other and never the protocol.
//! Which of them a tool uses, and in which order, is [`stack`]'s business alone.

pub(crate) mod admission;
pub(crate) mod blocking;
pub(crate) mod budget;
pub(crate) mod cache;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod confirm;
pub(crate) mod contain;
pub(crate) mod dependency;
pub(crate) mod fallback;
pub(crate) mod heartbeat;
pub(crate) mod journal;
pub(crate) mod loop_guard;
pub(crate) mod rate_limit;
pub(crate) mod redact;
pub(crate) mod result_limit;
pub(crate) mod retry;
pub(crate) mod scope;
pub(crate) mod service;
pub(crate) mod stack;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod timeout;
pub(crate) mod trace;
pub(crate) mod validation;

use std::future::ready;
use std::pin::Pin;

use tower::Service;

use crate::call::{Reply, ToolCall};
use crate::error::ToolError;

/// What every service of the pipeline answers.
pub(crate) type Outcome = Result<Reply, ToolError>;

/// A room that decides as it is called. It is always ready, and so is the rest of the pipeline that
/// it holds, a [`ToolService`](service::ToolService): it runs that at once, and hands on its future,
/// as it is, which costs no box, or in a small one of its own, where something has to be done as
/// the call ends.
pub(crate) trait Room: Send + Sync + 'static {
    fn run(&self, call: ToolCall) -> Running;
}

/// A service that boxes its futures itself is a room too. A call needs one of its own.
impl<S: Next<Future = Running>> Room for S {
    fn run(&self, call: ToolCall) -> Running {
        self.clone().call(call)
    }
}

/// The rest of the pipeline, as a room sees it that is a `Service`. One that makes its future with
/// an `async` block has [`Running`] as its `Future`; it makes the rest ready and calls it with
/// `tower::ServiceExt::oneshot`.
pub(crate) trait Next:
    Service<ToolCall, Response = Reply, Error = ToolError, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> Next for S where
    S: Service<ToolCall, Response = Reply, Error = ToolError, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// A call on its way, where a service has no future of its own to name.
pub(crate) type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A call that goes no further.
pub(crate) fn refused(error: ToolError) -> Running {
    Box::pin(ready(Err(error)))
}
