//! The decision where a call goes, and what its end says about the endpoint: plain state, driven
//! from outside by calls and instants.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

/// Failures in a row after which an endpoint is left alone. Fewer than a dependency's circuit
/// breaker takes: while others answer, leaving one alone costs little.
const FAILURES: u32 = 3;
/// Answers in a row after which earlier pauses are forgotten.
const ANSWERS: u32 = 3;
/// The first pause and the longest.
const PAUSE: Duration = Duration::from_secs(5);
const PAUSE_MOST: Duration = Duration::from_mins(1);
/// The time in which a measured latency loses its weight.
const MEMORY: Duration = Duration::from_secs(10);
/// What an endpoint is taken for before it was measured. Low, so that it soon is.
const UNMEASURED: f64 = 0.01;
/// The least latency, so that calls count where none is measurable.
const LEAST: f64 = 1e-6;

/// The load and health of every endpoint.
#[derive(Debug)]
pub(super) struct Balance {
    endpoints: Vec<Endpoint>,
    rng: Rng,
}

#[derive(Debug)]
struct Endpoint {
    running: usize,
    latency: Latency,
    /// In a row.
    failures: u32,
    answers: u32,
    /// Pauses since it last was well.
    pauses: u32,
    left_alone: Option<Instant>,
    probed: bool,
    /// Counts its going and coming: what began in an earlier one says nothing about this one.
    epoch: u64,
}

/// A peak-sensitive moving average, in seconds.
#[derive(Debug)]
struct Latency {
    average: f64,
    at: Instant,
}

impl Latency {
    fn weight(&self, now: Instant) -> f64 {
        let age = now.saturating_duration_since(self.at);
        (-age.as_secs_f64() / MEMORY.as_secs_f64()).exp()
    }

    fn now(&self, now: Instant) -> f64 {
        (self.average * self.weight(now)).max(LEAST)
    }

    fn observe(&mut self, now: Instant, seconds: f64) {
        let weight = self.weight(now);
        let mixed = self.average * weight + seconds * (1.0 - weight);
        *self = Self { average: mixed.max(seconds), at: now };
    }

    /// For a time that is known only to be at least so long.
    fn observe_at_least(&mut self, now: Instant, seconds: f64) {
        if seconds > self.now(now) {
            self.observe(now, seconds);
        }
    }
}

/// A call that runs at an endpoint.
#[derive(Debug)]
pub(super) struct Ticket {
    index: usize,
    epoch: u64,
    probe: bool,
    started: Instant,
    over: bool,
}

impl Ticket {
    pub(super) fn index(&self) -> usize {
        self.index
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With a result, or an error that is one.
    Answered,
    /// With an error that leads to another endpoint.
    Failed,
    /// Without either.
    Dropped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    LeftAlone(Duration),
    Back,
}

/// What can be seen of an endpoint.
#[derive(Debug)]
pub(super) struct State {
    pub(super) running: usize,
    pub(super) latency: Duration,
    pub(super) failures: u32,
    pub(super) left_alone: Option<Duration>,
}

impl Balance {
    /// So many endpoints, at least one.
    pub(super) fn new(count: usize, rng: Rng) -> Self {
        let at = Instant::now();
        let endpoint = || Endpoint {
            running: 0,
            latency: Latency { average: UNMEASURED, at },
            failures: 0,
            answers: 0,
            pauses: 0,
            left_alone: None,
            probed: false,
            epoch: 0,
        };
        Self { endpoints: (0..count.max(1)).map(|_| endpoint()).collect(), rng }
    }

    /// Where a call goes first. An endpoint that is due for its probe comes before all others,
    /// else it would never come back.
    pub(super) fn first(&mut self, now: Instant) -> Ticket {
        let index = self.due(now, 0).or_else(|| self.lighter(now, 0));
        let index = index.unwrap_or_else(|| self.least_bad());
        self.start(now, index)
    }

    /// Where a call goes that failed at the endpoints whose bits are set in `tried`.
    pub(super) fn another(&mut self, now: Instant, tried: u64) -> Option<Ticket> {
        let index = self.lighter(now, tried).or_else(|| self.due(now, tried))?;
        Some(self.start(now, index))
    }

