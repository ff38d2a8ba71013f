//! Calls in process: what the pipeline costs, and each policy in it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::callgrind::{self, Callgrind, Cost};
use super::part::{Bench, Part, Results};
use super::programs::Program;
use super::table::{Table, tenths, whole};
use crate::process;

const CALLS: u32 = 500;
const WITHIN: Duration = Duration::from_mins(2);

pub(super) const PART: Part = Part {
    name: "calls",
    title: "A call in process, and each policy",
    method: "`App::request` on one thread. The bare call has no policy and does not count making its \
             arguments. Each line with a plus is what it costs above the same call without it. \
             Instructions and allocations are counted as above, with 500 calls; the time is the \
             median of batches of 8 calls, and is noisy where it is small.",
    minutes: 3.0,
    programs: &[Program::Ours],
    ready: Some(callgrind::is_there),
    measure,
};

/// What the client does itself: it makes a call's arguments.
const ARGUMENTS: &str = "arguments";
/// The stack whose budget the design states, and the call that it is compared with.
pub(super) const TOGETHER: &str = "together";
pub(super) const BARE: &str = "bare";
/// The bare call where no other tool of the server has a policy.
pub(super) const ALONE: &str = "alone";
/// The validation of an object of eight properties, and the call that it is compared with.
pub(super) const VALIDATED: &str = "after validation";
pub(super) const UNVALIDATED: &str = "before validation";
/// The most that the stack may cost above a bare call.
pub(super) const BUDGET: Cost =
    Cost { instructions: 4_000.0, hashing: f64::INFINITY, allocations: 6.0 };

/// A call: its name in `tests/bench/subjects.rs`, what it is in tables, and the name of the call
/// above which its cost is stated.
pub(super) const SUBJECTS: [(&str, &str, &str); 25] = [
    (BARE, "the bare call", ARGUMENTS),
    (ALONE, "the bare call, no other tool with a policy there", ARGUMENTS),
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
    (VALIDATED, "validation of an object of eight properties", UNVALIDATED),
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
fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<String> {
    let callgrind = Callgrind::find(bench.workspace)?;
    let program = bench.programs.path(Program::Ours);
    for (subject, _, above) in SUBJECTS {
        for name in [subject, above] {
            if !results.calls.contains_key(name) {
                println!("  {name}");
                let figures = (cost(&callgrind, program, name)?, time(program, name)?);
                results.calls.insert(name, figures);
            }
        }
    }
    let mut table =
        Table::new(&["in process", "instructions", "of these SHA-256", "allocations", "ns"]);
    for (subject, title, above) in SUBJECTS {
        let ((with, longer), (without, shorter)) = (results.calls[subject], results.calls[above]);
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
    Ok(table.to_string())
}
