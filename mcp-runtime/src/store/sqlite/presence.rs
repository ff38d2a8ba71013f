//! Which processes have the file open: each has a locked file of its own in a folder beside it. The
//! system takes the lock away as a process ends, however it ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tracing::warn;

use super::file::{beside, private};
use crate::audit::hex;

/// A process, from the opening of the file to its end. Random.
pub(super) type WriterId = [u8; 16];

/// That this process is there.
pub(super) struct Presence {
    path: PathBuf,
    /// Locked as long as it is open.
    locked: File,
    /// It was said that the file can't be put back: it isn't with every write.
    complained: bool,
}

impl Presence {
    pub(super) fn begin(store: &Path, writer: &WriterId) -> Result<Self, String> {
        // Beside the file itself, by whatever link each process came to it.
        let store = fs::canonicalize(store)
            .map_err(|error| format!("the store {}: {error}", store.display()))?;
        let path = beside(&store, ".writers").join(hex(writer));
        match lock(&path) {
            Ok(locked) => Ok(Self { path, locked, complained: false }),
            Err(error) => Err(format!("the lock {} can't be taken: {error}", path.display())),
        }
    }

    /// Takes the lock anew where its file is no longer there: without it this process looks gone.
    pub(super) fn restore(&mut self) {
        if matches!(self.path.try_exists(), Ok(true) | Err(_)) {
            return;
        }
        match lock(&self.path) {
            Ok(locked) => {
                self.locked = locked;
                warn!("the lock {} was deleted, and is there again", self.path.display());
            }
            Err(error) if !self.complained => {
                self.complained = true;
                warn!("the lock {} can't be put back: {error}", self.path.display());
            }
            Err(_) => {}
        }
    }

    /// The file of another one.
    fn of(&self, writer: &WriterId) -> PathBuf {
        self.path.with_file_name(hex(writer))
    }

    /// Whether the process of a writer is gone. Where that can't be told, it is there.
    pub(super) fn is_gone(&self, writer: &WriterId) -> bool {
        let path = self.of(writer);
        let locked = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file.try_lock(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return true,
            Err(error) => Err(TryLockError::Error(error)),
        };
        match locked {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => {
                warn!("whether {} is locked can't be told: {error}", path.display());
                false
            }
        }
    }

    /// Removes what a writer left that is gone.
    pub(super) fn forget(&self, writer: &WriterId) {
        let _ = fs::remove_file(self.of(writer));
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // One that stays is removed by whoever opens the store next.
        let _ = fs::remove_file(&self.path);
        let _ = self.locked.unlock();
    }
}

/// Makes the file and locks it.
fn lock(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make(folder)?;
    }
    let file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    file.try_lock()?;
    Ok(file)
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
