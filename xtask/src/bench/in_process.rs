//! Calls in process: what the pipeline costs, and each policy in it.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::callgrind::{Callgrind, Cost};
use super::table::{Table, tenths, whole};
use crate::process;

const CALLS: u32 = 500;
const WITHIN: Duration = Duration::from_mins(2);

/// What the client does itself: it makes a call's arguments.
const ARGUMENTS: &str = "arguments";
/// The stack whose budget the design states, and the call that it is compared with.
pub(super) const TOGETHER: &str = "together";
pub(super) const BARE: &str = "bare";
/// The most that the stack may cost above a bare call.
pub(super) const BUDGET: Cost =
    Cost { instructions: 4_000.0, hashing: f64::INFINITY, allocations: 6.0 };

/// A call: its name in `tests/bench/subjects.rs`, what it is in tables, and the name of the call
/// above which its cost is stated.
pub(super) const SUBJECTS: [(&str, &str, &str); 25] = [
    (BARE, "the bare call", ARGUMENTS),
    ("alone", "the bare call, no other tool with a policy there", ARGUMENTS),
    (TOGETHER, "scope, rules, rate limit, timeout, retry, breaker, bulkheads", BARE),
    ("scope", "scope", BARE),
    ("rows", "scope with `.where(…)`", BARE),
    ("rules", "rules: a length, a pattern and a range", BARE),
    ("check", "check", BARE),
    ("rate limit", "rate limit", BARE),
    ("timeout", "timeout", BARE),
    ("retry", "retry", BARE),
    ("attempt timeout", "retry with a time for each attempt", BARE),
    ("breaker", "breaker", BARE),
    ("bulkhead", "bulkhead", BARE),
    ("cost", "cost", BARE),
    ("max_result", "max_result", BARE),
    ("heartbeat", "heartbeat", BARE),
    ("cache miss", "cache, a miss", BARE),
    ("cache hit", "cache, a hit", BARE),
    ("audit", "audit in memory", BARE),
    ("write", "a bare write", BARE),
    ("idempotent", "idempotency in memory", "write"),
    ("replay", "idempotency, a replay", "write"),
    ("audited write", "a write, audit in memory", "write"),
    ("audited idempotent", "audit and idempotency", "write"),
    ("after validation", "validation of an object of eight properties", "before validation"),
];

/// What a call costs, its arguments included.
pub(super) fn cost(callgrind: &Callgrind, program: &Path, subject: &str) -> Result<Cost> {
    callgrind.cost(&format!("call-{subject}"), program, CALLS, |mut command, count| {
        command.args(["calls", subject, &count.to_string()]);
        let output = process::output(&mut command, WITHIN)?;
        ensure!(output.success, "{}", output.last_words());
        Ok(())
    })
}

/// What a call takes, in nanoseconds.
fn time(program: &Path, subject: &str) -> Result<f64> {
    let output = process::output(Command::new(program).args(["times", subject]), WITHIN)?;
    ensure!(output.success, "{}", output.last_words());
    output.stdout.trim().parse().context("the time of a call is no number")
}

/// Each policy above the call that it is added to.
pub(super) fn table(callgrind: &Callgrind, program: &Path) -> Result<Table> {
    let mut measured: HashMap<&str, (Cost, f64)> = HashMap::new();
    for (subject, _, above) in SUBJECTS {
        for name in [subject, above] {
            if !measured.contains_key(name) {
                println!("  {name}");
                let figures = (cost(callgrind, program, name)?, time(program, name)?);
                measured.insert(name, figures);
            }
        }
    }
    let mut table =
        Table::new(&["in process", "instructions", "of these SHA-256", "allocations", "ns"]);
    for (subject, title, above) in SUBJECTS {
        let ((with, longer), (without, shorter)) = (measured[subject], measured[above]);
        let cost = with - without;
        let title = if above == ARGUMENTS { title.to_owned() } else { format!("+ {title}") };
        table.row([
            title,
            whole(cost.instructions),
            whole(cost.hashing),
            tenths(cost.allocations),
            whole(longer - shorter),
        ]);
    }
    Ok(table)
}
