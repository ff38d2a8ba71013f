//! Inputs that nobody would write, for every macro, for as long as there is time.

use anyhow::{Context as _, Result, ensure};

use crate::workspace::Workspace;

/// Runs the fuzzer of `mcp-macros` for `seconds`, from a seed of its own choice.
pub(crate) fn run(workspace: &Workspace, seconds: &str) -> Result<()> {
    let parsed = seconds.parse::<u32>();
    ensure!(parsed.is_ok_and(|seconds| seconds > 0), "`{seconds}` is no number of seconds");
    let mut test = workspace.cargo();
    test.args(["test", "--quiet", "--package", "mcp-macros", "--all-features", "--lib"])
        .args(["fuzz::every_input_has_an_answer", "--", "--exact", "--nocapture"])
        .env("MACRO_FUZZ_SECONDS", seconds);
    let status = test.status().context("cargo can't be run")?;
    ensure!(status.success(), "a macro has no right answer: see the input above");
    Ok(())
}
