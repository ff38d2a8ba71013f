//! A log to read, whatever it is in.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::Log;
use super::lines::FileLog;

/// What every `SQLite` file begins with: "Database File Format", 1.3.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// A log to read, whatever kind of file it is in.
///
/// # Errors
///
/// A file that can't be read, or that is no log.
pub(crate) fn open_log(path: &Path) -> Result<Box<dyn Log>, String> {
    let wrong = |problem: &str| format!("the audit log {}: {problem}", path.display());
    let file = File::open(path).map_err(|error| wrong(&error.to_string()))?;
    let mut start = Vec::new();
    let read = file.take(SQLITE.len() as u64).read_to_end(&mut start);
    read.map_err(|error| wrong(&error.to_string()))?;
    if start == SQLITE {
        return open_sqlite(path);
    }
    Ok(Box::new(FileLog::open(path)?))
}

/// The log of a store in an `SQLite` file.
#[cfg(feature = "sqlite")]
fn open_sqlite(path: &Path) -> Result<Box<dyn Log>, String> {
    Ok(Box::new(crate::store::sqlite::SqliteLog::open(path)?))
}

#[cfg(not(feature = "sqlite"))]
fn open_sqlite(path: &Path) -> Result<Box<dyn Log>, String> {
    Err(format!("{}: this server was built without SQLite", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::testing::{clock, keys};
    use crate::audit::{AuditLog, open_place};

    #[test]
    fn a_log_is_told_by_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("whatever.db");
        open_place(&AuditLog::file(&path).into_settings(), keys(), clock(), None).unwrap();
        assert_eq!(open_log(&path).map(|log| log.head().unwrap().seq), Ok(0));
        for (text, problem) in [(&b"SQLite format 3\n"[..], "no audit log"), (b"", "it is empty")] {
            std::fs::write(&path, text).unwrap();
            let told = open_log(&path).err().unwrap();
            assert!(told.contains(problem), "{told}");
        }
    }
}
