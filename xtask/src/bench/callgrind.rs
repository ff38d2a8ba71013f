//! Instructions and allocations, counted by valgrind's callgrind.
//!
//! A program does something so many times, and then twice as often: the difference is what it
//! costs, without start and end. Allocations are the calls of the allocator that callgrind saw, so
//! that the program is the one that operators run, with nothing in it that counts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::workspace::{Workspace, read};

const VERSION_WITHIN: Duration = Duration::from_secs(20);
const INSTALL_WITHIN: Duration = Duration::from_mins(3);
/// The entrances of the C library's allocator, which is the one of every program here.
const ALLOCATOR: [&str; 6] =
    ["malloc", "calloc", "realloc", "aligned_alloc", "memalign", "posix_memalign"];

/// What one repetition costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cost {
    pub(super) instructions: f64,
    /// Of the instructions, those of SHA-256 itself, in software: valgrind has no SHA extensions.
    pub(super) hashing: f64,
    pub(super) allocations: f64,
}

/// What the loop of the crate `sha2` has for each block of 64 bytes: where it uses the processor's
/// SHA extensions, and in software. Read in a disassembly, and counted by callgrind.
const EXTENDED: f64 = 170.0;
const IN_SOFTWARE: f64 = 3_170.0;

impl Cost {
    /// The instructions of a processor that has SHA extensions.
    pub(super) fn extended(self) -> f64 {
        self.instructions - self.hashing * (1.0 - EXTENDED / IN_SOFTWARE)
    }
}

impl std::ops::Sub for Cost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            instructions: self.instructions - other.instructions,
            hashing: self.hashing - other.hashing,
            allocations: self.allocations - other.allocations,
        }
    }
}

/// What a whole run cost.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Totals {
    instructions: u64,
    hashing: u64,
    allocations: u64,
}

/// Whether programs can be counted here; valgrind is installed where that is possible.
pub(super) fn is_there(workspace: &Workspace) -> Result<()> {
    Callgrind::find(workspace).map(drop)
}

/// A valgrind that runs.
pub(super) struct Callgrind {
    place: PathBuf,
}

impl Callgrind {
    /// Finds valgrind, or installs it where this machine's packages can be installed.
    pub(super) fn find(workspace: &Workspace) -> Result<Self> {
        let place = workspace.scratch("bench")?;
        if !runs() {
            println!("installing valgrind");
            let mut update = Command::new("apt-get");
            let mut install = Command::new("apt-get");
            let _ = process::output(update.arg("update"), INSTALL_WITHIN);
            let _ = process::output(install.args(["install", "-y", "valgrind"]), INSTALL_WITHIN);
        }
        if !runs() {
            bail!(
                "instructions are counted by valgrind, which isn't here and which `apt-get install \
                 valgrind` doesn't bring: install it, as root or by this system's own packages"
            );
        }
        Ok(Self { place })
    }

    /// A program under callgrind, and where its counts will be.
    pub(super) fn command(&self, name: &str, program: &Path) -> (Command, PathBuf) {
        let counts = self.place.join(format!("{}.callgrind", name.replace([' ', '/'], "-")));
        let mut command = Command::new("valgrind");
        command
            .args(["--tool=callgrind", "--quiet"])
            .arg(format!("--callgrind-out-file={}", counts.display()))
            .arg(program)
            .stdin(Stdio::null());
        (command, counts)
    }

    /// What one repetition costs of what `run` repeats as often as it is told, under the command
    /// that it is given. Both runs are made at once: a count doesn't depend on what else runs.
    pub(super) fn cost(
        &self,
        name: &str,
        program: &Path,
        count: u32,
        run: impl Fn(Command, u32) -> Result<()> + Sync,
    ) -> Result<Cost> {
        let totals = |count: u32| -> Result<Totals> {
            let (command, counts) = self.command(&format!("{name}-{count}"), program);
            run(command, count).with_context(|| format!("`{name}` can't be counted"))?;
            totals(&read(&counts)?).with_context(|| format!("{} is empty", counts.display()))
        };
        let (once, twice) = std::thread::scope(|scope| {
            let twice = scope.spawn(|| totals(count * 2));
            let once = totals(count);
            let twice = twice.join();
            (once, twice)
        });
        let Ok(twice) = twice else { bail!("`{name}` can't be counted") };
        Ok(per_repetition(once?, twice?, count))
    }
}

