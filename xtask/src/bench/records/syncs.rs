//! The library that counts syncs: the same that makes disks fail in the tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::process;
use crate::workspace::Workspace;

const WITHIN: Duration = Duration::from_mins(1);

/// Compiles it, which needs a C compiler.
pub(super) fn library(workspace: &Workspace) -> Result<PathBuf> {
    let library = workspace.scratch("bench")?.join("faults.so");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([library.as_path(), &workspace.root.join("tests/faults/faults.c")]);
    let output = process::output(&mut compiler, WITHIN)
        .context("syncs are counted by a library in C: install a compiler, as `cc`")?;
    ensure!(
        output.success,
        "what counts syncs doesn't compile, and runs on Linux alone: {}",
        output.last_words()
    );
    Ok(library)
}

pub(super) fn can_be_counted(workspace: &Workspace) -> Result<()> {
    library(workspace).map(drop)
}

/// Lets a program's syncs below a directory be counted.
pub(super) fn counted(program: &mut Command, library: &Path, place: &Path) {
    program
        .env("LD_PRELOAD", library)
        .env("FAULTS_BELOW", place)
        .env("FAULTS_TALLY", place.join("syncs"));
}
