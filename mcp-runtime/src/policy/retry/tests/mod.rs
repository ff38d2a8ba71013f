mod budget;
mod layer;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{RetryBudget, RetryLayer};
use crate::call::ToolCall;
use crate::policies::Retry as Settings;
use crate::policy::Outcome;
use crate::policy::service::ToolService;
use crate::policy::testing::{self, Around};
use crate::stats::ToolStats;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn call() -> ToolCall {
    testing::call(json!({}))
}

fn layer(settings: Settings, budgets: &[&Arc<RetryBudget>]) -> (RetryLayer, Arc<ToolStats>) {
    let stats = testing::stats();
    let budgets = budgets.iter().map(|budget| Arc::clone(budget)).collect();
    (RetryLayer::new(settings, budgets, Arc::clone(&stats)), stats)
}

/// `call`, with three attempts at `function` and a fresh budget.
async fn retried(call: ToolCall, function: ToolService) -> Outcome {
    layer(Settings::new(3), &[]).0.around(function).run(call).await
}
