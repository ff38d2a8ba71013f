//! What was to be reached, and whether this run shows it.

use super::callgrind::Cost;
use super::contenders::{Contender, LAYERS, RMCP, USUAL, VALUE};
use super::in_process::{ALONE, BARE, BUDGET, TOGETHER, UNVALIDATED, VALIDATED};
use super::part::Results;
use super::table::{Table, tenths, times, whole};

/// What a governed call may cost over HTTP.
const INSTRUCTIONS: f64 = 110_000.0;
/// What the validation of eight properties may take.
const NANOSECONDS: f64 = 1_000.0;
/// By how much two counts of the same differ, as a share.
const CHANCE: f64 = 0.02;

/// One of them.
struct Goal {
    what: String,
    measured: String,
    met: String,
}

impl Goal {
    fn new(what: impl Into<String>, measured: impl Into<String>, met: bool) -> Self {
        let met = if met { "yes" } else { "**no**" }.to_owned();
        Self { what: what.into(), measured: measured.into(), met }
    }
}

/// All whose figures were measured; none where none were.
pub(super) fn table(results: &Results) -> Option<Table> {
    let goals = [
        instructions(results),
        cheaper(results),
        throughput(results, "at least twice the requests of rmcp by hand", RMCP, 2.0),
        throughput(results, "at least three times those of tower-mcp with its layers", LAYERS, 3.0),
        throughput(results, "at least half those of bare axum on `Value`", VALUE, 0.5),
        stack(results),
        unused(results),
        validation(results),
        round_trip(results),
    ];
    let mut goals = goals.into_iter().flatten().peekable();
    goals.peek()?;
    let mut table = Table::new(&["goal", "measured", "met"]);
    for Goal { what, measured, met } in goals {
        table.row([what, measured, met]);
    }
    Some(table)
}

fn request(results: &Results, contender: Contender) -> Option<Cost> {
    results.requests.iter().find(|(one, _)| *one == contender).map(|(_, cost)| *cost)
}

fn instructions(results: &Results) -> Option<Goal> {
    let cost = request(results, USUAL)?;
    let met = if cost.instructions <= INSTRUCTIONS {
        "yes"
    } else if cost.extended() <= INSTRUCTIONS {
        "with them"
    } else {
        "**no**"
    };
    Some(Goal {
        what: format!("the usual policies over HTTP: at most {} instructions", whole(INSTRUCTIONS)),
        measured: format!(
            "{} with SHA extensions, {} without",
            whole(cost.extended()),
            whole(cost.instructions)
        ),
        met: met.to_owned(),
    })
}

fn cheaper(results: &Results) -> Option<Goal> {
    let ratio = request(results, USUAL)?.instructions / request(results, RMCP)?.instructions;
    Some(Goal::new(
        "the usual policies cost less than rmcp by hand without any",
        format!("{} its instructions", times(ratio)),
        ratio < 1.0,
    ))
}

/// Over every number of connections: where it is met over some of them alone, these are named.
fn throughput(results: &Results, what: &str, to: Contender, least: f64) -> Option<Goal> {
    if results.crowds.is_empty() {
        return None;
    }
    let ratios = results.crowds.iter().map(|crowd| (crowd.connections, crowd.ratio(USUAL, to)));
    Some(over_connections(
        format!("the usual policies: {what}"),
        &ratios.collect::<Vec<_>>(),
        least,
    ))
}

fn over_connections(what: String, ratios: &[(usize, f64)], least: f64) -> Goal {
    let (met, missed): (Vec<_>, Vec<_>) = ratios.iter().partition(|(_, ratio)| *ratio >= least);
    let text = |(connections, ratio): &(usize, f64)| format!("{} at {connections}", times(*ratio));
    let measured = ratios.iter().map(text).collect::<Vec<_>>().join(", ");
    let mut goal = Goal::new(what, measured, missed.is_empty());
    if !met.is_empty() && !missed.is_empty() {
        let at: Vec<String> =
            met.iter().map(|(connections, _): &(usize, f64)| connections.to_string()).collect();
        goal.met = format!("at {}", at.join(" and "));
    }
    goal
}

fn stack(results: &Results) -> Option<Goal> {
    let (together, longer) = results.calls.get(TOGETHER)?;
    let (bare, shorter) = results.calls.get(BARE)?;
    let above = *together - *bare;
    Some(Goal::new(
        format!(
            "scope, rules, rate limit, timeout, retry, breaker and bulkheads: at most {} instructions \
             and {:.0} allocations above the bare call",
            whole(BUDGET.instructions),
            BUDGET.allocations
        ),
        format!(
            "{} and {}, in {} ns",
            whole(above.instructions),
            tenths(above.allocations),
            whole(longer - shorter)
        ),
        is_within_budget(above),
    ))
}

