//! Every test there is.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::workspace::Workspace;
use crate::{conformance, editor, interop};

/// Runs one stage after the other, stops at the first that fails, and prints what was counted.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut totals = Vec::new();
    let outcome = stages(workspace, &mut totals);
    println!("\ntotals");
    for total in totals {
        println!("  {total}");
    }
    outcome
}

fn stages(workspace: &Workspace, totals: &mut Vec<String>) -> Result<()> {
    let (counts, success) = cargo_test(workspace)?;
    totals.push(format!(
        "cargo test: {} passed, {} failed, {} ignored",
        counts.passed, counts.failed, counts.ignored
    ));
    ensure!(success, "cargo test fails");
    ensure!(counts.passed > 0, "cargo test ran no test");

    let report = editor::run(workspace)?;
    totals.push(format!("editor: {} answers right, {} wrong", report.passed, report.failed));
    report.verdict()?;

    let report = conformance::run(workspace)?;
    totals.push(format!(
        "conformance: {} scenarios; {} checks passed, {} failed, {} warned",
        report.scenarios, report.passed, report.failed, report.warned
    ));
    report.verdict()?;

    let report = interop::run(workspace)?;
    totals.push(format!("interop: {} cases passed, {} failed", report.passed, report.failed));
    report.verdict()
}

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// Unit, behaviour, UI and documentation tests, shown as they run.
fn cargo_test(workspace: &Workspace) -> Result<(Counts, bool)> {
    let mut test = workspace.cargo();
    test.args(["test", "--workspace", "--all-features", "--no-fail-fast"]).stdout(Stdio::piped());
    let mut child = test.spawn().context("cargo can't be run")?;
    let mut counts = Counts::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            counts.add(&line);
        }
    }
    Ok((counts, child.wait()?.success()))
}

impl Counts {
    /// Adds up `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) =
            line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<usize>() else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}
