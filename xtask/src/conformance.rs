//! The official suite against the fixture server.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::process;
use crate::server::Server;
use crate::tools::Node;
use crate::workspace::{Workspace, kept, make, read, write};

const REVISIONS: [&str; 3] = ["2025-06-18", "2025-11-25", "2026-07-28"];
const SUITE: &str = "@modelcontextprotocol/conformance";
const REVISION_WITHIN: Duration = Duration::from_mins(10);

/// What all revisions came to.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) scenarios: usize,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) warned: usize,
    /// Revisions that the suite itself doesn't accept.
    refused: Vec<&'static str>,
}

impl Report {
    pub(crate) fn verdict(&self) -> Result<()> {
        ensure!(self.refused.is_empty(), "the suite fails for {}", self.refused.join(", "));
        Ok(())
    }
}

pub(crate) fn run(workspace: &Workspace) -> Result<Report> {
    let node = Node::install(workspace)?;
    let fixture = workspace.build("mcp-tests", "conformance-fixture")?;
    let results = workspace.scratch("conformance")?;
    let kept = kept()?;
    let environment = [("XDG_STATE_HOME", kept.path().as_os_str())];
    let mut server = Server::start(&fixture, &results.join("server.log"), &environment)?;
    let mut report = Report::default();
    let mut tables = Vec::new();
    for revision in REVISIONS {
        println!("running the suite for {revision}");
        let directory = results.join(revision);
        let accepted = run_suite(workspace, &node, &server.url(), revision, &directory)?;
        server.still_runs()?;
        let table = Table::read(revision, &directory)?;
        ensure!(!table.scenarios.is_empty(), "the suite ran no scenario for {revision}");
        ensure!(table.passed() > 0, "no check passed for {revision}");
        if !accepted {
            report.refused.push(revision);
        }
        report.scenarios += table.scenarios.len();
        report.passed += table.passed();
        report.failed += table.failed();
        report.warned += table.warned();
        tables.push(table);
    }
    print_tables(&tables);
    Ok(report)
}

/// Whether the suite accepts the server.
///
/// Given a list of expected failures, which here is empty, it counts a warning as a failure too,
/// and a listed failure that no longer happens.
fn run_suite(
    workspace: &Workspace,
    node: &Node,
    url: &str,
    revision: &str,
    directory: &Path,
) -> Result<bool> {
    if directory.exists() {
        std::fs::remove_dir_all(directory)
            .with_context(|| format!("can't empty {}", directory.display()))?;
    }
    make(directory)?;
    let mut suite = node.run(SUITE, "dist/index.js");
    suite
        .args(["server", "--url", url, "--suite", "all", "--spec-version", revision])
        .arg("--expected-failures")
        .arg(workspace.root.join("tests/conformance/expected-failures.yml"))
        .arg("--output-dir")
        .arg(directory);
    let output = process::output(&mut suite, REVISION_WITHIN)?;
    let log = directory.with_extension("log");
    write(&log, &format!("{}{}", output.stdout, output.stderr))?;
    if !output.success {
        println!("the suite doesn't accept the server for {revision}: see {}", log.display());
    }
    Ok(output.success)
}

struct Table {
    revision: &'static str,
    scenarios: BTreeMap<String, Scenario>,
}

#[derive(Default)]
struct Scenario {
    passed: usize,
    failed: usize,
    warned: usize,
    /// Checks of its own; the suite adds one about the messages' schema to each scenario.
    own: usize,
    complaints: Vec<String>,
}

impl Table {
    fn read(revision: &'static str, directory: &Path) -> Result<Self> {
        let mut scenarios = BTreeMap::new();
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            let checks = entry.path().join("checks.json");
            // A scenario that was skipped leaves a directory without checks.
            let checks = if checks.exists() { read(&checks)? } else { "[]".to_owned() };
            let checks: Vec<Value> = serde_json::from_str(&checks)?;
            let name = scenario_name(&entry.file_name().to_string_lossy());
            scenarios.insert(name, Scenario::of(&checks));
        }
        Ok(Self { revision, scenarios })
    }

    fn passed(&self) -> usize {
        self.scenarios.values().map(|scenario| scenario.passed).sum()
    }

    fn failed(&self) -> usize {
        self.scenarios.values().map(|scenario| scenario.failed).sum()
    }

    fn warned(&self) -> usize {
        self.scenarios.values().map(|scenario| scenario.warned).sum()
    }
}

impl Scenario {
    fn of(checks: &[Value]) -> Self {
        let mut scenario = Self::default();
        for check in checks {
            let id = check["id"].as_str().unwrap_or("unnamed");
            let status = check["status"].as_str().unwrap_or_default();
            match status {
                "SUCCESS" => scenario.passed += 1,
                "FAILURE" => scenario.failed += 1,
                "WARNING" => scenario.warned += 1,
                // Told or skipped: no verdict.
                _ => continue,
            }
            scenario.own += usize::from(!id.starts_with("wire-schema-"));
            if status != "SUCCESS" {
                let message = check["errorMessage"].as_str().unwrap_or("no message");
                scenario.complaints.push(format!("{status} {id}: {message}"));
            }
        }
        scenario
    }
}

/// `server-tools-list-2026-07-28T10-11-12-131Z` is the scenario `tools-list`.
fn scenario_name(directory: &str) -> String {
    const STAMP: usize = "-2026-07-28T10-11-12-131Z".len();
    let name = directory.strip_prefix("server-").unwrap_or(directory);
    let end = name.len().saturating_sub(STAMP);
    let stamped = name.ends_with('Z') && name.get(end..).is_some_and(|stamp| stamp.contains('T'));
    if stamped { name[..end].to_owned() } else { name.to_owned() }
}

fn print_tables(tables: &[Table]) {
    println!("\nrevision    scenarios  checks  passed  failed  warned");
    for table in tables {
        let (passed, failed, warned) = (table.passed(), table.failed(), table.warned());
        println!(
            "{:<10}  {:>9}  {:>6}  {passed:>6}  {failed:>6}  {warned:>6}",
            table.revision,
            table.scenarios.len(),
            passed + failed + warned,
        );
    }
    for table in tables {
        for (name, scenario) in &table.scenarios {
            if scenario.own == 0 {
                println!("{} {name}: not run (no check of its own)", table.revision);
            }
            for complaint in &scenario.complaints {
                println!("{} {name}: {complaint}", table.revision);
            }
        }
    }
}
