//! [`Passes`]: what an attempt holds of the breakers while it is under way.

use std::sync::Arc;
use std::thread;

use tokio::time::Instant;

use super::circuit::{Pass, Verdict};
use super::{Terms, circuit_open};
use crate::error::ToolError;
use crate::few::Few;
use crate::stats::Decision;

/// The permission of every breaker of a tool, for one attempt. Dropped, the attempt is judged by
/// what dropped it.
pub(super) struct Passes {
    terms: Arc<Terms>,
    granted: Few<Pass>,
    /// When the call ends at the latest.
    deadline: Instant,
}

impl Passes {
    /// All of them, or none: where one refuses, those before it get their permission back.
    pub(super) fn ask(terms: &Arc<Terms>, deadline: Instant) -> Result<Self, ToolError> {
        let mut passes = Self { terms: Arc::clone(terms), granted: Few::new(), deadline };
        for breaker in &terms.breakers {
            match breaker.ask() {
                Ok(pass) => passes.granted.push(pass),
                Err(refused) => {
                    passes.settle(Verdict::Ignored, Instant::now());
                    terms.stats.count(Decision::Tripped);
                    return Err(circuit_open(refused));
                }
            }
        }
        Ok(passes)
    }

    /// Says how the attempt ended.
    pub(super) fn settle(&mut self, verdict: Verdict, now: Instant) {
        while let Some(pass) = self.granted.pop() {
            if let Some(breaker) = self.terms.breakers.get(self.granted.len()) {
                breaker.settle(pass, verdict, now);
            }
        }
    }
}

impl Drop for Passes {
    fn drop(&mut self) {
        if self.granted.len() > 0 {
            let now = Instant::now();
            // A function that panicked or ran out of time failed; the rest was cancelled.
            let failed = thread::panicking() || now >= self.deadline;
            self.settle(if failed { Verdict::Failed } else { Verdict::Ignored }, now);
        }
    }
}
