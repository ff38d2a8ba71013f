//! Where a server bends: many connections, tools, callers and results.

mod callers;
mod connections;
mod results;
mod tools;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::part::{Bench, Part, Results};
use super::programs::Program;
use crate::process;
use crate::workspace::{Workspace, read};

pub(super) const PART: Part = Part {
    name: "scale",
    title: "At scale",
    method: "Ours with the usual policies, on two threads over HTTP and on one in process; client and \
             server share the machine.",
    minutes: 3.0,
    programs: &[Program::Ours],
    ready: Some(files_can_be_open),
    measure,
};

/// Files that the server with the most connections, and its client, have open each.
const FILES: u64 = 2_048;
const WITHIN: Duration = Duration::from_mins(10);

fn measure(bench: &Bench<'_>, _: &mut Results) -> Result<String> {
    let sections = [
        connections::section(bench).context("many connections")?,
        tools::section(bench).context("many tools")?,
        callers::section(bench).context("many callers")?,
        results::section(bench).context("many results")?,
    ];
    Ok(sections.join("\n"))
}

/// What a program prints about what it did in process.
fn figures<const N: usize>(
    program: &Path,
    arguments: &[&str],
    names: [&str; N],
) -> Result<[f64; N]> {
    let output = process::output(Command::new(program).args(arguments), WITHIN)?;
    ensure!(output.success, "{}", output.last_words());
    let printed: Value = serde_json::from_str(&output.stdout).context("no JSON was printed")?;
    let mut figures = [0.0; N];
    for (figure, name) in figures.iter_mut().zip(names) {
        *figure = printed[name].as_f64().with_context(|| format!("no `{name}` in {printed}"))?;
    }
    Ok(figures)
}

fn files_can_be_open(_: &Workspace) -> Result<()> {
    // Only Linux says it; elsewhere a connection that can't be opened is an error in its time.
    let Ok(limits) = read(Path::new("/proc/self/limits")) else { return Ok(()) };
    let most = open_files(&limits);
    ensure!(
        most.is_none_or(|most| most >= FILES),
        "1,024 connections need more open files than the {} that are allowed: run `ulimit -n {FILES}` \
         in this shell first",
        most.unwrap_or_default(),
    );
    Ok(())
}

/// The number of files that a process may have open; none where it isn't limited.
fn open_files(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_open_files_is_the_soft_one() {
        let limits =
            "Max processes   94 94 processes\nMax open files            1024   20000  files\n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(open_files("Max open files   unlimited unlimited files\n"), None);
    }
}
