//! A log in a file, to read: as it was when it was opened, also while a server goes on writing.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::file::is_being_written;
use super::line::Read;
use super::scan::{Lines, Walk};
use crate::audit::chain::{Head, LogId};
use crate::audit::{Checkpoint, Kept, Log};

/// More flaws than this are counted alone.
const MAX_FLAWS: usize = 100;

/// A file of lines that is only read.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line reads logs"))]
pub(crate) struct FileLog {
    path: PathBuf,
    file: File,
    /// What was appended later isn't looked at.
    length: u64,
    log: LogId,
    head: Head,
    checkpoints: Vec<Checkpoint>,
    /// What is wrong with its lines, each with its number.
    flaws: Vec<String>,
}

impl FileLog {
    /// Reads all of it once.
    ///
    /// # Errors
    ///
    /// A file that can't be read, or that is no log at all.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let wrong = |problem: &str| format!("the audit log {}: {problem}", path.display());
        let io = |error: std::io::Error| wrong(&error.to_string());
        let file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let mut walk = Walk::new();
        let (mut checkpoints, mut flaws) = (Vec::new(), Flaws::default());
        let mut lines = Lines::new(&file, 0, length).map_err(io)?;
        let mut number = 0_u64;
        while let Some(one) = lines.next().map_err(io)? {
            number += 1;
            if !one.whole && is_being_written(path) {
                break;
            }
            let (read, flaw) = walk.step(one.text);
            if let Some(Read::Checkpoint(checkpoint)) = read {
                checkpoints.push(checkpoint);
            }
            let torn = || (!one.whole).then(|| "it has no end".to_owned());
            if let Some(flaw) = flaw.or_else(torn) {
                flaws.add(number, &flaw);
            }
            if walk.log.is_none() {
                return Err(wrong("it is no audit log: its first line names none"));
            }
        }
        let log = walk.log.ok_or_else(|| wrong("it is empty"))?;
        drop(lines);
        let (path, flaws) = (path.to_owned(), flaws.told());
        Ok(Self { path, file, length, log, head: walk.head, checkpoints, flaws })
    }
}

#[derive(Default)]
struct Flaws {
    told: Vec<String>,
    more: u64,
}

impl Flaws {
    fn add(&mut self, line: u64, flaw: &str) {
        if self.told.len() < MAX_FLAWS {
            self.told.push(format!("line {line}: {flaw}"));
        } else {
            self.more += 1;
        }
    }

    fn told(mut self) -> Vec<String> {
        if self.more > 0 {
            self.told.push(format!("and {} more lines", self.more));
        }
        self.told
    }
}

impl Log for FileLog {
    fn id(&self) -> Result<LogId, String> {
        Ok(self.log)
    }

    fn head(&self) -> Result<Head, String> {
        Ok(self.head)
    }

    fn start(&self) -> Result<Head, String> {
        Ok(Head::empty(self.log))
    }

    /// What is wrong with the lines themselves is told in the end, a line of text for each flaw.
    fn records(
        &self,
        from: u64,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> Result<(), String> {
        let io = |error: std::io::Error| format!("{}: {error}", self.path.display());
        let mut lines = Lines::new(&self.file, 0, self.length).map_err(io)?;
        while let Some(one) = lines.next().map_err(io)? {
            let Some(Read::Record { head, digest, body }) = Read::parse(one.text) else { continue };
            if !one.whole || head.seq < from {
                continue;
            }
            let kept = Kept { seq: head.seq, body: body.map(<[u8]>::to_vec), digest };
            if each(kept).is_break() {
                break;
            }
        }
        if self.flaws.is_empty() { Ok(()) } else { Err(self.flaws.join("\n")) }
    }

    fn checkpoints(&self) -> Result<Vec<Checkpoint>, String> {
        Ok(self.checkpoints.clone())
    }
}
