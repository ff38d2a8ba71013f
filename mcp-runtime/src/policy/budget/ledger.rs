//! Who spent how much, on what.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::store::table::Table;

/// How many callers are remembered. Beyond it goes one that has been idle for long, those whose
/// window is over first: a caller's spending in a running window is the last thing forgotten.
const MOST: usize = 10_000;
const PER_UNIT: f64 = 1e6;

/// Millionths of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Micros(pub(super) u64);

impl Micros {
    /// A cost, rounded up: what costs something is never free.
    pub(super) fn up(units: f64) -> Self {
        Self::whole(exact(units * PER_UNIT).ceil())
    }

    /// A budget, rounded down.
    pub(super) fn down(units: f64) -> Self {
        Self::whole(exact(units * PER_UNIT).floor())
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    fn whole(micros: f64) -> Self {
        Self(micros as u64)
    }

    #[allow(clippy::cast_precision_loss, reason = "for display, exact up to 9 billion units")]
    pub(super) fn units(self) -> f64 {
        self.0 as f64 / PER_UNIT
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// 2.01 units are 2,010,000 millionths and not the 2,009,999.9999999998 that the product is.
fn exact(micros: f64) -> f64 {
    let nearest = micros.round();
    if (micros - nearest).abs() < 1e-3 && (nearest > 0.0 || micros <= 0.0) {
        nearest
    } else {
        micros
    }
}

/// A charge that goes beyond the budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Denied {
    pub(super) spent: Micros,
    pub(super) budget: Micros,
    pub(super) period: Duration,
    pub(super) until_end: Duration,
}

/// What the callers of a server spent, shared by all its tools.
pub(crate) struct Ledger(Mutex<Table<Arc<str>, Account>>);

struct Account {
    opened: Instant,
    /// Since the window opened.
    spent: Micros,
    charged: Instant,
    /// Since the caller is known. As long as the server has tools at most.
    tools: Vec<(&'static str, Micros)>,
}

impl Account {
    fn new(now: Instant) -> Self {
        Self { opened: now, spent: Micros::default(), charged: now, tools: Vec::new() }
    }

    fn spend(&mut self, tool: &'static str, cost: Micros, now: Instant) {
        self.charged = now;
        self.spent = self.spent.plus(cost);
        match self.tools.iter_mut().find(|(name, _)| *name == tool) {
            Some((_, spent)) => *spent = spent.plus(cost),
            None => self.tools.push((tool, cost)),
        }
    }
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self::bounded(MOST)
    }

    pub(super) fn bounded(most: usize) -> Self {
        Self(Mutex::new(Table::new(most)))
    }

    /// Every caller's spending by tool, in units, since the caller is known to this process.
    pub(crate) fn usage(&self) -> Vec<(String, &'static str, f64)> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = accounts.iter().flat_map(|(principal, account)| {
            let tools = account.tools.iter();
            tools.map(|(tool, spent)| (principal.as_ref().to_owned(), *tool, spent.units()))
        });
        spent.collect()
    }

    pub(super) fn charge(
        &self,
        principal: &str,
        tool: &'static str,
        cost: Micros,
        budget: Option<(Micros, Duration)>,
    ) -> Result<(), Denied> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let affords = |spent: Micros, opened: Instant| match budget {
            Some((budget, period)) if spent.plus(cost) > budget => {
                let until_end = period.saturating_sub(now.saturating_duration_since(opened));
                Err(Denied { spent, budget, period, until_end })
            }
            _ => Ok(()),
        };
        let over = |opened| {
            budget.is_none_or(|(_, period)| now.saturating_duration_since(opened) >= period)
        };
        if let Some(account) = accounts.get_mut(principal) {
            if over(account.opened) {
                (account.opened, account.spent) = (now, Micros::default());
            }
            affords(account.spent, account.opened)?;
            account.spend(tool, cost, now);
            return Ok(());
        }
        affords(Micros::default(), now)?;
        let mut account = Account::new(now);
        account.spend(tool, cost, now);
        accounts.insert(principal.into(), account, |account| {
            Some((!over(account.opened), account.charged))
        });
        Ok(())
    }
}
