//! [`Metrics`]: what one test counts and measures.
//!
//! A recorder for the whole process gives each metric to the Tokio runtime on which it is
//! registered. A server's own counters are registered as it is built, so that what captures them
//! has to be there before. What a thread outside of the runtime registers, such as a store's or an
//! audit sink's own, belongs to no test, and is kept by nobody.

mod kept;
mod recorder;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use kept::{Kept, Kind, Measured};

/// A failure shows so many series.
const SHOWN: usize = 40;

/// What one test counts and measures by the [`metrics`](https://docs.rs/metrics) crate, the runtime
/// and the test's tools alike: see [`TestServer::metrics`](crate::TestServer::metrics).
///
/// ```
/// # use mcp_runtime::{tool, tools};
/// # use mcp_testkit::TestServer;
/// # use serde_json::json;
/// /// The answer to everything.
/// #[tool(read_only, cache_ttl = "1m")]
/// async fn answer() -> u32 {
///     42
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let server = TestServer::new(tools![answer]).capture_metrics();
/// for _ in 0..3 {
///     server.call("answer", json!({})).await.ok();
/// }
/// let decisions = server.metrics().of("mcp_runtime_decisions_total").with("tool", "answer");
/// decisions.clone().with("decision", "cache_hit").counts(2);
/// // No caller can add a series.
/// decisions.labels(["tool", "decision"]).at_most(50);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Kept>);

impl Metrics {
    #[track_caller]
    pub(crate) fn of_this_runtime() -> Self {
        Self(recorder::of_this_runtime())
    }

    /// All series of a metric, as they are now: to be narrowed, and asserted about.
    pub fn of(&self, name: &str) -> Series {
        let (mut series, beyond) = self.0.snapshot();
        let names: BTreeSet<_> = series.iter().map(|((name, ..), _)| name.clone()).collect();
        series.retain(|((of, ..), _)| of == name);
        let series =
            series.into_iter().map(|((_, kind, labels), measured)| One { kind, labels, measured });
        Series {
            which: format!("the metric `{name}`"),
            all: series.collect(),
            names: names.into_iter().collect(),
            beyond,
        }
    }
}

/// Series of one metric, as they were when they were asked for: see [`Metrics::of`].
///
/// What asserts gives them back, or panics with them; and where there were more series than the
/// 10,000 that are kept of a test, since nothing would follow from those.
#[derive(Clone, Debug)]
#[must_use = "series by themselves assert nothing"]
pub struct Series {
    which: String,
    all: Vec<One>,
    /// Of all metrics that there are, for messages.
    names: Vec<String>,
    beyond: u64,
}

#[derive(Clone, Debug)]
struct One {
    kind: Kind,
    labels: Vec<(String, String)>,
    measured: Measured,
}

impl Series {
    /// Those whose label has this value.
    pub fn with(mut self, label: &str, value: &str) -> Self {
        self.all.retain(|one| one.labels.iter().any(|(l, v)| l == label && v == value));
        let _ = write!(self.which, " with {label}={value}");
        self
    }

    /// What its counters come to together; 0 where there is none.
    pub fn count(&self) -> u64 {
        self.of_kind(Kind::Counter).map(|one| one.measured.count).sum()
    }

    /// The values that its histograms were given, the first 10,000 of each.
    pub fn values(&self) -> Vec<f64> {
        let values = self.of_kind(Kind::Histogram).map(|one| one.measured.values.as_slice());
        values.collect::<Vec<_>>().concat()
    }

    /// Asserts that its counters come to this together.
    ///
    /// # Panics
    ///
    /// When they come to something else, and where there is no counter: 0 of a misspelt metric
    /// would say nothing.
    #[track_caller]
    pub fn counts(&self, number: u64) -> &Self {
        self.there(Kind::Counter);
        let count = self.count();
        if count != number {
            self.fail(&format!("was to count {number}, and counts {count}"));
        }
        self.all_kept()
    }

    /// Asserts that its gauges show this together, to a millionth.
    ///
    /// # Panics
    ///
    /// When they show something else, and where there is no gauge.
    #[track_caller]
    pub fn shows(&self, value: f64) -> &Self {
        self.there(Kind::Gauge);
        let shown: f64 = self.of_kind(Kind::Gauge).map(|one| one.measured.value).sum();
        if (shown - value).abs() > 1e-6 {
            self.fail(&format!("was to show {value}, and shows {shown}"));
        }
        self.all_kept()
    }

    /// Asserts that its histograms were given so many values together.
    ///
    /// # Panics
    ///
    /// When they were given more or fewer, and where there is no histogram.
    #[track_caller]
    pub fn measured(&self, number: u64) -> &Self {
        self.there(Kind::Histogram);
        let count: u64 = self.of_kind(Kind::Histogram).map(|one| one.measured.count).sum();
        if count != number {
            self.fail(&format!("was to have {number} values, and has {count}"));
        }
        self.all_kept()
    }

    /// Asserts that every series has these labels and no other: each further one, such as the name
    /// of a caller, multiplies what is kept.
    ///
    /// # Panics
    ///
    /// With a series that has others, and where there is none.
    #[track_caller]
    pub fn labels<const N: usize>(&self, names: [&str; N]) -> &Self {
        self.any();
        let expected = BTreeSet::from(names);
        for one in &self.all {
            let labels: BTreeSet<&str> = one.labels.iter().map(|(label, _)| &**label).collect();
            if labels != expected {
                self.fail(&format!("was to have the labels {expected:?}, and has {labels:?}"));
            }
        }
        self.all_kept()
    }

    /// Asserts that there are series, and no more than so many: that labels are bounded.
    ///
    /// # Panics
    ///
    /// When there are more, and where there is none.
    #[track_caller]
    pub fn at_most(&self, number: usize) -> &Self {
        self.any();
        let beyond = usize::try_from(self.beyond).unwrap_or(usize::MAX);
        let series = self.all.len().saturating_add(beyond);
        if series > number {
            self.fail(&format!("was to have at most {number} series, and has {series}"));
        }
        self
    }

    /// That there was room for every series, of whatever metric.
    #[track_caller]
    fn all_kept(&self) -> &Self {
        if self.beyond > 0 {
            self.fail("can't be told: more series were registered than are kept");
        }
        self
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &One> {
        self.all.iter().filter(move |one| one.kind == kind)
    }

    #[track_caller]
    fn there(&self, kind: Kind) {
        if self.of_kind(kind).next().is_none() {
            self.fail(&format!("was to be a {kind}"));
        }
    }

    #[track_caller]
    fn any(&self) {
        if self.all.is_empty() {
            self.fail("was to be there");
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let mut message = format!("{} {what}", self.which);
        if self.all.is_empty() {
            let _ = write!(message, "\n  there is no such series; metrics: {:?}", self.names);
        }
        for one in self.all.iter().take(SHOWN) {
            let labels: Vec<_> = one.labels.iter().map(|(l, v)| format!("{l}={v}")).collect();
            let _ = write!(message, "\n  {} {{{}}} ", one.kind, labels.join(", "));
            let _ = match one.kind {
                Kind::Counter => write!(message, "{}", one.measured.count),
                Kind::Gauge => write!(message, "{}", one.measured.value),
                Kind::Histogram => write!(message, "{} values", one.measured.count),
            };
        }
        if self.all.len() > SHOWN {
            let _ = write!(message, "\n  … {} more", self.all.len() - SHOWN);
        }
        panic!("{message}")
    }
}
