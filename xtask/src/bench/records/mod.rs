//! What records cost: the audit log and idempotency, in memory and on disk.

mod in_process;
mod over_http;
mod syncs;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::part::{Bench, Part, Results};
use super::programs::Program;
use crate::workspace::Workspace;

pub(super) const PART: Part = Part {
    name: "records",
    title: "Records",
    method: "The audit log and the keys of idempotent calls, by where they are kept. A call waits until \
             its intent is durable before the function runs, and until its outcome is before the \
             answer leaves: two entries, with a key three. Entries that come while the disk is busy \
             are made durable together, by one fsync; fsyncs are counted by a library between the \
             program and the disk, in a directory under cargo's target directory.",
    minutes: 1.5,
    programs: &[Program::Ours],
    ready: Some(syncs::can_be_counted),
    measure,
};

fn measure(bench: &Bench<'_>, _: &mut Results) -> Result<String> {
    let in_process = in_process::section(bench).context("records in process")?;
    let over_http = over_http::section(bench).context("records over HTTP")?;
    Ok(format!("{in_process}\n{over_http}"))
}

/// An empty directory for what is recorded, on the disk that has the target directory.
fn empty(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let place = workspace.scratch("bench-records")?.join(name);
    if place.exists() {
        std::fs::remove_dir_all(&place)
            .with_context(|| format!("{} can't be emptied", place.display()))?;
    }
    std::fs::create_dir(&place).with_context(|| format!("can't make {}", place.display()))?;
    // What counts syncs sees files by their real paths.
    place.canonicalize().with_context(|| format!("{} isn't there", place.display()))
}
