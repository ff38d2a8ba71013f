//! [`Folder`]: where the files of a test lie.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Linux's file system in memory.
const MEMORY: &str = "/dev/shm";

/// A new folder for the files of a test, which goes with all that is in it as this is dropped.
///
/// On Linux it lies in memory. A call is refused whose intent isn't durable within 250 ms, and
/// on a disk that is busy with other things, such as a build, a test would meet that now and then.
/// What a killed process had written is there all the same; only what a power failure takes can't be
/// seen, on a disk as little as in memory. Where there is no file system in memory, it is in the
/// folder for temporary files ([`std::env::temp_dir`]).
///
/// ```
/// use mcp_runtime::{Store, tools};
/// use mcp_testkit::{Folder, TestServer};
///
/// let folder = Folder::new();
/// let records = Store::file(folder.join("records.db"));
/// let server = TestServer::new(tools![]).configure(|server| server.store(records));
/// # drop(server);
/// ```
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// Makes a folder.
    ///
    /// # Panics
    ///
    /// None can be made: there is no room, or no right to.
    #[expect(clippy::new_without_default, reason = "it makes something outside of the program")]
    #[must_use]
    pub fn new() -> Self {
        let made = TempDir::new_in(MEMORY).or_else(|_| TempDir::new());
        Self(made.unwrap_or_else(|error| panic!("no folder can be made for a test: {error}")))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of a file in it, which this doesn't make.
    #[must_use]
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_empty_and_goes_with_its_files() {
        let (one, other) = (Folder::new(), Folder::new());
        assert_ne!(one.path(), other.path());
        std::fs::write(one.join("file"), "text").unwrap();
        assert_eq!(other.path().read_dir().unwrap().count(), 0);
        let gone = one.path().to_owned();
        drop(one);
        assert!(!gone.exists());
    }
}
