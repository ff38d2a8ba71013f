//! What a plan did.

use std::fmt;
use std::time::Duration;

/// Strikes that are kept. A test that needs more of them to be understood is not understood; what
/// is beyond is counted.
const KEPT: usize = 10_000;

/// One strike of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    edge: String,
    ordinal: u64,
    at: Duration,
    what: String,
}

impl Strike {
    pub(super) fn new(edge: String, ordinal: u64, at: Duration, what: String) -> Self {
        Self { edge, ordinal, at, what }
    }

    /// The edge: ``tool `pay_invoice` ``, `requests`.
    pub fn edge(&self) -> &str {
        &self.edge
    }

    /// Which of those that passed the edge was struck, from 1.
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// When, since the plan was made, on Tokio's clock.
    pub fn at(&self) -> Duration {
        self.at
    }

    /// What happened: `hang`, `latency of 20ms`.
    pub fn what(&self) -> &str {
        &self.what
    }
}

/// ``+1.200s  tool `pay_invoice`, number 3: hang``.
impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { edge, ordinal, at, what } = self;
        write!(f, "+{:.3}s  {edge}, number {ordinal}: {what}", at.as_secs_f64())
    }
}

/// The strikes of a plan, in the order of their decisions.
#[derive(Debug, Default)]
pub(super) struct Journal {
    kept: Vec<Strike>,
    beyond: usize,
}

impl Journal {
    pub(super) fn note(&mut self, strike: Strike) {
        if self.kept.len() < KEPT {
            self.kept.push(strike);
        } else {
            self.beyond += 1;
        }
    }

    pub(super) fn strikes(&self) -> &[Strike] {
        &self.kept
    }
}

/// One line a strike, indented.
impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kept.is_empty() {
            return f.write_str("\n  nothing was struck");
        }
        for strike in &self.kept {
            write!(f, "\n  {strike}")?;
        }
        if self.beyond > 0 {
            write!(f, "\n  and {} more", self.beyond)?;
        }
        Ok(())
    }
}
