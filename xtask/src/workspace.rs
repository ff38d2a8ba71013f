//! Where things are, as cargo itself says.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::process;

pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    metadata: Value,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let mut metadata = cargo();
        metadata
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = process::output(&mut metadata, Duration::from_mins(2))?;
        if !output.success {
            bail!("cargo metadata failed:\n{}", output.stderr);
        }
        let metadata: Value =
            serde_json::from_str(&output.stdout).context("cargo metadata printed no JSON")?;
        let path = |key: &str| {
            let path = metadata[key].as_str();
            path.map(PathBuf::from).with_context(|| format!("cargo metadata names no `{key}`"))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")?, metadata })
    }

    /// Builds a package's binary and says where it is.
    pub(crate) fn build(&self, package: &str, binary: &str) -> Result<PathBuf> {
        self.build_as("debug", &[], package, binary)
    }

    /// The same, optimised.
    pub(crate) fn build_release(&self, package: &str, binary: &str) -> Result<PathBuf> {
        self.build_as("release", &["--release"], package, binary)
    }

    fn build_as(
        &self,
        directory: &str,
        options: &[&str],
        package: &str,
        binary: &str,
    ) -> Result<PathBuf> {
        println!("building {binary}");
        let mut build = self.cargo();
        build.args(["build", "--quiet", "--package", package, "--bin", binary]).args(options);
        let status = build.status().context("cargo can't be run")?;
        if !status.success() {
            bail!("{binary} doesn't build");
        }
        let binary = format!("{binary}{}", std::env::consts::EXE_SUFFIX);
        Ok(self.target.join(directory).join(binary))
    }

    /// Cargo, in the workspace and its target directory.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = cargo();
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    /// The names of a package's features, in their order.
    pub(crate) fn features(&self, package: &str) -> Result<Vec<String>> {
        let packages = self.metadata["packages"].as_array().into_iter().flatten();
        let found = packages.into_iter().find(|found| found["name"] == package);
        let features = found.and_then(|package| package["features"].as_object());
        let features = features.with_context(|| format!("there is no package `{package}`"))?;
        Ok(features.keys().cloned().collect())
    }

    /// A directory under the target directory, made where it isn't there.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let directory = self.target.join(name);
        make(&directory)?;
        Ok(directory)
    }
}

/// A new folder for what servers keep. In memory, where the system has such a place: a call is refused
/// whose record a disk that is busy with a build doesn't take within 250 ms.
pub(crate) fn kept() -> Result<TempDir> {
    let made = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new());
    made.context("no temporary folder can be made")
}

pub(crate) fn make(directory: &Path) -> Result<()> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("can't make {}", directory.display()))
}

pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))
}

pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("can't write {}", path.display()))
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