/// Whether the stack costs no more above the bare call than it may.
pub(super) fn is_within_budget(above: Cost) -> bool {
    above.instructions <= BUDGET.instructions && above.allocations <= BUDGET.allocations
}

fn unused(results: &Results) -> Option<Goal> {
    let ((bare, _), (alone, _)) = (results.calls.get(BARE)?, results.calls.get(ALONE)?);
    let above = *bare - *alone;
    let chance = alone.instructions * CHANCE;
    Some(Goal::new(
        format!(
            "a policy that other tools use and this one doesn't: 0 (two counts differ by {:.0} %)",
            CHANCE * 100.0
        ),
        format!(
            "{} instructions, {} allocations",
            whole(above.instructions),
            tenths(above.allocations)
        ),
        above.instructions <= chance && above.allocations < 0.5,
    ))
}

fn validation(results: &Results) -> Option<Goal> {
    let ((with, longer), (without, shorter)) =
        (results.calls.get(VALIDATED)?, results.calls.get(UNVALIDATED)?);
    let time = longer - shorter;
    Some(Goal::new(
        format!("validation of an object of eight properties: at most {} ns", whole(NANOSECONDS)),
        format!("{} ns, {} instructions", whole(time), whole((*with - *without).instructions)),
        time <= NANOSECONDS,
    ))
}

fn round_trip(results: &Results) -> Option<Goal> {
    let ratio = results.round_trip?;
    Some(Goal::new(
        "a round trip over stdio, usual policies: no slower than rmcp by hand",
        format!("{} its time", times(ratio)),
        ratio <= 1.0,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(instructions: f64, allocations: f64) -> Cost {
        Cost { instructions, allocations, hashing: 10_000.0 }
    }

    #[test]
    fn a_goal_is_met_by_what_was_measured_alone() {
        let mut results = Results::default();
        assert!(table(&results).is_none(), "nothing was measured");
        results.requests = vec![(USUAL, cost(110_000.0, 90.0)), (RMCP, cost(220_000.0, 300.0))];
        let goals = table(&results).unwrap().to_string();
        assert_eq!(goals.matches("| yes").count(), 2, "{goals}");
        assert!(goals.contains("100,536 with SHA extensions, 110,000 without"), "{goals}");
        assert!(goals.contains("0.50× its instructions"), "{goals}");
        results.requests[0].1.instructions = 110_001.0;
        let goals = table(&results).unwrap().to_string();
        assert_eq!(goals.matches("| with them |").count(), 1, "{goals}");
        results.requests[0].1.instructions = 220_001.0;
        let goals = table(&results).unwrap().to_string();
        assert_eq!(goals.matches("| **no** |").count(), 2, "{goals}");
    }

    #[test]
    fn a_throughput_is_met_where_it_is_over_all_connections() {
        let met = |ratios: &[f64]| {
            let ratios: Vec<_> = [1, 8, 64].into_iter().zip(ratios.iter().copied()).collect();
            over_connections(String::new(), &ratios, 2.0).met
        };
        assert_eq!(met(&[2.0, 2.5, 3.0]), "yes");
        assert_eq!(met(&[1.9, 2.5, 3.0]), "at 8 and 64");
        assert_eq!(met(&[1.9, 1.5, f64::NAN]), "**no**");
    }

    #[test]
    fn the_stack_is_held_to_both_of_its_bounds() {
        assert!(is_within_budget(cost(4_000.0, 6.0)));
        assert!(!is_within_budget(cost(4_001.0, 6.0)));
        assert!(!is_within_budget(cost(4_000.0, 6.1)));
    }

    #[test]
    fn calls_in_process_are_held_to_their_goals() {
        let mut results = Results::default();
        let calls = [
            (BARE, 30_000.0, 5_000.0),
            (ALONE, 30_000.0, 5_000.0),
            (TOGETHER, 33_000.0, 5_400.0),
            (UNVALIDATED, 9_000.0, 2_000.0),
            (VALIDATED, 12_000.0, 2_900.0),
        ];
        for (name, instructions, time) in calls {
            results.calls.insert(name, (cost(instructions, 40.0), time));
        }
        results.round_trip = Some(0.9);
        let goals = table(&results).unwrap().to_string();
        assert_eq!(goals.matches("| yes |").count(), 4, "{goals}");
        results.calls.insert(ALONE, (cost(29_000.0, 40.0), 5_000.0));
        results.calls.insert(VALIDATED, (cost(12_000.0, 40.0), 3_001.0));
        results.round_trip = Some(1.01);
        let goals = table(&results).unwrap().to_string();
        assert_eq!(goals.matches("| **no** |").count(), 3, "{goals}");
    }
}
