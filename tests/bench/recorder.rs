//! A recorder of metrics that only adds: what is measured is the server, not an exporter.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

struct Adding;

struct Sum(AtomicU64);

impl HistogramFn for Sum {
    fn record(&self, value: f64) {
        self.0.fetch_add(value.to_bits() & 1, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Recorder for Adding {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(AtomicU64::new(0)))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Arc::new(AtomicU64::new(0)))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(Sum(AtomicU64::new(0))))
    }
}

/// Installs it, as an operator's program would one of its own. A second time does nothing.
pub fn install() {
    let _ = metrics::set_global_recorder(Adding);
}
