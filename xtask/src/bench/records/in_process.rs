//! Records of calls in process, by how many calls are made at a time.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{empty, syncs};
use crate::bench::part::Bench;
use crate::bench::programs::Load;
use crate::bench::table::{Table, percent, tenths, whole};
use crate::process;

const WITHIN: Duration = Duration::from_mins(3);
/// What others are compared with.
const IN_MEMORY: &str = "audit in memory";

/// A line that the program printed.
struct Line {
    name: String,
    at_a_time: u64,
    load: Load,
    syncs: f64,
}

impl Line {
    fn parse(printed: &str) -> Result<Self> {
        let line: Value = serde_json::from_str(printed).context("a line is no JSON")?;
        let name = line["name"].as_str().context("a line has no name")?.to_owned();
        let at_a_time = line["at_a_time"].as_u64().context("a line has no `at_a_time`")?;
        let syncs = line["syncs"].as_f64().context("no syncs were counted")?;
        Ok(Self { name, at_a_time, load: Load::parse(printed)?, syncs })
    }

    /// What one call writes.
    fn entries(&self) -> f64 {
        match self.name.as_str() {
            "neither" => 0.0,
            "keys in SQLite" | "both in SQLite" => 3.0,
            _ => 2.0,
        }
    }

    fn row(&self, all: &[Self]) -> [String; 8] {
        let in_memory = all
            .iter()
            .find(|line| line.name == IN_MEMORY && line.at_a_time == self.at_a_time)
            .map_or(f64::NAN, |line| line.load.p50);
        let entries = self.load.per_second * self.entries();
        // What writes nothing has nothing to compare, and what is in memory no syncs.
        let compared = |number: f64, text: fn(f64) -> String| {
            if number.is_finite() && self.entries() > 0.0 { text(number) } else { "-".to_owned() }
        };
        [
            format!("{}, {}", self.name, self.at_a_time),
            whole(self.load.per_second),
            compared(entries, whole),
            whole(self.load.p50),
            compared(self.load.p50 - in_memory, whole),
            whole(self.load.p99),
            percent(self.load.refused / (self.load.refused + self.load.requests)),
            compared(self.load.requests * self.entries() / self.syncs, tenths),
        ]
    }
}

pub(super) fn section(bench: &Bench<'_>) -> Result<String> {
    println!("  in process");
    let place = empty(bench.workspace, "in-process")?;
    let mut program = Command::new(bench.programs.client());
    syncs::counted(&mut program, &syncs::library(bench.workspace)?, &place);
    let output = process::output(program.arg("records").arg(&place), WITHIN)?;
    ensure!(output.success, "{}", output.last_words());
    let lines: Vec<Line> = output.stdout.lines().map(Line::parse).collect::<Result<_>>()?;
    let mut table = Table::new(&[
        "kept, calls at a time",
        "calls/s",
        "entries/s",
        "p50 µs",
        "above the log in memory",
        "p99 µs",
        "refused",
        "entries for each fsync",
    ]);
    for line in &lines {
        table.row(line.row(&lines));
    }
    Ok(format!("In process, of a tool that does nothing:\n\n{table}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_it_adds_and_how_much_an_fsync_carries() {
        let line = |name: &str, p50: u32, syncs: u32| {
            let printed = format!(
                r#"{{"name":"{name}","at_a_time":64,"requests":300,"refused":100,"seconds":2,
                "p50":{p50},"p99":90,"syncs":{syncs}}}"#
            );
            Line::parse(&printed).unwrap()
        };
        let lines = [line("neither", 2, 0), line(IN_MEMORY, 10, 0), line("both in SQLite", 50, 30)];
        let rows = lines.each_ref().map(|line| line.row(&lines)[1..].join(" "));
        assert_eq!(rows[0], "150 - 2 - 90 25.0 % -");
        assert_eq!(rows[1], "150 300 10 0 90 25.0 % -");
        assert_eq!(rows[2], "150 450 50 40 90 25.0 % 30.0");
    }
}
