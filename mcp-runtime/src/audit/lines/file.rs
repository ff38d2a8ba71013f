//! A file that the log is appended to.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tracing::warn;

use super::AuditLine;
use super::erase::Rewriting;
use super::sink::{Erasing, Failure, Place};
use super::tear::Tear;
use crate::audit::checkpoint::{External, beside_log, with_suffix};
use crate::audit::key_file::{private, sync_folder};

/// What a file is asked for.
pub(super) trait Disk: Send + 'static {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    fn sync(&mut self) -> io::Result<()>;
    /// Takes away what is behind this length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Disk for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.sync_data()
    }
}

/// The only writer of a file of lines. Others are kept out by a lock on `PATH.lock`, since the file
/// itself is replaced when records are erased.
pub(crate) struct FileSink {
    pub(super) path: PathBuf,
    pub(super) file: Box<dyn Disk>,
    /// Of all that is durable.
    pub(super) length: u64,
    pub(super) rewriting: Option<Rewriting>,
    /// The checkpoint beside the log shows that it isn't what it was: it stays. Said as it was found.
    pub(super) disproved: bool,
    _lock: File,
}

impl FileSink {
    /// The file, to be written to by nobody else; it is made where there is none, readable by its
    /// owner alone. Gives a handle to read it by, too.
    ///
    /// # Errors
    ///
    /// Why it can't be had, for the operator.
    pub(super) fn open(path: &Path) -> Result<(Self, File), String> {
        let wrong = |problem: String| format!("the audit log {}: {problem}", path.display());
        let io = |error: io::Error| wrong(error.to_string());
        let lock = lock_file(path).map_err(io)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => wrong(
                "another process writes to it; each needs a file of its own, or the store, which \
                 several can share"
                    .to_owned(),
            ),
            TryLockError::Error(error) => io(error),
        })?;
        // What an interrupted rewriting left.
        let _ = fs::remove_file(Rewriting::beside(path));
        let file = append_to(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        sync_folder(path).map_err(io)?;
        let reading = File::open(path).map_err(io)?;
        let (path, file) = (path.to_owned(), Box::new(file));
        Ok((Self { path, file, length, rewriting: None, disproved: false, _lock: lock }, reading))
    }

    /// The same on a disk that a test lets fail.
    pub(super) fn torn_by(self, tear: Tear) -> Self {
        Self { file: tear.over(self.file), ..self }
    }

    /// Takes away what was not written to its end.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.cut(length)?;
        self.length = length;
        Ok(())
    }
}

/// Whether a server has the file open to write to it.
pub(super) fn is_being_written(path: &Path) -> bool {
    let lock = File::open(with_suffix(path, ".lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    private(options.write(true).create(true).truncate(false)).open(with_suffix(path, ".lock"))
}

fn append_to(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().append(true).create(true)).open(path)
}

impl Place for FileSink {
    const ERASES: bool = true;

    fn append(&mut self, lines: &[AuditLine]) -> Result<(), Failure> {
        let text = text(lines);
        let place = self.path.display();
        if let Err(error) = self.file.append(text.as_bytes()) {
            // Half a line must not stay: what comes after it would be lost with it.
            let cut = self.file.cut(self.length);
            let why = format!("the audit log {place} can't be written: {error}");
            let full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
            return Err(match cut {
                Ok(()) if full => Failure::Refused(why),
                _ => Failure::Broken(why),
            });
        }
        // After a failed fsync the kernel may have dropped what it couldn't write, and say at the
        // next one that all is well.
        self.file.sync().map_err(|error| {
            Failure::Broken(format!("the audit log {place} isn't durable: {error}"))
        })?;
        self.length += text.len() as u64;
        Ok(())
    }

    fn signed(&mut self, checkpoint: &External) {
        let path = beside_log(&self.path);
        if self.disproved {
            return;
        }
        if let Err(error) = checkpoint.write(&path) {
            warn!(%error, path = %path.display(), "a checkpoint of the audit log was not kept");
        }
    }

    fn erase(&mut self, now: SystemTime) -> io::Result<Erasing> {
        let begun = self.rewriting.take().map_or_else(|| Rewriting::begin(&self.path, now), Ok);
        let went_on = begun.and_then(|rewriting| rewriting.go_on(self.length));
        let (rewriting, erasing) = went_on.inspect_err(|_| {
            // Half of it would only take room.
            let _ = fs::remove_file(Rewriting::beside(&self.path));
        })?;
        if let Erasing::Ready { bodies, next } = &erasing
            && bodies.is_empty()
        {
            let _ = fs::remove_file(Rewriting::beside(&self.path));
            return Ok(Erasing::Nothing(*next));
        }
        self.rewriting = Some(rewriting);
        Ok(erasing)
    }

    fn replace(&mut self, note: &[AuditLine]) -> Result<(), Failure> {
        let rewriting = self.rewriting.take();
        let rewriting = rewriting.ok_or_else(|| Failure::Refused("nothing to erase".into()))?;
        let (file, length) = rewriting.finish(&text(note))?;
        (self.file, self.length) = (Box::new(file), length);
        Ok(())
    }
}

fn text(lines: &[AuditLine]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        text.push_str(&line.to_json_line());
        text.push('\n');
        text
    })
}
