//! A breaker's state machine, as plain data: each step is told the time and is one decision.

use std::time::Duration;

use tokio::time::Instant;

use super::window::{Counts, Window};
use crate::policies::Breaker as Settings;

/// So many good probes in a row close a half-open breaker.
pub(super) const PROBES: u32 = 3;
/// What a caller is told while a probe is under way: nobody knows how long it takes.
pub(super) const PROBING: Duration = Duration::from_secs(1);

/// Whether a dependency is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It is used.
    Closed,
    /// It is left alone until then.
    Open {
        /// When it is next tried.
        until: Instant,
    },
    /// It is being tried.
    HalfOpen {
        /// Good probes so far.
        good: u32,
        /// Whether one is under way.
        probing: bool,
    },
    /// It is left alone until an operator says otherwise.
    ForcedOpen,
    /// It is used, whatever happens, until an operator says otherwise.
    Disabled,
}

/// How an attempt ended, as far as the dependency is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    Failed,
    /// It says nothing: cancelled, or the caller's error.
    Ignored,
}

/// Permission for one attempt. It is worth nothing once the state has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    epoch: u64,
    /// Since when, where an attempt can be slow.
    pub(super) began: Option<Instant>,
}

#[derive(Clone, Debug)]
pub(super) struct Circuit {
    settings: Settings,
    phase: Phase,
    /// Counts the changes of state.
    epoch: u64,
    window: Window,
    failed_in_row: u32,
    /// How often it has opened since it was last closed.
    opened: u32,
}

impl Circuit {
    pub(super) fn new(settings: Settings, now: Instant) -> Self {
        let window = Window::new(now);
        Self { settings, phase: Phase::Closed, epoch: 0, window, failed_in_row: 0, opened: 0 }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    pub(super) fn counts(&mut self, now: Instant) -> Counts {
        self.window.counts(now)
    }

    /// An attempt asks for permission, or is told how long to wait. The clock is read where the
    /// time matters.
    pub(super) fn ask(&mut self, now: impl Fn() -> Instant) -> Result<Pass, Duration> {
        match &mut self.phase {
            Phase::Closed | Phase::Disabled => {}
            Phase::HalfOpen { probing: probing @ false, .. } => *probing = true,
            Phase::HalfOpen { probing: true, .. } => return Err(PROBING),
            Phase::Open { until } => {
                let left = until.saturating_duration_since(now());
                if left > Duration::ZERO {
                    return Err(left);
                }
                self.change(Phase::HalfOpen { good: 0, probing: true });
            }
            Phase::ForcedOpen => return Err(Settings::MAX_OPEN),
        }
        Ok(Pass { epoch: self.epoch, began: self.settings.slow.map(|_| now()) })
    }

    /// An attempt that was permitted has ended. `jitter` is a factor of the time for which the
    /// breaker opens, asked for if that is what follows. Returns whether the state changed.
    pub(super) fn settle(
        &mut self,
        pass: Pass,
        verdict: Verdict,
        jitter: impl FnOnce() -> f64,
        now: Instant,
    ) -> bool {
        if pass.epoch != self.epoch {
            return false;
        }
        let took = pass.began.map(|began| now.saturating_duration_since(began));
        let slow = self.settings.slow.is_some_and(|slow| took > Some(slow));
        let trips = match (&mut self.phase, verdict) {
            (Phase::HalfOpen { probing, .. }, Verdict::Ignored) => {
                *probing = false;
                false
            }
            (Phase::HalfOpen { good, probing }, Verdict::Good) if !slow => {
                *probing = false;
                *good += 1;
                if *good >= PROBES {
                    self.close(now);
                    return true;
                }
                false
            }
            (Phase::HalfOpen { .. }, _) => true,
            (Phase::Closed, Verdict::Good | Verdict::Failed) => {
                self.count(verdict == Verdict::Failed, slow, now)
            }
            _ => false,
        };
        if trips {
            self.open(jitter(), now);
        }
        trips
    }

    pub(super) fn force_open(&mut self) {
        self.change(Phase::ForcedOpen);
    }

    pub(super) fn disable(&mut self) {
        self.change(Phase::Disabled);
    }

    /// Back to normal, with nothing held against the dependency.
    pub(super) fn close(&mut self, now: Instant) {
        self.change(Phase::Closed);
        self.window = Window::new(now);
        self.failed_in_row = 0;
        self.opened = 0;
    }

    /// Counts an attempt of the closed state; whether the breaker trips.
    fn count(&mut self, failed: bool, slow: bool, now: Instant) -> bool {
        self.failed_in_row = if failed { self.failed_in_row.saturating_add(1) } else { 0 };
        let Counts { calls, failed: failures, slow } = self.window.add(failed, slow, now);
        let enough = f64::from(calls) * self.settings.ratio;
        let often = calls >= Settings::MIN_CALLS
            && (f64::from(failures) >= enough
                || (self.settings.slow.is_some() && f64::from(slow) >= enough));
        often || (failed && self.failed_in_row >= self.settings.failures)
    }

    fn open(&mut self, jitter: f64, now: Instant) {
        // A longer time than the usual maximum may be asked for; it isn't doubled then.
        let most = Settings::MAX_OPEN.max(self.settings.open);
        let doubled = self.settings.open.saturating_mul(2_u32.saturating_pow(self.opened));
        let time = Duration::try_from_secs_f64(doubled.min(most).as_secs_f64() * jitter);
        let until = time.ok().and_then(|time| now.checked_add(time)).unwrap_or(now + most);
        self.opened = self.opened.saturating_add(1);
        self.change(Phase::Open { until });
    }

    fn change(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
    }
}
