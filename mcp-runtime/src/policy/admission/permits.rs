//! [`Permits`]: the right to run, which a call takes step by step and gives back at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::adaptive::Sample;
use super::limiter::{Entered, Waiting};
use super::queue::Stay;
use super::{Terms, Time};
use crate::error::ToolError;
use crate::few::Few;
use crate::stats::Decision;

/// What a call has of its limiters: a permit of each of them, as far as it has come. They go back
/// as the call ends, however that ends.
pub(super) struct Permits {
    terms: Arc<Terms>,
    time: Time,
    /// Since when it has those of the first limiters.
    since: Few<Instant>,
}

impl Permits {
    pub(super) fn none(terms: &Arc<Terms>, time: Time) -> Self {
        Self { terms: Arc::clone(terms), time, since: Few::new() }
    }

    /// Takes those that the call doesn't have yet, up to one that it has to wait for. It has all
    /// of them where it waits for none.
    pub(super) fn take(&mut self, now: Instant) -> Result<Option<Waiting>, ToolError> {
        let Time { timeout, deadline } = self.time;
        while let Some(limiter) = self.terms.limiters.get(self.since.len()) {
            if limiter.admit() {
                self.since.push(now);
                continue;
            }
            match limiter.enter(timeout, deadline, now) {
                Ok(Entered::Runs) => self.since.push(now),
                Ok(Entered::Waits(turn)) => return Ok(Some(turn)),
                Err(shed) => return Err(self.terms.shed(limiter.scope(), shed)),
            }
        }
        Ok(None)
    }

    /// Waits for a turn, and for all that the call has to wait for after it.
    pub(super) async fn wait(&mut self, mut turn: Waiting) -> Result<(), ToolError> {
        self.terms.stats.count(Decision::Queued);
        loop {
            let scope = turn.scope();
            let came = turn.comes().await.map_err(|shed| self.terms.shed(scope, shed))?;
            self.since.push(came);
            match self.take(Instant::now())? {
                Some(next) => turn = next,
                None => return Ok(()),
            }
        }
    }

    /// Gives them back as the call ends. What its end says about load depends on how long it ran,
    /// of how much time.
    pub(super) fn end(&mut self, sample: impl FnOnce(Duration, Duration) -> Sample) {
        self.settle(|stay, time| sample(stay.took, time.timeout));
    }

    fn settle(&mut self, sample: impl FnOnce(Stay, Time) -> Sample) {
        let Some(last) = self.since.last() else { return };
        let run = Stay::new(*last, Instant::now());
        let sample = sample(run, self.time);
        // Each is gone before it is given back: a waker may panic.
        while let Some(since) = self.since.pop() {
            if let Some(limiter) = self.terms.limiters.get(self.since.len()) {
                limiter.release(sample, run.since(since));
            }
        }
    }
}

impl Drop for Permits {
    fn drop(&mut self) {
        self.settle(dropped);
    }
}

/// Nothing tells a call that is dropped at its deadline apart from one that is cancelled, except
/// the time.
fn dropped(run: Stay, time: Time) -> Sample {
    if run.ended < time.deadline { Sample::Neutral } else { Sample::Overload }
}
