//! Where the program keeps its ledger, the hashes of its API keys, and the records of its calls.

use std::env;
use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};

/// The environment variable that names another file for the ledger.
pub const VARIABLE: &str = "INVOICES_DB";
/// The environment variable that names another file for the keys.
pub const KEYS_VARIABLE: &str = "INVOICES_KEYS";

/// The path of the ledger's file.
///
/// `INVOICES_DB`, where it is set and not empty. Otherwise `invoices/ledger.db` in the user's
/// state directory: `$XDG_STATE_HOME` or `~/.local/state`, and `%LOCALAPPDATA%` on Windows. A
/// client that starts the server from whatever directory it happens to be in finds the same
/// ledger each time, and no checkout gets dirty.
///
/// The directory of the default is created, open to its owner alone. The one that `INVOICES_DB`
/// points into is not: a mistyped path should fail.
///
/// # Errors
///
/// When there is no state directory, or when it can't be created.
pub fn ledger_file() -> io::Result<PathBuf> {
    if let Some(path) = named(VARIABLE) {
        return Ok(path);
    }
    let directory = state_directory()
        .ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                format!("there is no home directory: set {VARIABLE} to the ledger's path"),
            )
        })?
        .join("invoices");
    private_directory().create(&directory)?;
    Ok(directory.join("ledger.db"))
}

/// The path of the file of API keys: `INVOICES_KEYS`, where it is set and not empty, otherwise
/// `keys.toml` beside the ledger.
pub fn keys_file(ledger: &Path) -> PathBuf {
    named(KEYS_VARIABLE).unwrap_or_else(|| ledger.with_file_name("keys.toml"))
}

/// The path of the file of records, `records.db` beside the ledger: what the keys of idempotent
/// calls stand for is in that ledger and in no other. The setting `store` names another one.
pub fn records_file(ledger: &Path) -> PathBuf {
    ledger.with_file_name("records.db")
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn state_directory() -> Option<PathBuf> {
    if cfg!(windows) {
        return env::var_os("LOCALAPPDATA").map(PathBuf::from);
    }
    env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).or_else(
        || env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".local/state")),
    )
}

fn private_directory() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
