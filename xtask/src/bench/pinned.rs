//! A processor for the server, and another for the client.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::process;
use crate::workspace::{Workspace, read};

const ASKED_WITHIN: Duration = Duration::from_secs(20);

/// Which of the machine's processors.
#[derive(Clone, Copy)]
pub(super) enum Processor {
    Server,
    Client,
}

impl Processor {
    const ALL: [Self; 2] = [Self::Server, Self::Client];

    fn number(self) -> &'static str {
        match self {
            Self::Server => "0",
            Self::Client => "1",
        }
    }

    /// A program that runs on this processor alone.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", self.number()]).arg(program);
        command
    }
}

/// Whether programs can be kept on a processor here.
pub(super) fn is_there(_: &Workspace) -> Result<()> {
    for processor in Processor::ALL {
        let done = process::output(&mut processor.command(Path::new("true")), ASKED_WITHIN);
        let number = processor.number();
        ensure!(
            done.is_ok_and(|done| done.success),
            "server and client need a processor each, and `taskset --cpu-list {number}` (of \
             util-linux, on Linux) doesn't run a program on the processor {number}",
        );
    }
    Ok(())
}

/// For how many seconds a process has had a processor.
#[derive(Clone, Copy)]
pub(super) struct Worked {
    /// In its own code.
    pub(super) itself: f64,
    /// In the kernel's, for it.
    pub(super) kernel: f64,
}

impl Worked {
    pub(super) fn so_far(id: u32) -> Result<Self> {
        let path = format!("/proc/{id}/stat");
        let stat = read(Path::new(&path))?;
        Self::parse(&stat).with_context(|| format!("{path} can't be read"))
    }

    /// The fields 14 and 15. The second is the name, and may have spaces and parentheses.
    fn parse(stat: &str) -> Option<Self> {
        let (_, fields) = stat.rsplit_once(')')?;
        let mut ticks = fields.split_whitespace().skip(11).map(str::parse::<f64>);
        let mut seconds = || Some(ticks.next()?.ok()? / TICKS);
        Some(Self { itself: seconds()?, kernel: seconds()? })
    }
}

/// Ticks a second: `USER_HZ`, which is part of the kernel's interface.
const TICKS: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_is_its_own_and_the_kernels_for_it() {
        let stat = "4711 (a (odd) name) S 1 2 3 4 5 6 7 8 9 10 250 50 7 7 20 0 1 0 99";
        let worked = Worked::parse(stat).unwrap();
        assert!((worked.itself - 2.5).abs() < f64::EPSILON);
        assert!((worked.kernel - 0.5).abs() < f64::EPSILON);
        assert!(Worked::parse("4711 (bench) S 1 2").is_none());
    }
}
