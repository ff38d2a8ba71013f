//! Where records are kept.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

use crate::config::StorePlace;

/// The file's name, in the server's own directory.
const FILE: &str = "records.db";

/// Where a server keeps what outlives a call: the keys of idempotent calls, and the audit log.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")] {
/// use mcp_runtime::{Server, Store};
///
/// let server = Server::new("invoices", "1.0.0").store(Store::file("/var/lib/invoices/records.db"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store(pub(crate) StorePlace);

impl Store {
    /// In this process's memory: a key that was used before a restart is unknown after it, and so
    /// is what was recorded. For tests, and for tools that only read.
    pub fn memory() -> Self {
        Self(StorePlace::Memory)
    }

    /// One `SQLite` file, which is made where there is none, in a directory that is there. Several
    /// processes of one machine may share it; a network file system is no place for it.
    ///
    /// Beside it lies the key that signs the audit log, unless another is named: of `records.db`
    /// that is `records.db.key`.
    #[cfg(feature = "sqlite")]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(StorePlace::File(path.into()))
    }
}

/// The file of a server in the user's state directory.
///
/// # Errors
///
/// Nobody says where the user's directories are.
pub(super) fn in_state_directory(name: &str) -> Result<PathBuf, String> {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let directory = state_directory(var).ok_or(
        "there is no directory for records: say with `store` where they go, \"memory\" or \
         \"file:PATH\"",
    )?;
    Ok(directory.join(file_name(name)).join(FILE))
}

/// Makes the directory of that file, for this user alone.
///
/// # Errors
///
/// Nobody says where the user's directories are, or the directory can't be made.
pub(super) fn make_state_directory(name: &str) -> Result<(), String> {
    let file = in_state_directory(name)?;
    let directory = file.parent().unwrap_or(&file);
    make(directory)
        .map_err(|error| format!("cannot make the directory {}: {error}", directory.display()))
}

/// By the XDG base directory specification, which wants relative paths ignored; on Windows where
/// applications keep what belongs to one machine.
fn state_directory(var: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return absolute("LOCALAPPDATA");
    }
    absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))
}

/// A server's name as that of a directory: percent-encoded but for letters, digits, `-`, `_` and
/// dots that don't lead.
fn file_name(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => text.push(char::from(byte)),
            b'.' if at > 0 => text.push('.'),
            _ => {
                // Writing to a string doesn't fail.
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    // An encoded name is never a lone percent sign.
    if text.is_empty() { "%".to_owned() } else { text }
}

fn make(directory: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_name_is_safe_as_a_directorys() {
        for (name, expected) in [
            ("invoices", "invoices"),
            ("My_server-2.0", "My_server-2.0"),
            ("a b/c", "a%20b%2Fc"),
            ("..", "%2E."),
            (".", "%2E"),
            ("../etc", "%2E.%2Fetc"),
            ("100%", "100%25"),
            ("ä", "%C3%A4"),
            ("a\0\\", "a%00%5C"),
            ("", "%"),
        ] {
            assert_eq!(file_name(name), expected, "{name:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_state_directory_is_the_users() {
        let of = |xdg: Option<&str>, home: Option<&str>| {
            let var = |name: &str| match name {
                "XDG_STATE_HOME" => xdg.map(OsString::from),
                "HOME" => home.map(OsString::from),
                _ => None,
            };
            state_directory(var).map(|path| path.display().to_string())
        };
        assert_eq!(of(Some("/x"), Some("/home/anna")).unwrap(), "/x");
        assert_eq!(of(Some("x"), Some("/home/anna")).unwrap(), "/home/anna/.local/state");
        assert_eq!(of(None, Some("/home/anna")).unwrap(), "/home/anna/.local/state");
        assert_eq!(of(None, None), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_that_is_made_is_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("state/t");
        make(&directory).unwrap();
        make(&directory).unwrap();
        let mode = std::fs::metadata(&directory).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
