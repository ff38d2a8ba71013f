//! A recorder for the whole process that gives each metric to the test that it belongs to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use ::metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use tokio::runtime::{Handle, Id};

use super::kept::{Kept, Kind, Measured};

/// The metrics of this runtime: those that are kept already, else new ones.
#[track_caller]
pub(super) fn of_this_runtime() -> Arc<Kept> {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    let Ok(runtime) = Handle::try_current() else {
        panic!("metrics belong to a Tokio runtime: capture them in a `#[tokio::test]`")
    };
    let installed = *INSTALLED.get_or_init(|| ::metrics::set_global_recorder(Router).is_ok());
    assert!(installed, "another recorder was installed before: metrics can't be captured");
    let mut all = all();
    all.retain(|_, kept| kept.strong_count() > 0);
    if let Some(kept) = all.get(&runtime.id()).and_then(Weak::upgrade) {
        return kept;
    }
    let kept = Arc::default();
    all.insert(runtime.id(), Arc::downgrade(&kept));
    kept
}

fn all() -> MutexGuard<'static, HashMap<Id, Weak<Kept>>> {
    static ALL: OnceLock<Mutex<HashMap<Id, Weak<Kept>>>> = OnceLock::new();
    ALL.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

struct Router;

impl Router {
    /// Where a metric is kept that is registered now: nowhere outside of a test that captures.
    fn register(key: &Key, kind: Kind) -> Option<Arc<Handed>> {
        let runtime = Handle::try_current().ok()?;
        let kept = all().get(&runtime.id())?.upgrade()?;
        let labels = key.labels().map(|label| (label.key().to_owned(), label.value().to_owned()));
        let measured = kept.series(key.name(), labels.collect(), kind)?;
        Some(Arc::new(Handed(measured)))
    }
}

impl Recorder for Router {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Self::register(key, Kind::Counter).map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Self::register(key, Kind::Gauge).map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Self::register(key, Kind::Histogram).map_or_else(Histogram::noop, Histogram::from_arc)
    }
}

/// What a metric's handle writes to.
struct Handed(Arc<Mutex<Measured>>);

impl Handed {
    fn change(&self, change: impl FnOnce(&mut Measured)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl CounterFn for Handed {
    fn increment(&self, value: u64) {
        self.change(|measured| measured.count += value);
    }

    fn absolute(&self, value: u64) {
        self.change(|measured| measured.count = measured.count.max(value));
    }
}

impl GaugeFn for Handed {
    fn increment(&self, value: f64) {
        self.change(|measured| measured.value += value);
    }

    fn decrement(&self, value: f64) {
        self.change(|measured| measured.value -= value);
    }

    fn set(&self, value: f64) {
        self.change(|measured| measured.value = value);
    }
}

impl HistogramFn for Handed {
    fn record(&self, value: f64) {
        self.change(|measured| measured.record(value));
    }
}
