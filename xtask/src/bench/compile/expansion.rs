//! How much code the macros write.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::{
    build::Place,
    programs::{Program, TOOLS},
};
use crate::workspace;

/// Lines that are compiled for a tool and were not written, formatted.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    pub(super) all: usize,
    /// Those that don't come from a derive on a struct of arguments.
    pub(super) of_macro: usize,
}

pub(super) fn lines(place: &Place, program: &Program) -> Result<Lines> {
    let all = place.source(program, 0)?;
    let without_derives: String = all
        .lines()
        .filter(|line| !line.starts_with("#[derive("))
        .fold(String::new(), |text, line| text + line + "\n");
    let added = |source: &str| -> Result<usize> {
        let expanded = count(&expand(place, program, source)?)?;
        Ok(expanded.saturating_sub(count(source)?) / TOOLS)
    };
    let lines = Lines { all: added(&all)?, of_macro: added(&without_derives)? };
    place.write(program, &all)?;
    Ok(lines)
}

/// The source as the compiler sees it after all macros. Only unstable compilers print it, so this
/// one is told to be one, for the program alone: told to cargo, every procedural macro would be
/// built anew.
fn expand(place: &Place, program: &Program, source: &str) -> Result<String> {
    place.write(program, source)?;
    let wrapper = wrapper(place, program)?;
    let mut cargo = place.cargo(&place.directory(program));
    cargo.env("RUSTC_WORKSPACE_WRAPPER", wrapper);
    cargo.args([
        "rustc",
        "--quiet",
        "--profile",
        "check",
        "--",
        "-Awarnings",
        "-Zunpretty=expanded",
    ]);
    let output = cargo.stderr(Stdio::inherit()).output().context("cargo can't be run")?;
    ensure!(output.status.success(), "{} doesn't expand", program.name);
    String::from_utf8(output.stdout).context("the expansion is not UTF-8")
}

fn wrapper(place: &Place, program: &Program) -> Result<PathBuf> {
    let path = place.directory(program).join("unstable.sh");
    workspace::write(&path, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"$@\"\n")?;
    let made = Command::new("chmod").arg("+x").arg(&path).status().context("no `chmod`")?;
    ensure!(made.success(), "{} can't be made executable", path.display());
    Ok(path)
}

/// Lines that are neither empty nor comments, after rustfmt.
fn count(source: &str) -> Result<usize> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = rustfmt.spawn().context("`rustfmt` can't be run")?;
    child.stdin.take().context("rustfmt takes no input")?.write_all(source.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "rustfmt doesn't take an expansion");
    let text = String::from_utf8(output.stdout)?;
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    Ok(text.lines().map(str::trim).filter(is_code).count())
}
