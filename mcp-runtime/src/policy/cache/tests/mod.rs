//! The room as a whole, under paused time.

mod decisions;
mod flights;
mod isolation;
mod states;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::content::Content;
use crate::error::ToolError;
use crate::policy::testing::{Around, call_of, function, stats, tool};
use crate::store::cache::MemoryCache;

/// What the function does in one run.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// Answers with the number of the run.
    Ok,
    Fails(&'static str),
    Panics,
    Raw,
}

/// A tool that takes a second for each run, and what its cache decided.
#[derive(Clone)]
struct Bench {
    service: ToolService,
    stock: Arc<Stock>,
    runs: Arc<AtomicUsize>,
    /// Runs that got to their end.
    ended: Arc<AtomicUsize>,
    /// What the next runs do; then all are well.
    script: Arc<Mutex<VecDeque<Run>>>,
}

const COST: Duration = Duration::from_secs(1);

impl Bench {
    fn new(config: Cache) -> Self {
        Self::with_limits(config, Limits { flights: MAX_FLIGHTS, waiters: MAX_WAITERS })
    }

    fn with_limits(config: Cache, limits: Limits) -> Self {
        let store = Arc::new(MemoryCache::default());
        let layer = CacheLayer::with_limits(&tool(), config, store, stats(), limits);
        let (runs, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let script = Arc::<Mutex<VecDeque<Run>>>::default();
        let (ran, done, plan) = (Arc::clone(&runs), Arc::clone(&ended), Arc::clone(&script));
        let service = layer.around(function(move |_: ToolCall| {
            let run = ran.fetch_add(1, Ordering::Relaxed) + 1;
            let (plan, done) = (Arc::clone(&plan), Arc::clone(&done));
            async move {
                tokio::time::sleep(COST).await;
                done.fetch_add(1, Ordering::Relaxed);
                let planned = plan.lock().unwrap().pop_front().unwrap_or(Run::Ok);
                match planned {
                    Run::Ok => Ok(Reply::text(run.to_string())),
                    Run::Fails(code) => Err(ToolError::new(code, "no answer")),
                    Run::Panics => panic!("as planned"),
                    Run::Raw => {
                        let raw = crate::call::Raw(Box::new(run));
                        Ok(Reply { raw: Some(raw), ..Reply::default() })
                    }
                }
            }
        }));
        Self { service, stock: layer.stock, runs, ended, script }
    }

    fn plan(&self, runs: impl IntoIterator<Item = Run>) {
        self.script.lock().unwrap().extend(runs);
    }

    async fn call(&self) -> Outcome {
        self.call_as("anna").await
    }

    async fn call_as(&self, caller: &str) -> Outcome {
        let call = call_of(&Arc::new(tool()), caller, json!({ "n": 1 }));
        self.service.run(call).await
    }

    fn spawn(&self) -> tokio::task::JoinHandle<Outcome> {
        let bench = self.clone();
        tokio::spawn(async move { bench.call().await })
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }

    /// How many runs got to their end.
    fn ended(&self) -> usize {
        self.ended.load(Ordering::Relaxed)
    }

    /// Hits, misses, stale results, coalesced calls.
    fn counts(&self) -> [u64; 4] {
        use Decision::{CacheHit, CacheMiss, CacheStale, Coalesced};
        [CacheHit, CacheMiss, CacheStale, Coalesced].map(|decision| self.stock.stats.get(decision))
    }
}

/// The first block: what the function answered.
fn text(outcome: &Outcome) -> &str {
    match outcome.as_ref().expect("a reply").content() {
        [Content::Text(text), ..] => text,
        other => panic!("{other:?}"),
    }
}

/// Lets everything run that doesn't wait for time.
async fn settle() {
    tokio::time::sleep(Duration::from_micros(1)).await;
}

async fn pass(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}
