//! Work that blocks its thread: a tool marked `blocking` runs on threads of its own, so that it
//! delays no other call.
//!
//! An `async fn` that computes or makes blocking calls holds its thread between two await points.
//! On the runtime's few threads that stalls every other call; here it stalls one of a bounded
//! number of *places*, by default as many as the machine runs threads at once, shared by all
//! blocking tools of the server.
//!
//! - Waiting for a place is bounded by the call's deadline, and so is the number of those that
//!   wait: 16 for each place. Beyond either, the call is refused with `overloaded`, and nothing
//!   has happened.
//! - A call that is given up (its deadline, its client) while it waits frees its turn and never
//!   begins.
//! - Work that has begun outlives its timeout: nothing can stop a thread from outside. It ends at
//!   its next await point, if it has one, and keeps its place until then. That is what bounds it:
//!   work that hangs uses up places, never threads without end. A place of the tool's `concurrency`
//!   is the call's, and is given back with its answer; it doesn't count threads.
//! - For the same reason `attempt_timeout` on a blocking tool is an error at start.
//! - A panic reaches the caller as one, to become an answer where all panics do.
//!
//! The work keeps the call's tracing span. It doesn't keep the task: what a layer further out
//! stored with `tokio::task_local!` is not seen from here on.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{Instant, timeout_at};
use tower::Layer;
use tracing::{Span, dispatcher};

use super::later::Later;
use super::service::ToolService;
use super::{Outcome, Room, Running};
use crate::call::ToolCall;
use crate::error::{Code, Effect, ToolError};
use crate::secrets;
use crate::stats::{Decision, ToolStats};

/// Calls that may wait, for each place. A call behind so many others has hardly a chance to run
/// before its deadline, and each of them holds its arguments in memory.
const WAITING_PER_PLACE: usize = 16;
/// More threads than this serve nobody; the runtime itself stops at 512.
const MOST_THREADS: usize = 512;
/// When to try again: a place is expected to be free by then.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The places of a server's blocking tools.
#[derive(Debug)]
pub(crate) struct BlockingPool {
    places: Arc<Semaphore>,
    turns: Semaphore,
}

impl BlockingPool {
    /// A pool of so many threads, at least one.
    pub(crate) fn new(threads: usize) -> Self {
        let threads = threads.clamp(1, MOST_THREADS);
        Self {
            places: Arc::new(Semaphore::new(threads)),
            turns: Semaphore::new(threads * WAITING_PER_PLACE),
        }
    }

    async fn place(
        &self,
        deadline: Instant,
        stats: &ToolStats,
    ) -> Result<OwnedSemaphorePermit, ToolError> {
        let places = Arc::clone(&self.places);
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            return Ok(place);
        }
        let Ok(_turn) = self.turns.try_acquire() else {
            stats.count(Decision::Shed);
            return Err(overloaded("too many calls wait for it already"));
        };
        stats.count(Decision::Queued);
        if let Ok(Ok(place)) = timeout_at(deadline, places.acquire_owned()).await {
            return Ok(place);
        }
        stats.count(Decision::Shed);
        Err(overloaded("none became free in the time that this call has"))
    }
}

impl Default for BlockingPool {
    /// As many threads as the machine runs at once.
    fn default() -> Self {
        Self::new(available_parallelism().map_or(1, Into::into))
    }
}

fn overloaded(why: &'static str) -> ToolError {
    let message = format!("the server has no free thread for this tool's work: {why}");
    ToolError::shed(message, RETRY_AFTER)
}

/// Runs the rest of each call on a pool's threads.
#[derive(Clone)]
pub(crate) struct BlockingLayer {
    pool: Arc<BlockingPool>,
    stats: Arc<ToolStats>,
}

impl BlockingLayer {
    pub(crate) fn new(pool: Arc<BlockingPool>, stats: Arc<ToolStats>) -> Self {
        Self { pool, stats }
    }
}

impl Layer<ToolService> for BlockingLayer {
    type Service = Blocking;

    fn layer(&self, inner: ToolService) -> Blocking {
        Blocking { inner, pool: Arc::clone(&self.pool), stats: Arc::clone(&self.stats) }
    }
}

pub(crate) struct Blocking {
    inner: ToolService,
    pool: Arc<BlockingPool>,
    stats: Arc<ToolStats>,
}

impl Room for Blocking {
    type Future = Running;

    fn run(&self, mut call: ToolCall) -> Running {
        let (inner, pool) = (self.inner.clone(), Arc::clone(&self.pool));
        let stats = Arc::clone(&self.stats);
        // A thread can be at work for longer than anybody waits for it, and nobody's place with it.
        call.place = None;
        Box::pin(async move {
            let place = pool.place(call.context().deadline(), &stats).await?;
            run(inner, call, place).await
        })
    }
}

async fn run(inner: ToolService, call: ToolCall, place: OwnedSemaphorePermit) -> Outcome {
    let (runtime, span, hidden) = (Handle::current(), Span::current(), secrets::current());
    // A log that was set for one thread alone, as tests do, would miss the work otherwise.
    let log = dispatcher::get_default(Clone::clone);
    // Dropped with this future, which ends the work at its next await point.
    let (_wanted, unwanted) = oneshot::channel::<()>();
    let work = spawn_blocking(move || {
        let _place = place;
        let work = async move {
            tokio::select! {
                biased;
                outcome = secrets::carried(hidden, Later::new(inner, call)) => outcome,
                _ = unwanted => Err(ToolError::new(Code::Cancelled, "the call was given up")),
            }
        };
        dispatcher::with_default(&log, || span.in_scope(|| runtime.block_on(work)))
    });
    let _unbegun = AbortOnDrop(work.abort_handle());
    match work.await {
        Ok(outcome) => outcome,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => {
                Err(ToolError::new(Code::Cancelled, "the server is stopping").effect(Effect::None))
            }
        },
    }
}

/// Takes back work that no thread has begun.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
