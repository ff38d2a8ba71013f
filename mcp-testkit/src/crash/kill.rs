//! [`Killer`]: kills a server at a point, as a power cut does: nothing of it is written from then on.

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mcp_runtime::private::{Edge, Fate, Passing, Steering, Wait, Write};
use tokio::sync::watch;
use tokio::time::Instant;

use super::CrashPoint;
use super::case::Case;
use super::point::Part;

/// Kills one server at a point, or never; counts how often the function of one tool was begun.
#[derive(Clone)]
pub(super) struct Killer(Arc<State>);

struct State {
    tool: String,
    case: Option<Case>,
    keyed: AtomicBool,
    /// Keys and log are in two places.
    apart: AtomicBool,
    /// Parts of the write that the point follows.
    parts: AtomicU32,
    runs: Arc<AtomicU32>,
    /// Since when the function does nothing but last.
    lasts: OnceLock<Instant>,
    /// Nothing is written any more.
    dead: watch::Sender<bool>,
}

impl Killer {
    pub(super) fn new(tool: &str, case: Option<Case>, runs: &Arc<AtomicU32>) -> Self {
        Self(Arc::new(State {
            tool: tool.to_owned(),
            case,
            keyed: AtomicBool::new(false),
            apart: AtomicBool::new(false),
            parts: AtomicU32::new(0),
            runs: Arc::clone(runs),
            lasts: OnceLock::new(),
            dead: watch::Sender::new(false),
        }))
    }

    /// The call has a key: what begins it goes to the store.
    pub(super) fn expect_key(&self) {
        self.0.keyed.store(true, Ordering::SeqCst);
    }

    /// Whether keys are in one place, and the log in another.
    pub(super) fn is_apart(&self) -> bool {
        self.0.apart.load(Ordering::SeqCst)
    }

    /// What is to happen to calls of this tool.
    pub(super) fn case_of(&self, tool: &str) -> Option<Case> {
        self.0.case.filter(|_| tool == self.0.tool)
    }

    /// The function of a tool is begun.
    pub(super) fn count(&self, tool: &str) {
        if tool == self.0.tool {
            self.0.runs.fetch_add(1, Ordering::SeqCst);
        }
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
    pub(super) async fn end<T>(self) -> T {
        self.kill();
        pending().await
    }

    /// The function goes on for as long as it may.
    pub(super) async fn last<T>(self) -> T {
        self.0.lasts.get_or_init(Instant::now);
        pending().await
    }

    /// For how long it does by now.
    pub(super) fn lasted(&self) -> Duration {
        self.0.lasts.get().map(Instant::elapsed).unwrap_or_default()
    }

    fn point(&self) -> Option<CrashPoint> {
        self.0.case.map(|case| case.point)
    }

    /// Which part of a write this one is that the point follows; none where the same entry passes
    /// once more.
    fn part(&self, passing: &Passing<'_>) -> Option<Part> {
        if passing.whole {
            return (passing.edge == Edge::Store).then_some(Part::Last);
        }
        // Of a call without a key, nothing goes to the keys; of these alone something goes to both.
        let is_double = self.0.keyed.load(Ordering::SeqCst)
            && matches!(passing.write, Write::Begin | Write::End);
        let is_first = is_double && self.0.parts.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        Some(if is_first { Part::First } else { Part::Last })
    }
}

impl Steering for Killer {
    fn opens(&self, edge: Edge, tears: bool) -> Result<(), String> {
        if edge == Edge::Store {
            // What is one write can't be torn.
            self.0.apart.store(tears, Ordering::SeqCst);
        }
        Ok(())
    }

    fn steer(&self, passing: &Passing<'_>) -> Fate {
        let killer = self.clone();
        let end: Wait = Box::pin(killer.end());
        let is_first =
            passing.write == Write::Begin && self.point() == Some(CrashPoint::BeforeIntent);
        if self.is_dead() || is_first {
            return Fate { before: Some(end), ..Fate::default() };
        }
        if let Some((write, part)) = self.point().and_then(CrashPoint::follows)
            && write == passing.write
            && self.part(passing) == Some(part)
        {
            return Fate { after: Some(end), ..Fate::default() };
        }
        Fate::default()
    }

    fn holds_time(&self) -> bool {
        true
    }
}
