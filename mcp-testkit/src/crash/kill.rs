//! [`Killer`]: kills a server at a point, as a power cut does: nothing of it is written from then on.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use mcp_runtime::private::{Edge, Fate, Passing, Steering, Wait, Write};
use mcp_runtime::{Reply, ToolCall, ToolError, ToolService};
use tokio::sync::watch;
use tower::{Layer, Service};

use super::CrashPoint;

/// Kills one server at a point, or never; counts how often the function of one tool was begun.
#[derive(Clone)]
pub(super) struct Killer(Arc<State>);

struct State {
    tool: String,
    point: Option<CrashPoint>,
    keyed: AtomicBool,
    runs: Arc<AtomicU32>,
    /// Nothing is written any more.
    dead: watch::Sender<bool>,
}

impl Killer {
    pub(super) fn new(tool: &str, point: Option<CrashPoint>, runs: &Arc<AtomicU32>) -> Self {
        Self(Arc::new(State {
            tool: tool.to_owned(),
            point,
            keyed: AtomicBool::new(false),
            runs: Arc::clone(runs),
            dead: watch::Sender::new(false),
        }))
    }

    /// The call has a key: what begins it goes to the store.
    pub(super) fn expect_key(&self) {
        self.0.keyed.store(true, Ordering::SeqCst);
    }

    /// Kills it now.
    pub(super) fn kill(&self) {
        self.0.dead.send_replace(true);
    }

    pub(super) fn is_dead(&self) -> bool {
        *self.0.dead.borrow()
    }

    /// Waits until it is dead.
    pub(super) async fn killed(&self) {
        let mut dead = self.0.dead.subscribe();
        // Its sender is here.
        let _ = dead.wait_for(|dead| *dead).await;
    }

    /// From here on nothing happens.
    async fn end<T>(self) -> T {
        self.kill();
        pending().await
    }

    /// Whether a write is done when this edge's part of it is.
    fn is_whole(&self, passing: &Passing<'_>) -> bool {
        let of_store =
            passing.whole || self.0.keyed.load(Ordering::SeqCst) && passing.write != Write::End;
        (passing.edge == Edge::Store) == of_store
    }
}

impl Steering for Killer {
    fn opens(&self, _: Edge, _: bool) -> Result<(), String> {
        Ok(())
    }

    fn steer(&self, passing: &Passing<'_>) -> Fate {
        let killer = self.clone();
        let end: Wait = Box::pin(killer.end());
        let is_first =
            passing.write == Write::Begin && self.0.point == Some(CrashPoint::BeforeIntent);
        if self.is_dead() || is_first {
            return Fate { before: Some(end), ..Fate::default() };
        }
        let follows = self.0.point.and_then(CrashPoint::follows) == Some(passing.write);
        if follows && self.is_whole(passing) {
            return Fate { after: Some(end), ..Fate::default() };
        }
        Fate::default()
    }

    fn holds_time(&self) -> bool {
        true
    }
}

impl Layer<ToolService> for Killer {
    type Service = Mortal;

    fn layer(&self, inner: ToolService) -> Mortal {
        Mortal { inner, killer: self.clone() }
    }
}

/// A function whose server may be killed right before it or right after it.
#[derive(Clone)]
pub(super) struct Mortal {
    inner: ToolService,
    killer: Killer,
}

impl Service<ToolCall> for Mortal {
    type Response = Reply;
    type Error = ToolError;
    type Future = Pin<Box<dyn Future<Output = Result<Reply, ToolError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        // A `ToolService` is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        let (mut inner, killer) = (self.inner.clone(), self.killer.clone());
        let is_it = call.tool().name() == killer.0.tool;
        Box::pin(async move {
            let point = killer.0.point.filter(|_| is_it);
            if killer.is_dead() || point == Some(CrashPoint::BeforeEffect) {
                return killer.end().await;
            }
            if is_it {
                killer.0.runs.fetch_add(1, Ordering::SeqCst);
            }
            let answer = inner.call(call).await;
            if killer.is_dead() || point == Some(CrashPoint::AfterEffect) {
                return killer.end().await;
            }
            answer
        })
    }
}
