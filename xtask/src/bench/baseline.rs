//! The short form: what is counted about ours, against what it was when it was last agreed to.
//!
//! Counts are of instructions that callgrind simulated, on a processor of its own making: they
//! depend on the compiler and the C library, hardly on the machine. Where the heap's
//! chunks come to lie makes single subjects of two equal builds differ by 3.4 % at most, which is why
//! instructions have a wider margin than allocations. A further allocation is seen by its count.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};

use super::callgrind::{Callgrind, Cost};
use super::contenders::OURS;
use super::goals::is_within_budget;
use super::in_process::{self, BARE, BUDGET, SUBJECTS, TOGETHER};
use super::table::{Table, tenths, whole};
use super::{http, machine, programs};
use crate::workspace::{Workspace, read, write};

/// A count may grow by so much: half as much again as two builds of the same sources differ by.
const MARGIN: f64 = 0.05;
/// And by so many instructions, since of few of them 5 % is nothing.
const INSTRUCTIONS: f64 = 150.0;
/// Allocations are the same in each run, but for tables that grow now and then.
const ALLOCATIONS: f64 = 0.5;
/// And over HTTP for what depends on when bytes arrive.
const ALLOCATIONS_MARGIN: f64 = 0.005;

fn path(workspace: &Workspace) -> PathBuf {
    workspace.root.join("tests/bench/baseline.json")
}

fn count(workspace: &Workspace) -> Result<Vec<(String, Cost)>> {
    let callgrind = Callgrind::find(workspace)?;
    let program = programs::ours(workspace)?;
    let mut counts = Vec::new();
    for (subject, ..) in SUBJECTS {
        counts.push((format!("call, {subject}"), in_process::cost(&callgrind, &program, subject)?));
    }
    for contender in OURS {
        let cost = http::cost(&callgrind, &program, &program, contender, http::REQUESTS)?;
        let Some(title) = contender.title.strip_prefix("ours, ") else { continue };
        counts.push((format!("http, {title}"), cost));
    }
    Ok(counts)
}

/// Counts, and makes that the baseline.
pub(crate) fn update(workspace: &Workspace) -> Result<()> {
    let mut figures = Map::new();
    for (name, cost) in count(workspace)? {
        let rounded = |number: f64| (number * 10.0).round() / 10.0;
        let figure = json!({
            "instructions": cost.instructions.round(),
            "allocations": rounded(cost.allocations),
        });
        figures.insert(name, figure);
    }
    let baseline = json!({ "counted on": machine::lines(), "figures": figures });
    let text = format!("{}\n", serde_json::to_string_pretty(&baseline)?);
    write(&path(workspace), &text)?;
    println!("{} is what is counted now", path(workspace).display());
    Ok(())
}

/// Counts, and fails where something costs more than it did. Where something else compiles or
/// counts than did for the baseline, instructions are shown and allocations alone are held.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let path = path(workspace);
    let baseline: Value = serde_json::from_str(&read(&path)?).context("the baseline is no JSON")?;
    let here = machine::lines();
    let alike = counts_alike(&baseline["counted on"], &here);
    let counts = count(workspace)?;
    let mut table = Table::new(&["counted", "instructions", "before", "", "allocations", "before"]);
    let mut grown = Vec::new();
    for (name, cost) in &counts {
        let before = before(&baseline["figures"][name])
            .with_context(|| format!("`{name}` isn't in {}: {UPDATE}", path.display()))?;
        let share = (cost.instructions / before.instructions - 1.0) * 100.0;
        table.row([
            name.clone(),
            whole(cost.instructions),
            whole(before.instructions),
            format!("{share:+.1} %"),
            tenths(cost.allocations),
            tenths(before.allocations),
        ]);
        let held = if alike { *cost } else { Cost { instructions: 0.0, ..*cost } };
        if has_grown(held, before) {
            grown.push(name.as_str());
        }
    }
    println!("\n{table}");
    budget(&counts);
    if !alike {
        println!("counted elsewhere than the baseline: allocations alone are compared");
        println!("here: {}\nthere: {}", json!(here), baseline["counted on"]);
    }
    if grown.is_empty() {
        return Ok(());
    }
    bail!(
        "more than {:.0} % and {INSTRUCTIONS} instructions, or {ALLOCATIONS} allocations, dearer \
         than in {}: {}\n{UPDATE}\nthe baseline was counted on: {}\nthis is: {}",
        MARGIN * 100.0,
        path.display(),
        grown.join("; "),
        baseline["counted on"],
        json!(here),
    )
}

const UPDATE: &str = "where that is meant, or the compiler or the C library is another, \
                      `cargo xtask bench --short --write` makes it the baseline";

fn before(figure: &Value) -> Option<Cost> {
    let number = |name: &str| figure[name].as_f64();
    let (instructions, allocations) = (number("instructions")?, number("allocations")?);
    Some(Cost { instructions, allocations, ..Cost::default() })
}

/// Whether the same processor, C library, compiler and valgrind counted: by all of them the number
/// of instructions can differ.
fn counts_alike(before: &Value, here: &[String]) -> bool {
    let matters = |line: &&str| !line.starts_with("memory:") && !line.starts_with("system:");
    let before = before.as_array().into_iter().flatten().filter_map(Value::as_str);
    before.filter(matters).eq(here.iter().map(String::as_str).filter(matters))
}

fn has_grown(now: Cost, before: Cost) -> bool {
    now.instructions > before.instructions * (1.0 + MARGIN) + INSTRUCTIONS
        || now.allocations > before.allocations * (1.0 + ALLOCATIONS_MARGIN) + ALLOCATIONS
}

/// Says whether the stack is within what it may cost.
fn budget(counts: &[(String, Cost)]) {
    let of = |subject: &str| {
        let name = format!("call, {subject}");
        counts.iter().find(|(found, _)| *found == name).map(|(_, cost)| *cost)
    };
    let Some((together, bare)) = of(TOGETHER).zip(of(BARE)) else { return };
    let above = together - bare;
    println!(
        "the stack: {} instructions and {} allocations above the bare call, {} {} and {}",
        whole(above.instructions),
        tenths(above.allocations),
        if is_within_budget(above) { "within" } else { "OVER its budget of" },
        whole(BUDGET.instructions),
        tenths(BUDGET.allocations),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_another_compiler_are_not_compared() {
        let lines = |memory: &str, rustc: &str| {
            vec![format!("memory: {memory}"), "C library: 2.36".to_owned(), rustc.to_owned()]
        };
        let before = json!(lines("1 kB", "rustc 1.95.0"));
        assert!(counts_alike(&before, &lines("2 kB", "rustc 1.95.0")));
        assert!(!counts_alike(&before, &lines("1 kB", "rustc 1.96.0")));
        assert!(!counts_alike(&Value::Null, &lines("1 kB", "rustc 1.95.0")));
    }

    #[test]
    fn what_grows_beyond_the_margin_is_found() {
        let cost = |instructions, allocations| Cost { instructions, allocations, hashing: 0.0 };
        let before = cost(100_000.0, 100.0);
        assert!(!has_grown(before, before));
        assert!(!has_grown(cost(105_100.0, 100.4), before));
        assert!(has_grown(cost(105_200.0, 100.0), before));
        assert!(has_grown(cost(100_000.0, 101.1), before));
        assert!(!has_grown(cost(90_000.0, 90.0), before));
        // Of few instructions, a hundred more are chance.
        assert!(!has_grown(cost(1_200.0, 1.0), cost(1_000.0, 1.0)));
        assert!(has_grown(cost(1_250.0, 1.0), cost(1_000.0, 1.0)));
    }
}
