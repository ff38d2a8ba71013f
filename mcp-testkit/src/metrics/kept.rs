//! What is kept of the metrics of one test.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More series are counted alone: a test that has more of them has found what it looks for.
pub(super) const MAX_SERIES: usize = 10_000;
/// More values of one histogram are counted alone.
const MAX_VALUES: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

/// What tells series apart: kind, name, and labels in their order.
pub(super) type SeriesKey = (String, Kind, Vec<(String, String)>);

#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    series: BTreeMap<SeriesKey, Arc<Mutex<Measured>>>,
    beyond: u64,
}

/// What one series came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    /// Of a counter; of a histogram, how many values it was given.
    pub(super) count: u64,
    /// Of a gauge.
    pub(super) value: f64,
    /// Of a histogram.
    pub(super) values: Vec<f64>,
}

impl Measured {
    pub(super) fn record(&mut self, value: f64) {
        self.count += 1;
        if self.values.len() < MAX_VALUES {
            self.values.push(value);
        }
    }
}

impl Kept {
    /// The series of this name, unless there are too many.
    pub(super) fn series(
        &self,
        name: &str,
        mut labels: Vec<(String, String)>,
        kind: Kind,
    ) -> Option<Arc<Mutex<Measured>>> {
        labels.sort();
        let mut all = self.all();
        let key = (name.to_owned(), kind, labels);
        if all.series.len() >= MAX_SERIES && !all.series.contains_key(&key) {
            all.beyond += 1;
            return None;
        }
        Some(Arc::clone(all.series.entry(key).or_default()))
    }

    /// Every series as it is now, and how many there was no room for.
    pub(super) fn snapshot(&self) -> (Vec<(SeriesKey, Measured)>, u64) {
        let all = self.all();
        let now = |measured: &Arc<Mutex<Measured>>| {
            measured.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        (all.series.iter().map(|(key, one)| (key.clone(), now(one))).collect(), all.beyond)
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_and_values_have_an_end() {
        let kept = Kept::default();
        for number in 0..MAX_SERIES + 2 {
            let labels = vec![("caller".to_owned(), number.to_string())];
            let room = kept.series("calls", labels, Kind::Counter).is_some();
            assert_eq!(room, number < MAX_SERIES);
        }
        let known = kept.series("calls", vec![("caller".into(), "0".into())], Kind::Counter);
        assert!(known.is_some(), "what is known needs no room");
        let (series, beyond) = kept.snapshot();
        assert_eq!((series.len(), beyond), (MAX_SERIES, 2));

        let mut measured = Measured::default();
        (0..=MAX_VALUES).for_each(|_| measured.record(1.0));
        assert_eq!((measured.count, measured.values.len()), (MAX_VALUES as u64 + 1, MAX_VALUES));
    }
}
