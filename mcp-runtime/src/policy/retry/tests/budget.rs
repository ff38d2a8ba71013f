use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::time::sleep;

use super::{RetryBudget, Settings, call, layer, ms};
use crate::error::ToolError;
use crate::policies::{Dependency, DependencyDef};
use crate::policy::testing::{self, Around};
use crate::stats::Decision;

struct Bank;

impl Dependency for Bank {
    const DEF: &'static DependencyDef = &DependencyDef::new::<Self>("bank");
}

fn budget() -> Arc<RetryBudget> {
    RetryBudget::of_dependency(Bank::DEF)
}

fn spend(budget: &Arc<RetryBudget>) -> u32 {
    let mut spent = 0;
    while RetryBudget::withdraw(std::slice::from_ref(budget)) {
        spent += 1;
    }
    spent
}

fn is(budget: &RetryBudget, expected: f64) -> bool {
    (budget.count() - expected).abs() < 1e-6
}

#[tokio::test(start_paused = true)]
async fn ten_at_first_one_a_second_and_ten_at_most_while_idle() {
    let budget = budget();
    assert_eq!(spend(&budget), 10);
    sleep(ms(3_500)).await;
    assert_eq!(spend(&budget), 3);
    sleep(ms(3_600_000)).await;
    assert_eq!(spend(&budget), 10);
}

#[tokio::test(start_paused = true)]
async fn time_that_passes_while_it_is_full_is_not_made_up_for_later() {
    let budget = budget();
    sleep(ms(3_600_000)).await;
    budget.deposit();
    assert_eq!(spend(&budget), 10);
}

#[tokio::test(start_paused = true)]
async fn a_tenth_of_the_calls_and_a_hundred_at_most() {
    let budget = budget();
    spend(&budget);
    (0..20).for_each(|_| budget.deposit());
    assert_eq!(spend(&budget), 2);
    (0..100_000).for_each(|_| budget.deposit());
    assert_eq!(spend(&budget), 100);
}

#[tokio::test(start_paused = true)]
async fn a_share_beyond_reason_is_brought_back() {
    for (share, after) in [(f64::NAN, 10.0), (-1.0, 10.0), (7.0, 11.0)] {
        let mut def = *Bank::DEF;
        def.retry_budget = share;
        let budget = RetryBudget::of_dependency(&def);
        budget.deposit();
        assert!(is(&budget, after), "{share}: {}", budget.count());
    }
}

#[tokio::test(start_paused = true)]
async fn one_from_each_or_none_from_any() {
    let (rich, poor) = (budget(), budget());
    spend(&poor);
    assert!(!RetryBudget::withdraw(&[Arc::clone(&rich), Arc::clone(&poor)]));
    assert!(is(&rich, 10.0));
    sleep(ms(1_000)).await;
    assert!(RetryBudget::withdraw(&[Arc::clone(&rich), Arc::clone(&poor)]));
    assert!(is(&rich, 9.0) && is(&poor, 0.0));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_amplified() {
    const CALLS: u32 = 10_000;
    let budget = budget();
    let runs = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&runs);
    let (layer, stats) = layer(Settings::new(5), &[&budget]);
    let service = layer.around(testing::function(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { Err(ToolError::new("backend_unavailable", "no").retryable()) }
    }));
    // Ten seconds of a thousand calls each.
    let mut all = Vec::new();
    for number in 0..CALLS {
        all.push(tokio::spawn(service.run(call())));
        if number % 10 == 0 {
            sleep(ms(10)).await;
        }
    }
    for one in all {
        one.await.unwrap().unwrap_err();
    }
    let retries = runs.load(Ordering::SeqCst) - CALLS;
    // A tenth, the ten of the start, and one for each second.
    assert!((900..=CALLS / 10 + 10 + 12).contains(&retries), "{retries}");
    assert_eq!(stats.get(Decision::Retried), u64::from(retries));
    assert!(stats.get(Decision::RetryDenied) > u64::from(CALLS) / 2);
}
