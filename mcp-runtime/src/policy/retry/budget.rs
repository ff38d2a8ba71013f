//! [`RetryBudget`]: retries as a share of calls, so that they cannot become the load that keeps a
//! dependency down.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::policies::DependencyDef;

/// What the passing of time adds, in retries a second: a tool that is called rarely may retry too.
const PER_SECOND: f64 = 1.0;
/// What time alone saves up: ten seconds' worth.
const IDLE_CAPACITY: f64 = 10.0;
/// What calls save up: enough for a short failure under load, and no more, however long all went
/// well before.
const CAPACITY: f64 = 100.0;
/// The share of a tool without dependencies.
const SHARE: f64 = 0.1;

/// The retries that may still be made. It starts with ten.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    share: f64,
    tokens: Mutex<Tokens>,
}

#[derive(Debug)]
struct Tokens {
    count: f64,
    /// Until when time has added its share. What it adds to a full budget is lost: whoever takes
    /// from one brings this up to date first.
    at: Instant,
}

impl RetryBudget {
    /// The budget of a tool without dependencies.
    pub(crate) fn of_tool() -> Arc<Self> {
        Self::new(SHARE)
    }

    /// The budget of a dependency: its tools share it.
    pub(crate) fn of_dependency(def: &DependencyDef) -> Arc<Self> {
        Self::new(def.retry_budget)
    }

    fn new(share: f64) -> Arc<Self> {
        let tokens = Mutex::new(Tokens { count: IDLE_CAPACITY, at: Instant::now() });
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        Arc::new(Self { share, tokens })
    }

    /// A call is made.
    pub(super) fn deposit(&self) {
        let mut tokens = self.tokens();
        // Time adds nothing to more, so that a budget nobody draws on needs no clock.
        if tokens.count < IDLE_CAPACITY {
            tokens.earn();
        }
        tokens.count = CAPACITY.min(tokens.count + self.share);
    }

    /// Takes one retry from each budget, or none from any.
    pub(super) fn withdraw(budgets: &[Arc<Self>]) -> bool {
        for (taken, budget) in budgets.iter().enumerate() {
            if !budget.take() {
                budgets[..taken].iter().for_each(|budget| budget.give_back());
                return false;
            }
        }
        true
    }

    fn take(&self) -> bool {
        let mut tokens = self.tokens();
        tokens.earn();
        let granted = tokens.count >= 1.0;
        if granted {
            tokens.count -= 1.0;
        }
        granted
    }

    fn give_back(&self) {
        let mut tokens = self.tokens();
        tokens.earn();
        tokens.count = CAPACITY.min(tokens.count + 1.0);
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> f64 {
        let mut tokens = self.tokens();
        tokens.earn();
        tokens.count
    }
}

impl Tokens {
    /// Adds what time has added since the last time.
    fn earn(&mut self) {
        let now = Instant::now();
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * PER_SECOND;
        self.at = now;
        if self.count < IDLE_CAPACITY {
            self.count = IDLE_CAPACITY.min(self.count + earned);
        }
    }
}
