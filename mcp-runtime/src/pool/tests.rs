use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use super::*;

struct Fake(usize);

impl PoolStatus for Fake {
    fn max_size(&self) -> usize {
        self.0
    }
    fn size(&self) -> usize {
        3
    }
    fn idle(&self) -> usize {
        2
    }
    fn waiting(&self) -> usize {
        1
    }
}

struct Bank;
impl Dependency for Bank {
    const DEF: &'static DependencyDef = &DependencyDef::new::<Self>("Bank");
}

struct Limited;
impl Dependency for Limited {
    const DEF: &'static DependencyDef = &DependencyDef::new::<Self>("Limited").concurrency(8);
}

const BANK: Policies = Policies { dependencies: &[Bank::DEF], ..Policies::NONE };
const LIMITED: Policies = Policies { dependencies: &[Limited::DEF], ..Policies::NONE };
const BOTH: Policies = Policies { dependencies: &[Bank::DEF, Limited::DEF], ..Policies::NONE };

#[allow(clippy::large_types_passed_by_value, reason = "written where it is used")]
fn with(policies: Policies, limit: u32) -> Policies {
    Policies { concurrency: Some(Concurrency::Fixed(limit)), ..policies }
}

fn check<D: Dependency>(size: usize, tools: &[(&str, Policies)]) -> Vec<String> {
    let mut pools = Pools::default();
    pools.insert::<D>(Fake(size));
    pools.check(tools.iter().map(|(name, policies)| (*name, policies)))
}

#[test]
fn the_tools_limits_fit_the_pool() {
    let adaptive = Policies { concurrency: Some(Concurrency::Adaptive { max: 6 }), ..BANK };
    let tools = [("pay", with(BANK, 4)), ("list", adaptive), ("other", with(Policies::NONE, 99))];
    assert!(check::<Bank>(10, &tools).is_empty());
    assert_eq!(
        check::<Bank>(9, &tools),
        ["the pool of `Bank` holds 9 connections, and its tools may use 10 at a time \
          (`pay` 4, `list` 6): lower their `concurrency`, or make the pool larger"]
    );
}

#[test]
fn the_dependency_s_own_limit_counts_once() {
    let tools = [("a", LIMITED), ("b", LIMITED), ("c", with(LIMITED, 2))];
    assert!(check::<Limited>(10, &tools).is_empty());
    let problems = check::<Limited>(9, &tools);
    assert!(problems[0].contains("10 at a time (`c` 2, the others together 8)"), "{problems:?}");
    // Where every tool has its own limit, the dependency's adds nothing.
    assert!(check::<Limited>(2, &tools[2..]).is_empty());
}

#[test]
fn a_tool_without_a_limit_is_a_problem() {
    assert_eq!(
        check::<Bank>(10, &[("x", BANK), ("y", with(BANK, 11))]),
        [
            "`x` has no concurrency limit, and its pool holds 10 connections: \
             write `concurrency = …` on the tool or on the dependency `Bank`",
            "the pool of `Bank` holds 10 connections, and its tools may use 11 at a time \
             (`y` 11): lower their `concurrency`, or make the pool larger",
        ]
    );
}

#[test]
fn a_tool_counts_for_each_of_its_dependencies() {
    let tools = [("x", with(BOTH, 5))];
    assert_eq!((check::<Bank>(4, &tools).len(), check::<Limited>(4, &tools).len()), (1, 1));
}

#[test]
fn a_pool_stands_for_one_dependency_that_tools_name() {
    assert!(check::<Bank>(10, &[("x", LIMITED)])[0].contains("no tool names it"));
    let mut pools = Pools::default();
    pools.insert::<Bank>(Fake(10));
    pools.insert::<Bank>(Fake(10));
    let problems = pools.check([("x", &with(BANK, 1))]);
    assert_eq!(
        problems,
        ["dependency `Bank` has more than one pool; give each its own dependency"]
    );
}

/// Keeps the gauges that are set.
#[derive(Default)]
struct Seen(Mutex<BTreeMap<String, Arc<Value>>>);

#[derive(Default)]
struct Value(AtomicU64);

impl GaugeFn for Value {
    fn increment(&self, _: f64) {}
    fn decrement(&self, _: f64) {}
    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

impl Recorder for Seen {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let labels = key.labels().map(|label| format!(" {}={}", label.key(), label.value()));
        let name = format!("{}{}", key.name(), labels.collect::<String>());
        Gauge::from_arc(Arc::clone(self.0.lock().unwrap().entry(name).or_default()))
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn gauges_show_how_a_pool_stands() {
    let seen = Seen::default();
    metrics::with_local_recorder(&seen, || {
        let mut pools = Pools::default();
        pools.insert::<Bank>(Fake(10));
        pools.publish();
    });
    let seen = seen.0.into_inner().unwrap();
    let gauges: Vec<_> = seen
        .iter()
        .map(|(name, value)| (name.as_str(), f64::from_bits(value.0.load(Ordering::Relaxed))))
        .collect();
    assert_eq!(
        gauges,
        [
            ("mcp_runtime_pool_idle dependency=Bank", 2.0),
            ("mcp_runtime_pool_size dependency=Bank", 3.0),
            ("mcp_runtime_pool_waiting dependency=Bank", 1.0),
        ]
    );
}

#[cfg(feature = "deadpool")]
#[tokio::test]
async fn a_pool_of_deadpool_tells_how_it_stands() {
    use deadpool::managed::{Manager, Metrics, RecycleResult};

    struct Connections;
    impl Manager for Connections {
        type Type = ();
        type Error = std::convert::Infallible;
        async fn create(&self) -> Result<(), Self::Error> {
            Ok(())
        }
        async fn recycle(&self, (): &mut (), _: &Metrics) -> RecycleResult<Self::Error> {
            Ok(())
        }
    }

    let pool: deadpool::managed::Pool<_> =
        deadpool::managed::Pool::builder(Connections).max_size(2).build().unwrap();
    let stands = || {
        let pool: &dyn PoolStatus = &pool;
        (pool.max_size(), pool.size(), pool.idle(), pool.waiting())
    };
    let (first, second) = (pool.get().await.unwrap(), pool.get().await.unwrap());
    assert_eq!(stands(), (2, 2, 0, 0));
    let mut third = Box::pin(pool.get());
    assert!(futures_util::poll!(&mut third).is_pending());
    assert_eq!(stands(), (2, 2, 0, 1));
    drop(third);
    drop((first, second));
    assert_eq!(stands(), (2, 2, 2, 0));
}