fn runs() -> bool {
    let mut valgrind = Command::new("valgrind");
    let asked = process::output(valgrind.arg("--version"), VERSION_WITHIN);
    asked.is_ok_and(|output| output.success)
}

#[allow(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2⁵³")]
fn per_repetition(once: Totals, twice: Totals, count: u32) -> Cost {
    let each = |once: u64, twice: u64| (twice as f64 - once as f64) / f64::from(count);
    Cost {
        instructions: each(once.instructions, twice.instructions),
        hashing: each(once.hashing, twice.hashing),
        allocations: each(once.allocations, twice.allocations),
    }
}

/// What matters about a function.
#[derive(Clone, Copy, Debug, Default)]
struct Kind {
    allocates: bool,
    hashes: bool,
}

impl Kind {
    fn of(name: &str) -> Self {
        Self { allocates: ALLOCATOR.contains(&name), hashes: name.starts_with("sha2::") }
    }
}

/// Reads a profile. Names are written once, and stand for a number from then on; a line of a
/// function is a place and a cost, and after `calls=` it is the cost of what was called.
fn totals(profile: &str) -> Option<Totals> {
    let mut kinds: HashMap<&str, Kind> = HashMap::new();
    let (mut instructions, mut hashing, mut allocations) = (None, 0, 0);
    let (mut within, mut called) = (Kind::default(), Kind::default());
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        if let Some(total) = line.strip_prefix("totals: ") {
            instructions = total.trim().parse().ok();
        } else if let Some(name) = line.strip_prefix("fn=") {
            within = kind(name, &mut kinds);
        } else if let Some(name) = line.strip_prefix("cfn=") {
            called = kind(name, &mut kinds);
        } else if let Some(calls) = line.strip_prefix("calls=") {
            let count = calls.split(' ').next().and_then(|calls| calls.parse::<u64>().ok());
            allocations += count.filter(|_| called.allocates).unwrap_or_default();
            lines.next();
        } else if within.hashes
            && line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c))
        {
            let cost = line.split(' ').next_back().and_then(|cost| cost.parse::<u64>().ok());
            hashing += cost.unwrap_or_default();
        }
    }
    Some(Totals { instructions: instructions?, hashing, allocations })
}

fn kind<'a>(name: &'a str, kinds: &mut HashMap<&'a str, Kind>) -> Kind {
    let Some((number, name)) = name.split_once(") ") else {
        return kinds.get(name.trim_end_matches(')')).copied().unwrap_or_default();
    };
    *kinds.entry(number).insert_entry(Kind::of(name)).get()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "\
version: 1
summary: 900
fn=(1) main
cfn=(2) malloc
calls=3 0
* 30
cfn=(3) mallocate
calls=100 0
* 30
fn=(2)
cfn=(4) _int_malloc
calls=3 0
* 30
fn=(5) sha2::sha256::compress256
+1 17
* 3
cfn=(2)
calls=4 +3
* 30
cfn=(6) realloc
calls=1 0
* 3
totals: 900
";

    #[test]
    fn a_profile_is_summed_up() {
        assert_eq!(
            totals(PROFILE),
            Some(Totals { instructions: 900, hashing: 20, allocations: 8 })
        );
        assert_eq!(totals("version: 1\n"), None);
    }

    #[test]
    fn start_and_end_fall_out() {
        let of = |instructions, hashing, allocations| Totals { instructions, hashing, allocations };
        let cost = per_repetition(of(1_500, 100, 70), of(2_000, 150, 90), 10);
        assert_eq!(cost, Cost { instructions: 50.0, hashing: 5.0, allocations: 2.0 });
    }
}
