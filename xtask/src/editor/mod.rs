//! What an editor offers inside of an annotated function, asked of rust-analyzer.
//!
//! Attribute macros are known for taking that away: where an expansion fails, completion and
//! navigation end. Here the attribute is half-typed, and they have to go on.

mod cases;
mod session;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::process;
use crate::workspace::{Workspace, make, read, write};
use cases::CASES;
use session::Session;

/// What came of the cases.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Report {
    pub(crate) fn verdict(&self) -> Result<()> {
        ensure!(self.passed > 0, "the editor was asked nothing");
        ensure!(self.failed == 0, "{} of the editor's answers are wrong", self.failed);
        Ok(())
    }
}

pub(crate) fn run(workspace: &Workspace) -> Result<Report> {
    install()?;
    let project = project(workspace)?;
    let mut session = Session::start(&project, &workspace.target)?;
    let source = read(&project.join("src/main.rs"))?;
    let mut report = Report::default();
    for case in CASES {
        match case.verdict(&source, &mut session) {
            Ok(()) => {
                report.passed += 1;
                println!("ok      {}", case.name);
            }
            Err(error) => {
                report.failed += 1;
                println!("FAILED  {}: {error:#}", case.name);
            }
        }
    }
    println!("\neditor: {} answers right, {} wrong", report.passed, report.failed);
    Ok(report)
}

/// Rustup's own component, of the toolchain in use.
fn install() -> Result<()> {
    let version =
        process::output(Command::new("rust-analyzer").arg("--version"), Duration::from_secs(30));
    if version.is_ok_and(|output| output.success) {
        return Ok(());
    }
    let mut add = Command::new("rustup");
    add.args(["component", "add", "rust-analyzer"]);
    let added = process::output(&mut add, Duration::from_mins(5))?;
    ensure!(added.success, "rust-analyzer can't be installed: {}", added.last_words());
    Ok(())
}

/// A crate as a user has it, with the versions that this workspace is locked to.
fn project(workspace: &Workspace) -> Result<PathBuf> {
    let project = workspace.scratch("editor")?;
    make(&project.join("src"))?;
    let runtime = workspace.root.join("mcp-runtime");
    let manifest = format!(
        "[package]\nname = \"editor\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nmcp-runtime = {{ path = '{}' }}\n\n[workspace]\n",
        runtime.display()
    );
    write(&project.join("Cargo.toml"), &manifest)?;
    std::fs::copy(workspace.root.join("Cargo.lock"), project.join("Cargo.lock"))
        .context("can't copy Cargo.lock")?;
    write(&project.join("src/main.rs"), &read(&workspace.root.join("tests/editor/main.rs"))?)?;
    Ok(project)
}