    pub(super) fn end(
        &mut self,
        now: Instant,
        ticket: &mut Ticket,
        ended: Ended,
    ) -> Option<Change> {
        if std::mem::replace(&mut ticket.over, true) {
            return None;
        }
        let endpoint = &mut self.endpoints[ticket.index];
        endpoint.running -= 1;
        let seconds = now.saturating_duration_since(ticket.started).as_secs_f64();
        match ended {
            Ended::Answered => endpoint.latency.observe(now, seconds),
            // An endpoint that fails fast is not a fast one.
            Ended::Failed | Ended::Dropped => endpoint.latency.observe_at_least(now, seconds),
        }
        if ticket.epoch != endpoint.epoch {
            return None;
        }
        endpoint.probed &= !ticket.probe;
        match ended {
            Ended::Answered => endpoint.answered(),
            Ended::Failed => endpoint.failed(now, ticket.probe, &mut self.rng),
            // Due at once, it would be the first choice of the next call as well.
            Ended::Dropped if ticket.probe => Some(endpoint.leave(now, &mut self.rng)),
            Ended::Dropped => None,
        }
    }

    pub(super) fn states(&self, now: Instant) -> Vec<State> {
        let left = |until: Instant| until.saturating_duration_since(now);
        self.endpoints
            .iter()
            .map(|endpoint| State {
                running: endpoint.running,
                latency: Duration::from_secs_f64(endpoint.latency.now(now)),
                failures: endpoint.failures,
                left_alone: endpoint.left_alone.map(left),
            })
            .collect()
    }

    fn start(&mut self, now: Instant, index: usize) -> Ticket {
        let endpoint = &mut self.endpoints[index];
        let due = endpoint.left_alone.is_some_and(|until| until <= now);
        let probe = due && !endpoint.probed;
        endpoint.probed |= probe;
        endpoint.running += 1;
        Ticket { index, epoch: endpoint.epoch, probe, started: now, over: false }
    }

    /// An endpoint whose pause is over and that nobody probes yet.
    fn due(&self, now: Instant, tried: u64) -> Option<usize> {
        self.endpoints.iter().enumerate().position(|(index, endpoint)| {
            tried & (1 << index) == 0
                && !endpoint.probed
                && endpoint.left_alone.is_some_and(|until| until <= now)
        })
    }

    /// Of two healthy endpoints drawn at random, the one with the lower load.
    fn lighter(&mut self, now: Instant, tried: u64) -> Option<usize> {
        let healthy = || {
            let endpoints = self.endpoints.iter().enumerate();
            endpoints.filter(|(index, endpoint)| {
                tried & (1 << index) == 0 && endpoint.left_alone.is_none()
            })
        };
        let count = healthy().count();
        if count < 2 {
            return healthy().next().map(|(index, _)| index);
        }
        let first = self.rng.usize(..count);
        let second = (first + self.rng.usize(1..count)) % count;
        let (first, second) = (healthy().nth(first)?, healthy().nth(second)?);
        let lighter = if second.1.load(now) < first.1.load(now) { second } else { first };
        Some(lighter.0)
    }

    /// Where all are left alone: the one whose pause ends first, rather one that nobody probes.
    fn least_bad(&self) -> usize {
        let endpoints = self.endpoints.iter().enumerate();
        let least = endpoints.min_by_key(|(_, endpoint)| (endpoint.probed, endpoint.left_alone));
        least.map_or(0, |(index, _)| index)
    }
}

impl Endpoint {
    fn load(&self, now: Instant) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "nobody runs 2⁵² calls")]
        let calls = (self.running + 1) as f64;
        self.latency.now(now) * calls
    }

    fn answered(&mut self) -> Option<Change> {
        self.failures = 0;
        self.answers = self.answers.saturating_add(1);
        if self.answers >= ANSWERS {
            self.pauses = 0;
        }
        self.left_alone.take()?;
        self.probed = false;
        self.epoch += 1;
        Some(Change::Back)
    }

    fn failed(&mut self, now: Instant, probe: bool, rng: &mut Rng) -> Option<Change> {
        self.answers = 0;
        self.failures = self.failures.saturating_add(1);
        let leave = if self.left_alone.is_some() { probe } else { self.failures >= FAILURES };
        leave.then(|| self.leave(now, rng))
    }

    fn leave(&mut self, now: Instant, rng: &mut Rng) -> Change {
        let pause = PAUSE_MOST.min(PAUSE * (1 << self.pauses.min(8)));
        let pause = pause.mul_f64(1.0 - rng.f64() / 2.0);
        self.pauses = self.pauses.saturating_add(1);
        self.left_alone = Some(now + pause);
        self.probed = false;
        self.epoch += 1;
        Change::LeftAlone(pause)
    }
}

#[cfg(test)]
mod tests;
