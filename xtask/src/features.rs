//! Whether the runtime builds with any choice of its features, without a warning.

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

const PACKAGE: &str = "mcp-runtime";

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let features = workspace.features(PACKAGE)?;
    let alone = features.iter().filter(|name| *name != "default");
    let mut choices = vec![vec!["--no-default-features"]];
    choices.extend(alone.map(|name| vec!["--no-default-features", "--features", name]));
    choices.push(vec![]);
    choices.push(vec!["--all-features"]);

    let mut failed = Vec::new();
    for choice in &choices {
        let name = if choice.is_empty() { "default features".to_owned() } else { choice.join(" ") };
        println!("checking {PACKAGE} with {name}");
        let mut check = workspace.cargo();
        // What follows `--` holds for this package alone: by flags in the environment, all that it
        // depends on would be built again.
        check.args(["clippy", "--quiet", "--no-deps", "--package", PACKAGE]).args(choice);
        check.args(["--", "-D", "warnings"]);
        if !check.status().context("cargo can't be run")?.success() {
            failed.push(name);
        }
    }
    if failed.is_empty() {
        println!("features: {} choices build without a warning", choices.len());
        return Ok(());
    }
    bail!("{PACKAGE} doesn't build, or not without a warning, with: {}", failed.join("; "))
}
