//! Building a program, with a watch on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::programs::Program;
use crate::workspace::{self, Workspace};

/// What is measured, in this order: what a step starts from, the step before has left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Build,
    BuildTouched,
    Check,
    CheckTouched,
}

impl Step {
    pub(super) const ALL: [Self; 4] =
        [Self::Build, Self::BuildTouched, Self::Check, Self::CheckTouched];

    /// Whether nothing of the program is there yet. Else one of its tools has changed.
    pub(super) fn is_clean(self) -> bool {
        matches!(self, Self::Build | Self::Check)
    }

    fn command(self) -> &'static str {
        match self {
            Self::Build | Self::BuildTouched => "build",
            Self::Check | Self::CheckTouched => "check",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Build => "cargo build",
            Self::BuildTouched => "cargo build, one tool changed",
            Self::Check => "cargo check",
            Self::CheckTouched => "cargo check, one tool changed",
        }
    }
}

/// One run of cargo.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) wall: Duration,
    /// Of cargo, the compiler and the linker together. Zero where the system doesn't say it.
    pub(super) cpu: Duration,
}

/// Where the programs are.
pub(super) struct Place {
    scratch: PathBuf,
    /// The workspace that this program belongs to.
    root: PathBuf,
}

impl Place {
    pub(super) fn new(workspace: &Workspace) -> Result<Self> {
        let scratch = workspace.scratch("bench-compile")?;
        Ok(Self { scratch, root: workspace.root.clone() })
    }

    pub(super) fn directory(&self, program: &Program) -> PathBuf {
        self.scratch.join(program.name)
    }

    /// The source with `literal` in one of its tools.
    pub(super) fn source(&self, program: &Program, literal: usize) -> Result<String> {
        program.source(&self.root.join("tests/bench/compile"), literal)
    }

    pub(super) fn write(&self, program: &Program, source: &str) -> Result<()> {
        let sources = self.directory(program).join("src");
        workspace::make(&sources)?;
        workspace::write(&sources.join("main.rs"), source)
    }

    /// Builds everything that the program needs, so that from here on only the program is built.
    pub(super) fn prepare(&self, program: &Program) -> Result<()> {
        let directory = self.directory(program);
        self.write(program, &self.source(program, 0)?)?;
        let manifest = program.manifest(&self.root.join("mcp-runtime"));
        workspace::write(&directory.join("Cargo.toml"), &manifest)?;
        // The versions of this workspace, wherever a program has the same dependency.
        std::fs::copy(self.root.join("Cargo.lock"), directory.join("Cargo.lock"))
            .context("can't copy Cargo.lock")?;
        for step in [Step::Build, Step::Check] {
            self.build(program, step)?;
        }
        Ok(())
    }

    /// Removes what was compiled of the program itself.
    pub(super) fn clean(&self, program: &Program) -> Result<()> {
        let mut clean = self.cargo(&self.directory(program));
        let cleaned = clean.args(["clean", "--quiet", "--package", program.name]).status();
        ensure!(cleaned.context("cargo can't be run")?.success(), "{} stays", program.name);
        Ok(())
    }

    pub(super) fn build(&self, program: &Program, step: Step) -> Result<Cost> {
        let mut build = self.cargo(&self.directory(program));
        build.args([step.command(), "--quiet"]);
        let (start, used) = (Instant::now(), cpu_of_children());
        let status = build.status().context("cargo can't be run")?;
        let cost = Cost { wall: start.elapsed(), cpu: cpu_of_children().saturating_sub(used) };
        ensure!(
            status.success(),
            "{} doesn't build in {}; cargo says why above. It fetches other crates than the \
             workspace has",
            program.name,
            self.directory(program).display(),
        );
        Ok(cost)
    }

    /// Cargo as its users run it: nothing that this process was given decides how it builds.
    pub(super) fn cargo(&self, directory: &Path) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(directory).stdin(Stdio::null());
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL"] {
            cargo.env_remove(name);
        }
        cargo.env("CARGO_TARGET_DIR", self.scratch.join("target"));
        cargo
    }
}

/// The processor time of all processes that were started from here and have ended.
fn cpu_of_children() -> Duration {
    /// Linux counts in hundredths of a second, on every architecture.
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name and may hold spaces; `cutime` and `cstime` are the
    // sixteenth and seventeenth.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u32 = fields.skip(13).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK * ticks
}
