mod layer;
mod load;
mod permits;
mod turns;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::{AdmissionLayer, Limiter};
use crate::call::{Reply, ToolCall};
use crate::policies::{Concurrency, Dependency, DependencyDef, Queue};
use crate::policy::service::ToolService;
use crate::policy::testing;
use crate::stats::ToolStats;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn fixed(max: u32, depth: u32, wait: Duration) -> Arc<Limiter> {
    Limiter::of_tool(Concurrency::Fixed(max), Some(Queue { depth, wait }))
}

fn dependency(name: &'static str, max: u32) -> Arc<Limiter> {
    let mut def = DependencyDef::new::<Nothing>(name);
    def.concurrency = Some(Concurrency::Fixed(max));
    Limiter::of_dependency(&def).unwrap()
}

struct Nothing;

impl Dependency for Nothing {
    const DEF: &'static DependencyDef = &DependencyDef::new::<Self>("Nothing");
}

fn call() -> ToolCall {
    testing::call(json!({}))
}

fn layer(limiters: &[&Arc<Limiter>]) -> (AdmissionLayer, Arc<ToolStats>) {
    let stats = testing::stats();
    let limiters = limiters.iter().map(|limiter| Arc::clone(limiter)).collect();
    (AdmissionLayer::new(limiters, Arc::clone(&stats)), stats)
}

/// How many calls run, and how many ever ran at once.
#[derive(Default)]
struct Gauge {
    now: AtomicU32,
    most: AtomicU32,
    runs: AtomicU32,
}

struct Inside(Arc<Gauge>);

impl Gauge {
    fn enter(self: &Arc<Self>) -> Inside {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.runs.fetch_add(1, Ordering::SeqCst);
        Inside(Arc::clone(self))
    }

    fn most(&self) -> u32 {
        self.most.load(Ordering::SeqCst)
    }

    fn runs(&self) -> u32 {
        self.runs.load(Ordering::SeqCst)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A function that takes so long.
fn takes(time: Duration, gauge: &Arc<Gauge>) -> ToolService {
    let gauge = Arc::clone(gauge);
    testing::function(move |_| {
        let inside = gauge.enter();
        async move {
            let _inside = inside;
            sleep(time).await;
            Ok(Reply::text("done"))
        }
    })
}

/// Nobody runs, waits or has a turn that nobody took.
fn assert_idle(limiter: &Limiter) {
    let counts = limiter.counts();
    assert_eq!((counts.running, counts.waiting, counts.granted), (0, 0, 0), "{counts:?}");
}
