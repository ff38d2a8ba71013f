//! [`Breaker`]: the state machine behind a lock, and what an attempt holds while it is under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
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

    /// An attempt that begins now, of a call that ends at `deadline`.
    pub(super) fn ask(
        self: &Arc<Self>,
        deadline: Instant,
        now: Instant,
    ) -> Result<Passed, Refused> {
        match self.circuit().ask(now) {
            Ok(pass) => {
                let breaker = Some(Arc::clone(self));
                Ok(Passed { breaker, pass, began: now, deadline })
            }
            Err(retry_after) => Err(Refused { name: self.name, retry_after }),
        }
    }

    fn settle(&self, pass: Pass, verdict: Verdict, began: Instant, now: Instant) {
        let phase = {
            let mut circuit = self.circuit();
            if !circuit.settle(pass, verdict, began, jitter, now) {
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

/// An attempt under way. Dropped, it is judged by what dropped it.
pub(super) struct Passed {
    /// None once the attempt has ended.
    breaker: Option<Arc<Breaker>>,
    pass: Pass,
    began: Instant,
    deadline: Instant,
}

impl Passed {
    /// Says how the attempt ended.
    pub(super) fn settle(&mut self, verdict: Verdict, now: Instant) {
        if let Some(breaker) = self.breaker.take() {
            breaker.settle(self.pass, verdict, self.began, now);
        }
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        if self.breaker.is_some() {
            let now = Instant::now();
            // A function that panicked or ran out of time failed; the rest was cancelled.
            let failed = thread::panicking() || now >= self.deadline;
            self.settle(if failed { Verdict::Failed } else { Verdict::Ignored }, now);
        }
    }
}
