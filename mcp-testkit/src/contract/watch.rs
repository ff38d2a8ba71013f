//! [`Watch`]: a layer around a tool's function that sees what runs, and can take its place.

use std::future::pending;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use mcp_runtime::{Code, Reply, ToolCall, ToolError, ToolService};
use serde_json::json;
use tokio::time::sleep;
use tower::{Layer, Service};

/// What happens in place of a function.
#[derive(Clone, Debug, Default)]
pub(super) enum Act {
    /// The function itself.
    #[default]
    Run,
    /// The function itself, after a while.
    RunLate(Duration),
    /// Nothing, for ever.
    Hang,
    /// An answer that says how many there were before.
    Answer,
    /// An error of something that the tool depends on.
    Unavailable,
    /// An error, or a panic, that tells what was sent.
    Tell { what: String, panics: bool },
}

/// Sees each run of one tool's function: each attempt, inside all of its policies.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<State>);

#[derive(Default)]
struct State {
    tool: String,
    act: Mutex<Act>,
    begun: AtomicU64,
    running: AtomicU64,
}

impl Watch {
    pub(super) fn of(tool: &str) -> Self {
        Self(Arc::new(State { tool: tool.to_owned(), ..State::default() }))
    }

    /// What happens from now on.
    pub(super) fn act(&self, act: Act) {
        *self.0.act.lock().unwrap_or_else(PoisonError::into_inner) = act;
    }

    /// How often the function was begun.
    pub(super) fn begun(&self) -> u64 {
        self.0.begun.load(Ordering::SeqCst)
    }

    /// How many have begun and have neither ended nor been dropped.
    pub(super) fn running(&self) -> u64 {
        self.0.running.load(Ordering::SeqCst)
    }
}

impl Layer<ToolService> for Watch {
    type Service = Watched;

    fn layer(&self, inner: ToolService) -> Watched {
        Watched { inner, watch: self.clone() }
    }
}

#[derive(Clone)]
pub(super) struct Watched {
    inner: ToolService,
    watch: Watch,
}

/// A run that goes on until this is dropped.
struct Run(Arc<State>);

impl Run {
    fn begin(state: &Arc<State>) -> (u64, Self) {
        state.running.fetch_add(1, Ordering::SeqCst);
        (state.begun.fetch_add(1, Ordering::SeqCst), Self(Arc::clone(state)))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Service<ToolCall> for Watched {
    type Response = Reply;
    type Error = ToolError;
    type Future = Pin<Box<dyn Future<Output = Result<Reply, ToolError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        // A `ToolService` is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        let state = Arc::clone(&self.watch.0);
        let mut inner = self.inner.clone();
        if call.tool().name() != state.tool {
            return Box::pin(async move { inner.call(call).await });
        }
        Box::pin(async move {
            let (before, _run) = Run::begin(&state);
            let act = state.act.lock().unwrap_or_else(PoisonError::into_inner).clone();
            match act {
                Act::Run => inner.call(call).await,
                Act::RunLate(late) => {
                    sleep(late).await;
                    inner.call(call).await
                }
                Act::Hang => pending().await,
                Act::Answer => Ok(Reply::text(format!("answer {before}"))),
                Act::Unavailable => {
                    let message = "a contract test: the dependency gave no answer";
                    Err(ToolError::new(Code::BackendUnavailable, message)
                        .retryable()
                        .effect(mcp_runtime::Effect::None))
                }
                Act::Tell { what, panics: true } => panic!("a contract test: {what}"),
                Act::Tell { what, panics: false } => {
                    Err(ToolError::new("declined", format!("{what} was declined"))
                        .details(json!({ "sent": what }))
                        .developer(format!("it said: {what}")))
                }
            }
        })
    }
}
