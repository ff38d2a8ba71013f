//! Counts of what the policies decide, by tool: in process and by the `metrics` facade.
//!
//! The labels are tools and decisions, both fixed at start: no caller can add one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::Counter;

macro_rules! decisions {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What a policy decided about a call.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Decision {
            $($(#[$doc])* $variant,)*
        }

        impl Decision {
            /// Every decision there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in metrics.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

decisions! {
    /// A fresh cached result was served.
    CacheHit = "cache_hit",
    /// The function had to run for a result that can be cached.
    CacheMiss = "cache_miss",
    /// A stale cached result was served.
    CacheStale = "cache_stale",
    /// A call joined one that was running already.
    Coalesced = "coalesced",
    /// A call waited for its turn.
    Queued = "queued",
    /// A call was refused for lack of room.
    Shed = "shed",
    /// A call was refused because a dependency is being left alone.
    Tripped = "tripped",
    /// A further attempt was made.
    Retried = "retried",
    /// A further attempt would have been safe, and the retry budget forbade it.
    RetryDenied = "retry_denied",
    /// The caller lacked a scope, or a grant that covers the arguments.
    Denied = "denied",
    /// A person has to confirm the call first.
    Unconfirmed = "unconfirmed",
    /// A rate refused the call.
    Limited = "limited",
    /// A budget refused the call.
    OverBudget = "over_budget",
    /// The fallback tool answered.
    FellBack = "fell_back",
    /// A failure was repeated so often that it was made final.
    Guarded = "guarded",
    /// A result was too large to send.
    TooLarge = "too_large",
    /// A call ended with `timeout`.
    TimedOut = "timed_out",
    /// An earlier call with the same key had been answered, and its answer was given again.
    Replayed = "replayed",
    /// A call was refused because one with the same key was running.
    InProgress = "in_progress",
    /// Whether an effect took place is not known.
    Indeterminate = "indeterminate",
    /// A key was used again for other arguments.
    Mismatched = "mismatched",
    /// What had to be put on record could not be.
    Unaudited = "unaudited",
}

/// The counts of one tool.
pub(crate) struct ToolStats {
    counts: Vec<(AtomicU64, Counter)>,
}

impl ToolStats {
    /// Counts of a tool, published under its name.
    pub(crate) fn new(tool: &'static str) -> Self {
        let counts = Decision::ALL
            .iter()
            .map(|decision| {
                let decision = decision.as_str();
                let counter = metrics::counter!(
                    "mcp_runtime_decisions_total",
                    "tool" => tool,
                    "decision" => decision,
                );
                (AtomicU64::new(0), counter)
            })
            .collect();
        Self { counts }
    }

    pub(crate) fn count(&self, decision: Decision) {
        let (count, counter) = &self.counts[decision as usize];
        count.fetch_add(1, Ordering::Relaxed);
        counter.increment(1);
    }

    pub(crate) fn get(&self, decision: Decision) -> u64 {
        self.counts[decision as usize].0.load(Ordering::Relaxed)
    }
}

/// The counts of a server's policies, to look at from outside while it runs.
///
/// Cheap to clone; all clones show the same counts.
#[derive(Clone, Default)]
pub struct Stats(Arc<Mutex<BTreeMap<&'static str, Arc<ToolStats>>>>);

impl Stats {
    /// How often `decision` was made about calls of `tool`, since the start.
    pub fn get(&self, tool: &str, decision: Decision) -> u64 {
        self.tools().get(tool).map_or(0, |stats| stats.get(decision))
    }

    /// Every count that isn't zero: tool, decision, count.
    pub fn all(&self) -> Vec<(&'static str, Decision, u64)> {
        let tools = self.tools();
        tools
            .iter()
            .flat_map(|(tool, stats)| {
                Decision::ALL.iter().map(|decision| (*tool, *decision, stats.get(*decision)))
            })
            .filter(|(_, _, count)| *count > 0)
            .collect()
    }

    pub(crate) fn tool(&self, name: &'static str) -> Arc<ToolStats> {
        Arc::clone(self.tools().entry(name).or_insert_with(|| Arc::new(ToolStats::new(name))))
    }

    fn tools(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Arc<ToolStats>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Stats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

#[cfg(test)]
mod tests {
    use metrics::{
        Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
        with_local_recorder,
    };

    use super::*;

    /// Keeps counters by name and labels.
    #[derive(Default)]
    struct Kept(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

    impl Recorder for Kept {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            let labels: Vec<_> =
                key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
            let name = format!("{}{{{}}}", key.name(), labels.join(","));
            let counter = Arc::clone(self.0.lock().unwrap().entry(name).or_default());
            Counter::from_arc(counter)
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::noop()
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    #[test]
    fn decisions_are_counted_here_and_by_the_recorder() {
        let recorder = Kept::default();
        let stats = Stats::default();
        let tool = with_local_recorder(&recorder, || stats.tool("price"));
        tool.count(Decision::CacheHit);
        tool.count(Decision::CacheHit);
        stats.tool("price").count(Decision::Shed);

        assert_eq!(stats.get("price", Decision::CacheHit), 2);
        assert_eq!(stats.get("price", Decision::Retried), 0);
        assert_eq!(stats.get("another", Decision::CacheHit), 0);
        assert_eq!(stats.all(), [("price", Decision::CacheHit, 2), ("price", Decision::Shed, 1)]);
        let kept = recorder.0.into_inner().unwrap();
        assert_eq!(kept.len(), Decision::ALL.len(), "one series per tool and decision");
        let hits = &kept["mcp_runtime_decisions_total{tool=price,decision=cache_hit}"];
        assert_eq!(hits.load(Ordering::Relaxed), 2);
    }
}
