//! Files that the command line writes.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::error::Error;

/// Replaces a file as a whole: whoever reads it sees the old text or the new one, also when the
/// process or the machine stops in between. What is no file, such as a pipe, is written to.
///
/// # Errors
///
/// What kept the text from being written. The file is then as it was.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Error> {
    write(path, text)
        .map_err(|error| Error::settings(format!("cannot write {}: {error}", path.display())))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    // A link stays, and what it leads to is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes());
    }
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    // Two processes that write at once don't write into one file.
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = fill(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn fill(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of its own, which goes when it is dropped.
    struct Place(std::path::PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_is_made_and_replaced_and_nothing_else_is_left() {
        let place = Place::new("mcp-output-replace");
        let path = place.0.join("tools.json");
        for text in ["a longer text", "short"] {
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(place.names(), ["tools.json"]);
    }

    #[test]
    fn what_cannot_be_written_leaves_things_as_they_were() {
        let place = Place::new("mcp-output-fail");
        let directory = place.0.join("taken");
        fs::create_dir(&directory).unwrap();
        for path in [directory, place.0.join("missing").join("file"), "/".into()] {
            let error = replace(&path, "text").unwrap_err().to_string();
            assert!(error.contains("cannot write"), "{error}");
        }
        assert_eq!(place.names(), ["taken"]);
    }
}
