//! [`Breaker`]: the state machine behind a lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::circuit::{Circuit, Pass, Phase, Verdict};
use crate::policies::DependencyDef;

/// The time for which a breaker opens varies by a tenth either way, so that replicas that tripped
/// together don't probe together.
const JITTER: f64 = 0.1;

/// The breaker of one dependency.
#[derive(Debug)]
pub(crate) struct Breaker {
    name: &'static str,
    circuit: Mutex<Circuit>,
}

/// A breaker at one moment.
#[allow(dead_code, reason = "for what operators are given to reach it by")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) phase: Phase,
    /// Attempts that counted in the last 30 seconds in the closed state, and how they ended.
    pub(crate) calls: u32,
    pub(crate) failed: u32,
    pub(crate) slow: u32,
}

/// An attempt that was refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused {
    pub(super) name: &'static str,
    pub(super) retry_after: Duration,
}

impl Breaker {
    /// The breaker of a dependency, where it has one: its tools share it.
    pub(crate) fn of(def: &DependencyDef) -> Option<Arc<Self>> {
        let settings = def.breaker?;
        let circuit = Mutex::new(Circuit::new(settings, Instant::now()));
        Some(Arc::new(Self { name: def.name, circuit }))
    }

    /// An attempt begins.
    pub(super) fn ask(&self) -> Result<Pass, Refused> {
        let asked = self.circuit().ask(Instant::now);
        asked.map_err(|retry_after| Refused { name: self.name, retry_after })
    }

    /// An attempt that was permitted ends now.
    pub(super) fn settle(&self, pass: Pass, verdict: Verdict, now: Instant) {
        let phase = {
            let mut circuit = self.circuit();
            if !circuit.settle(pass, verdict, jitter, now) {
                return;
            }
            circuit.phase()
        };
        if let Phase::Open { until } = phase {
            tracing::warn!(
                dependency = self.name,
                seconds = until.saturating_duration_since(now).as_secs_f64(),
                "the dependency fails and is left alone"
            );
        } else {
            tracing::info!(dependency = self.name, "the dependency is used again");
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A factor of the time for which a breaker opens.
fn jitter() -> f64 {
    1.0 + JITTER * (2.0 * fastrand::f64() - 1.0)
}

/// What operators see and decide.
#[allow(dead_code, reason = "for what operators are given to reach it by")]
impl Breaker {
    /// Leaves the dependency alone until [`enable`](Self::enable).
    pub(crate) fn force_open(&self) {
        self.circuit().force_open();
        tracing::warn!(dependency = self.name, "the circuit breaker is forced open");
    }

    /// Lets everything through until [`enable`](Self::enable).
    pub(crate) fn disable(&self) {
        self.circuit().disable();
        tracing::warn!(dependency = self.name, "the circuit breaker is disabled");
    }

    /// Back to normal: closed, with nothing held against the dependency.
    pub(crate) fn enable(&self) {
        self.circuit().close(Instant::now());
        tracing::info!(dependency = self.name, "the circuit breaker is closed by hand");
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut circuit = self.circuit();
        let counts = circuit.counts(Instant::now());
        Snapshot {
            phase: circuit.phase(),
            calls: counts.calls,
            failed: counts.failed,
            slow: counts.slow,
        }
    }
}
