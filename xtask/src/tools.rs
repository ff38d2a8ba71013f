//! What the suite and the clients run on, installed under the target directory.
//!
//! Versions are pinned by the files in `tests/interop`; what is installed is left alone until one
//! of those changes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::workspace::{Workspace, make, read, write};

const INSTALL_WITHIN: Duration = Duration::from_mins(15);
const OLDEST_NODE: u32 = 22;

/// Node, and the packages that it finds.
pub(crate) struct Node {
    program: PathBuf,
    pub(crate) directory: PathBuf,
}

impl Node {
    pub(crate) fn install(workspace: &Workspace) -> Result<Self> {
        let pins = workspace.root.join("tests/interop");
        let directory = workspace.scratch("tools/node")?;
        let files = ["package.json", "package-lock.json"];
        once(&directory, &pins, &files, "the suite and the Node clients", || {
            for file in files {
                write(&directory.join(file), &read(&pins.join(file))?)?;
            }
            // No package here needs its install script.
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
            finish(npm.current_dir(&directory), "npm, which comes with Node.js, is needed")
        })?;
        Ok(Self { program: node_program(&directory)?, directory })
    }

    /// Node, about to run a file of an installed package.
    pub(crate) fn run(&self, package: &str, file: &str) -> Command {
        let script = self.directory.join("node_modules").join(package).join(file);
        self.run_script(&script)
    }

    pub(crate) fn run_script(&self, script: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(script).current_dir(&self.directory);
        command
    }
}

/// The pinned Node, or the machine's own where none is published for this platform.
fn node_program(directory: &Path) -> Result<PathBuf> {
    for program in [directory.join("node_modules/.bin/node"), PathBuf::from("node")] {
        let asked =
            process::output(Command::new(&program).arg("--version"), Duration::from_secs(30));
        let version = asked.map(|output| output.stdout).unwrap_or_default();
        let major = version.trim().trim_start_matches('v').split('.').next();
        if major.and_then(|major| major.parse().ok()).is_some_and(|major: u32| major >= OLDEST_NODE)
        {
            return Ok(program);
        }
    }
    bail!(
        "Node.js {OLDEST_NODE} or newer is needed, and no pinned one runs on this machine: \
         put one on the PATH"
    )
}

/// Installs the Python clients and returns the interpreter that finds them.
pub(crate) fn python(workspace: &Workspace) -> Result<PathBuf> {
    let pins = workspace.root.join("tests/interop");
    let directory = workspace.scratch("tools/python")?;
    let environment = directory.join("environment");
    let interpreter =
        environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let files = ["requirements.txt", "constraints.txt"];
    once(&directory, &pins, &files, "the Python clients", || {
        make_environment(&directory, &environment)?;
        let mut pip = Command::new(&interpreter);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(pins.join(files[0]))
        .arg("--constraint")
        .arg(pins.join(files[1]));
        finish(&mut pip, "the environment's own Python can't be run")
    })?;
    Ok(interpreter)
}

fn make_environment(directory: &Path, environment: &Path) -> Result<()> {
    const MISSING: &str = "Python 3.10 or newer is needed, as `python3`";
    finish(Command::new("python3").arg("--version"), MISSING)?;
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv", "--clear"]).arg(environment);
    let Err(reason) = finish(&mut venv, MISSING) else {
        return Ok(());
    };
    // Some distributions leave `ensurepip` out, and `venv` fails without it; `virtualenv` brings
    // its own.
    println!("  python3 -m venv fails here; trying virtualenv");
    let packages = directory.join("virtualenv");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
    finish(pip.arg(&packages).arg("virtualenv"), MISSING).context(reason)?;
    let mut virtualenv = Command::new("python3");
    virtualenv.args(["-m", "virtualenv", "--clear"]).arg(environment).env("PYTHONPATH", &packages);
    finish(&mut virtualenv, MISSING)
}

/// Installs unless the pins are the ones of the last install.
fn once(
    directory: &Path,
    pins: &Path,
    files: &[&str],
    what: &str,
    install: impl FnOnce() -> Result<()>,
) -> Result<()> {
    make(directory)?;
    let stamp = directory.join("installed");
    let mut text = String::new();
    for file in files {
        text.push_str(&read(&pins.join(file))?);
    }
    let wanted = format!("{:016x}\n", fnv1a(text.as_bytes()));
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing {what} into {}", directory.display());
    install().with_context(|| format!("{what} can't be installed"))?;
    write(&stamp, &wanted)
}

fn finish(command: &mut Command, missing: &'static str) -> Result<()> {
    let output = process::output(command, INSTALL_WITHIN).context(missing)?;
    if !output.success {
        bail!("{}\n{}{}", command.get_program().display(), output.stdout, output.stderr);
    }
    Ok(())
}

/// Tells contents apart; nothing rests on nobody being able to forge it.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
