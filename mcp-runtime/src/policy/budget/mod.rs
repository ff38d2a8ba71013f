//! Budgets: what calls cost, and who may still pay.
//!
//! `cost = 0.02` on a tool charges each call of it to its caller, in units that mean what the
//! server's operator wants: money, tokens, seconds of a machine. A unit has six decimals; costs
//! are added up as whole millionths, so that no sum drifts.
//!
//! A server with a budget, so many units per caller and period, refuses the call that would go
//! beyond it. The period is a fixed window that opens with a caller's first charge, so that
//! callers don't all return at the same instant; around its end a caller can spend up to twice
//! the budget within one period's length. Without a budget, costs are counted and nothing is
//! refused.
//!
//! # What is charged
//!
//! A call is charged as it passes here, when its arguments have been found valid and before it
//! runs. One that is refused here or further out, by a rate or for its arguments, costs nothing. A
//! cached result costs what a new one does. One that fails or is cancelled, or finds no place or an
//! open breaker further in, costs all the same: what it set off is paid for,
//! by the model provider or the database, whether or not anybody reads the result, and a refund
//! would make every call free to those who cancel in time.
//!
//! Over HTTP without authentication all callers are `anonymous` and spend one budget.
//!
//! # The answer
//!
//! `budget_exceeded`, retryable at the end of the window, effect `none`, with the budget and what
//! is spent of it in `details` (units; the period in seconds). A tool that costs more than the
//! whole budget can't be paid for in any window: there the answer is final.

mod ledger;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tower::Layer;

pub(crate) use ledger::Ledger;
use ledger::{Denied, Micros};

use super::service::ToolService;
use super::{Room, Running, refused};
use crate::call::ToolCall;
use crate::error::{Code, Effect, NextAction, ToolError};
use crate::stats::{Decision, ToolStats};

/// What each caller of a server may spend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Budget {
    pub(crate) units: f64,
    pub(crate) period: Duration,
}

/// Charges the calls of one tool.
#[derive(Clone)]
pub(crate) struct BudgetLayer(Arc<Setting>);

struct Setting {
    cost: Micros,
    budget: Option<(Micros, Duration)>,
    ledger: Arc<Ledger>,
    stats: Arc<ToolStats>,
}

impl BudgetLayer {
    /// `cost` units for each call, out of `budget` where the server has one.
    pub(crate) fn new(
        cost: f64,
        budget: Option<Budget>,
        ledger: Arc<Ledger>,
        stats: Arc<ToolStats>,
    ) -> Self {
        let budget = budget.map(|budget| (Micros::down(budget.units), budget.period));
        Self(Arc::new(Setting { cost: Micros::up(cost), budget, ledger, stats }))
    }
}

impl Layer<ToolService> for BudgetLayer {
    type Service = Budgeted;

    fn layer(&self, inner: ToolService) -> Budgeted {
        Budgeted { inner, setting: Arc::clone(&self.0) }
    }
}

pub(crate) struct Budgeted {
    inner: ToolService,
    setting: Arc<Setting>,
}

impl Room for Budgeted {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        match self.setting.charge(&call) {
            Ok(()) => self.inner.run(call),
            Err(error) => refused(error),
        }
    }
}

impl Setting {
    fn charge(&self, call: &ToolCall) -> Result<(), ToolError> {
        let principal = call.context().caller().principal();
        let charged = self.ledger.charge(principal, call.tool.name, self.cost, self.budget);
        charged.map_err(|denied| {
            self.stats.count(Decision::OverBudget);
            self.refusal(denied)
        })
    }

    fn refusal(&self, Denied { spent, budget, period, until_end }: Denied) -> ToolError {
        let (spent, units, cost) = (spent.units(), budget.units(), self.cost.units());
        let details = json!({"spent": spent, "budget": units, "period": period.as_secs_f64()});
        let error = |message| {
            ToolError::new(Code::BudgetExceeded, message).effect(Effect::None).details(details)
        };
        if self.cost > budget {
            return error(format!(
                "this call costs {cost} units, more than the whole budget of {units} units in \
                 {period:?}: do without it, or ask for a larger budget"
            ))
            .next_action(NextAction::Escalate);
        }
        let pause = whole_seconds(until_end);
        error(format!(
            "this call costs {cost} units, and {spent} of the budget of {units} units in \
             {period:?} are spent: wait {pause:?} before you make it again, or do without it"
        ))
        .retry_after(pause)
    }
}

/// Up, so that who waits as told finds the window open.
fn whole_seconds(duration: Duration) -> Duration {
    Duration::from_secs(duration.as_secs() + u64::from(duration.subsec_nanos() > 0))
}
