use std::future::pending;

use proptest::prelude::*;
use serde_json::Value;
use tokio::time::advance;

use super::*;
use crate::call::Reply;
use crate::policy::testing::{Around, call, call_of, function, stats, tool};

const HOUR: Duration = Duration::from_hours(1);
const TICK: Duration = Duration::from_nanos(1);

fn hourly(units: f64) -> Budget {
    Budget { units, period: HOUR }
}

fn charged(
    cost: f64,
    budget: Option<Budget>,
    ledger: &Arc<Ledger>,
) -> (ToolService, Arc<ToolStats>) {
    let stats = stats();
    let layer = BudgetLayer::new(cost, budget, Arc::clone(ledger), Arc::clone(&stats));
    (layer.around(function(|_| async { Ok(Reply::text("done")) })), stats)
}

async fn runs(service: &ToolService) -> crate::policy::Outcome {
    service.run(call(json!({}))).await
}

fn spent(ledger: &Ledger) -> Vec<f64> {
    ledger.usage().into_iter().map(|(_, _, units)| units).collect()
}

#[tokio::test(start_paused = true)]
async fn the_refusal_says_what_is_spent_and_when_the_window_ends() {
    let ledger = Arc::new(Ledger::new());
    let (service, stats) = charged(0.1, Some(hourly(0.25)), &ledger);
    runs(&service).await.unwrap();
    advance(Duration::from_mins(10)).await;
    runs(&service).await.unwrap();
    let error = runs(&service).await.unwrap_err();
    assert_eq!(
        error.to_json(),
        json!({
            "code": "budget_exceeded",
            "message": "this call costs 0.1 units, and 0.2 of the budget of 0.25 units in 3600s \
                        are spent: wait 3000s before you make it again, or do without it",
            "retryable": true,
            "retry_after": 3000,
            "effect": "none",
            "next_action": "retry",
            "details": {"spent": 0.2, "budget": 0.25, "period": 3600.0},
        })
    );
    assert_eq!(stats.get(Decision::OverBudget), 1);
    assert_eq!(ledger.usage(), [("anna".to_owned(), "t", 0.2)]);
}

#[tokio::test(start_paused = true)]
async fn a_window_ends_when_it_said_it_would() {
    let (service, _) = charged(1.0, Some(hourly(1.0)), &Arc::new(Ledger::new()));
    for _ in 0..3 {
        runs(&service).await.unwrap();
        advance(HOUR.saturating_sub(TICK)).await;
        let error = runs(&service).await.unwrap_err().to_json();
        assert_eq!(error["retry_after"], 1);
        advance(TICK).await;
    }
}

#[tokio::test(start_paused = true)]
async fn tools_share_a_callers_budget_and_callers_do_not() {
    let ledger = Arc::new(Ledger::new());
    let (cheap, _) = charged(1.0, Some(hourly(4.0)), &ledger);
    let (dear, _) = charged(3.0, Some(hourly(4.0)), &ledger);
    let mut other = tool();
    other.name = "dear";
    let (other, this) = (Arc::new(other), Arc::new(tool()));
    for caller in ["anna", "bert"] {
        cheap.run(call_of(&this, caller, json!({}))).await.unwrap();
        dear.run(call_of(&other, caller, json!({}))).await.unwrap();
        cheap.run(call_of(&this, caller, json!({}))).await.unwrap_err();
    }
    let mut usage = ledger.usage();
    usage.sort_by_key(|(caller, tool, _)| (caller.clone(), *tool));
    let of = |caller: &str| [(caller.to_owned(), "dear", 3.0), (caller.to_owned(), "t", 1.0)];
    assert_eq!(usage, [of("anna"), of("bert")].concat());
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_costs_are_counted() {
    let ledger = Arc::new(Ledger::new());
    let (service, _) = charged(0.02, None, &ledger);
    for _ in 0..1_000 {
        runs(&service).await.unwrap();
    }
    assert_eq!(ledger.usage(), [("anna".to_owned(), "t", 20.0)]);
}

#[tokio::test(start_paused = true)]
async fn failed_and_cancelled_calls_cost_and_refused_ones_do_not() {
    let ledger = Arc::new(Ledger::new());
    let layer = BudgetLayer::new(1.0, Some(hourly(2.0)), Arc::clone(&ledger), stats());
    let failing = layer.around(function(|_| async { Err(ToolError::new("x_failed", "no")) }));
    assert_eq!(runs(&failing).await.unwrap_err().code().as_str(), "x_failed");
    assert_eq!(spent(&ledger), [1.0]);
    let hanging = layer.around(function(|_| pending()));
    let _ = tokio::time::timeout(Duration::from_secs(1), runs(&hanging)).await.unwrap_err();
    assert_eq!(spent(&ledger), [2.0]);
    assert_eq!(runs(&failing).await.unwrap_err().code(), &Code::BudgetExceeded);
    assert_eq!(spent(&ledger), [2.0]);
}

#[tokio::test(start_paused = true)]
async fn what_no_window_can_pay_for_is_final() {
    let (service, _) = charged(3.0, Some(hourly(2.0)), &Arc::new(Ledger::new()));
    let error = runs(&service).await.unwrap_err().to_json();
    assert_eq!((&error["retryable"], &error["retry_after"]), (&json!(false), &Value::Null));
    assert_eq!(error["next_action"], "escalate");
}

#[tokio::test(start_paused = true)]
async fn the_ledger_forgets_ended_windows_and_then_the_idle() {
    let (one, two) = (Micros::up(1.0), Micros::up(2.0));
    let ledger = Ledger::bounded(3);
    let charge = |caller| ledger.charge(caller, "t", one, Some((two, HOUR)));
    let known = || {
        let mut callers: Vec<_> = ledger.usage().into_iter().map(|(caller, ..)| caller).collect();
        callers.sort();
        callers
    };
    for (caller, minutes) in [("anna", 20), ("bert", 20), ("carl", 10), ("anna", 5)] {
        charge(caller).unwrap();
        advance(Duration::from_mins(minutes)).await;
    }
    // All windows run; Bert has been idle for longest.
    charge("dora").unwrap();
    assert_eq!(known(), ["anna", "carl", "dora"]);
    advance(Duration::from_mins(10)).await;
    // Anna's window is over, though Carl has been idle for longer.
    charge("emil").unwrap();
    assert_eq!(known(), ["carl", "dora", "emil"]);
}

#[test]
fn decimals_are_taken_at_their_word() {
    for (units, micros) in [(0.07, 70_000), (2.01, 2_010_000), (4.35, 4_350_000), (1e-6, 1)] {
        assert_eq!([Micros::up(units), Micros::down(units)], [Micros(micros); 2], "{units}");
    }
    assert_eq!([Micros::up(1e-12), Micros::down(1.5e-6)], [Micros(1); 2]);
    for nothing in [0.0, -0.0, -1.0, f64::NAN] {
        assert_eq!(Micros::up(nothing), Micros::default(), "{nothing}");
    }
    assert!(Micros::up(f64::INFINITY) > Micros::up(1e12));
}

proptest! {
    #[test]
    fn sums_do_not_drift(micros in 1..1_000_000_u32, calls in 1..500_u32) {
        let (cost, ledger) = (Micros::up(f64::from(micros) / 1e6), Ledger::new());
        for _ in 0..calls {
            ledger.charge("anna", "t", cost, None).unwrap();
        }
        let expected = f64::from(micros) * f64::from(calls) / 1e6;
        prop_assert_eq!(ledger.usage(), [("anna".to_owned(), "t", expected)]);
    }
}
