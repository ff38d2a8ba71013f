//! Whether the runtime builds with any choice of its features, without a warning, and whether programs
//! are built without those that are for tests.

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

const PACKAGE: &str = "mcp-runtime";
/// What the test kit reaches into.
const TESTING: &str = "mcp-runtime feature \"testing\"";
/// Programs as users make them: their tests use the kit, they themselves don't.
const PROGRAMS: [&str; 2] = ["invoices", "quotes"];

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
    for program in PROGRAMS {
        // Its tests have it, or a look at the program alone would prove nothing.
        if !has_testing(workspace, program, "normal,dev,features")? {
            bail!("the tests of {program} are built without {TESTING}: is that still its name?");
        }
        if has_testing(workspace, program, "normal,build,features")? {
            bail!("{program} is built with {TESTING}, which is for its tests alone");
        }
    }
    if failed.is_empty() {
        println!("features: {} choices build without a warning", choices.len());
        return Ok(());
    }
    bail!("{PACKAGE} doesn't build, or not without a warning, with: {}", failed.join("; "))
}

/// Whether these dependencies of a program switch on what is for tests.
fn has_testing(workspace: &Workspace, program: &str, edges: &str) -> Result<bool> {
    let mut tree = workspace.cargo();
    tree.args(["tree", "--quiet", "--prefix", "none", "--package", program, "--edges", edges]);
    let told = tree.output().context("cargo can't be run")?;
    if !told.status.success() {
        bail!("cargo can't tell what {program} depends on");
    }
    Ok(String::from_utf8_lossy(&told.stdout).contains(TESTING))
}
