//! What records cost, with the syncs counted by the same shim that makes disks fail in the tests.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::workspace::Workspace;

/// Builds the benchmark, and runs it.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let program = workspace.build_release("mcp-tests", "records-bench")?;
    let place = workspace.scratch("bench-records")?;
    std::fs::remove_dir_all(&place)?;
    std::fs::create_dir(&place)?;
    let shim = place.join("faults.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([shim.as_path(), &workspace.root.join("tests/faults/faults.c")])
        .status()
        .context("`cc` can't be run")?;
    ensure!(compiled.success(), "the counter of syncs doesn't compile");
    let measured = Command::new(program)
        .arg(&place)
        .env("LD_PRELOAD", &shim)
        .env("FAULTS_BELOW", &place)
        .env("FAULTS_TALLY", place.join("syncs"))
        .status()
        .context("the benchmark can't be run")?;
    ensure!(measured.success(), "the benchmark failed");
    Ok(())
}
