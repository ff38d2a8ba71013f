//! `manifest --lock` and `check --lock`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{output, print};
use crate::error::Error;
use crate::manifest::Manifest;
use crate::manifest::lock::{self, Change, Class};

/// What `check` compares, and what it lets pass.
#[derive(Args)]
pub(super) struct LockArgs {
    /// Compare with a lock that `manifest --lock` has written.
    #[arg(long, value_name = "FILE")]
    pub(super) lock: Option<PathBuf>,
    /// Let changes of this class pass; may be given more than once.
    #[arg(long, value_name = "CLASS", value_delimiter = ',', requires = "lock")]
    allow: Vec<Allowed>,
    /// Print the changes as JSON.
    #[arg(long, requires = "lock")]
    json: bool,
}

/// A class that can be let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Allowed {
    /// What the lock allows can be refused now, or does less.
    Tightening,
    /// Someone may do what the lock doesn't allow, or a limit is looser.
    Widening,
    /// What was written against the lock fails, or means something else.
    Breaking,
}

impl Allowed {
    fn class(self) -> Class {
        match self {
            Self::Tightening => Class::Tightening,
            Self::Widening => Class::Widening,
            Self::Breaking => Class::Breaking,
        }
    }
}

pub(super) const EXIT_CODES: &str = "\
Exit codes with --lock, of the worst change that is not allowed: 0 none, 10 tightening, \
11 widening, 12 breaking; 1 where there is nothing to compare with.";

/// The exit code of a class.
fn code(class: Class) -> u8 {
    match class {
        Class::Compatible => 0,
        Class::Tightening => 10,
        Class::Widening => 11,
        Class::Breaking => 12,
    }
}

/// Writes the lock.
///
/// # Errors
///
/// A file that can't be written.
pub(super) fn write(manifest: &Manifest, path: &Path) -> Result<(), Error> {
    output::replace(path, &manifest.json())?;
    print(&format!("{}: written, {}\n", path.display(), manifest.digest()))
}

/// Compares with the lock at `path`, and prints what changed. Returns the exit code: that of the
/// worst class that isn't allowed.
///
/// # Errors
///
/// A lock that can't be compared with.
pub(super) fn check(manifest: &Manifest, path: &Path, args: &LockArgs) -> Result<u8, Error> {
    let locked = lock::read(path).map_err(|problem| Error::settings(problem.to_string()))?;
    let changes = lock::compare(&locked, manifest);
    let outcome = Outcome::of(&changes, &args.allow);
    if args.json {
        print(&format!("{:#}\n", outcome.json(&changes)))?;
    } else {
        print(&outcome.text(&changes, path))?;
    }
    Ok(outcome.code())
}

/// What the changes come to.
struct Outcome {
    /// The worst class that isn't allowed.
    fails: Option<Class>,
    /// The classes of some changes that are.
    allowed: Vec<Class>,
}

impl Outcome {
    fn of(changes: &[Change], allow: &[Allowed]) -> Self {
        let is_allowed = |class: &Class| allow.iter().any(|allowed| allowed.class() == *class);
        let mut classes: Vec<Class> = changes.iter().map(|change| change.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let (allowed, others): (Vec<Class>, _) = classes.into_iter().partition(is_allowed);
        Self { fails: others.last().copied().filter(|class| *class > Class::Compatible), allowed }
    }

    fn code(&self) -> u8 {
        self.fails.map_or(0, code)
    }

    fn json(&self, changes: &[Change]) -> Value {
        let mut report = lock::json(changes);
        report["allowed"] = json!(self.allowed);
        report["exit_code"] = json!(self.code());
        report
    }

    fn text(&self, changes: &[Change], path: &Path) -> String {
        let mut text = lock::report(changes);
        if let Some(class) = self.fails {
            // Writing to a string doesn't fail.
            let _ = writeln!(
                text,
                "exit code {}: {} changes are not allowed. Once they are reviewed, write the lock \
                 anew: manifest --lock {}",
                code(class),
                class.name(),
                path.display(),
            );
        }
        text
    }
}
