//! The file that the log's key is kept in.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::text::unhex;
use super::{AuditKeys, hex};
use crate::exposure::warn_if_readable;

/// A shorter secret could be guessed.
const MIN: usize = 32;
/// What is larger was meant for something else.
const MAX: usize = 4096;
/// Random bytes in the name of a key that is being made.
const RANDOM: usize = 8;

/// The key in a file, which is made where there is none: 32 random bytes that only its owner may
/// read. Of several processes that make it at once, all get the same.
///
/// # Errors
///
/// What is wrong with the file, for the operator.
pub(crate) fn load_keys(path: &Path) -> Result<AuditKeys, String> {
    match fs::symlink_metadata(path) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(path).map_err(|error| wrong(path, &format!("it can't be made: {error}")))?;
        }
        Err(error) => return Err(wrong(path, &error.to_string())),
    }
    tidy(path);
    read_keys(path)
}

/// The key in a file that is there.
///
/// # Errors
///
/// What is wrong with the file, for the operator.
pub(crate) fn read_keys(path: &Path) -> Result<AuditKeys, String> {
    let file = File::open(path).map_err(|error| wrong(path, &error.to_string()))?;
    let mut secret = Vec::new();
    let read = file.take(MAX as u64 + 1).read_to_end(&mut secret);
    read.map_err(|error| wrong(path, &error.to_string()))?;
    if secret.len() > MAX {
        return Err(wrong(path, &format!("it is larger than {MAX} bytes, so it is no key")));
    }
    let keys = AuditKeys::new(&secret);
    let keys = keys.ok_or_else(|| wrong(path, &format!("a key has at least {MIN} bytes")))?;
    warn_if_readable(path, "signs the audit log");
    Ok(keys)
}

fn wrong(path: &Path, problem: &str) -> String {
    format!("the key of the audit log, {}: {problem}", path.display())
}

/// Makes the file whole under another name, then gives it its own: whoever finds it finds all of
/// it, and one that came first stays.
fn make(path: &Path) -> io::Result<()> {
    let mut secret = [0; MIN];
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    let beside = beside(path)?;
    let made = fill(&beside, &secret).and_then(|()| match fs::hard_link(&beside, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // Not every file system has links. There the file is whole a moment after it is there.
        Err(_) => match fill(path, &secret) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            filled => filled,
        },
        Ok(()) => Ok(()),
    });
    let _ = fs::remove_file(&beside);
    made.and_then(|()| sync_folder(path))
}

fn fill(path: &Path, secret: &[u8]) -> io::Result<()> {
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    file.write_all(secret)?;
    file.sync_all()
}

/// Removes what was left beside a key by processes that ended as they made it: copies of it, or of
/// one that came too late. Another that makes it right now finds that it is there.
fn tidy(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return };
    for entry in entries.flatten() {
        let left = entry.file_name();
        if path.file_name().is_some_and(|name| is_left(name.as_encoded_bytes(), &left)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a name is one that [`beside`] gives.
fn is_left(name: &[u8], left: &OsStr) -> bool {
    let random = left.as_encoded_bytes().strip_prefix(b".");
    let random = random.and_then(|left| left.strip_prefix(name)?.strip_prefix(b"."));
    let random = random.and_then(|left| left.strip_suffix(b".tmp"));
    random.and_then(unhex::<RANDOM>).is_some()
}

/// A name beside a file that nobody else uses.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut random = [0; RANDOM];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or(ErrorKind::InvalidInput)?);
    name.push(format!(".{}.tmp", hex(&random)));
    Ok(path.with_file_name(name))
}

/// Files that are made can be read by their owner alone.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes a file's name as durable as what is in it.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};

    use super::*;

    fn digest(keys: &AuditKeys) -> String {
        keys.digest(b"4711").to_string()
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        assert!(read_keys(&path).is_err(), "reading makes nothing");
        let made = load_keys(&path).unwrap();
        assert_eq!(digest(&made), digest(&load_keys(&path).unwrap()));
        assert_eq!(digest(&made), digest(&read_keys(&path).unwrap()));
        assert_eq!(fs::read(&path).unwrap().len(), 32);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn what_a_process_left_that_ended_meanwhile_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        let left = beside(&path).unwrap();
        let others = [".audit.key.tmp", ".audit.key.0123.tmp", ".other.key.0123456789abcdef.tmp"];
        for name in others {
            fs::write(folder.path().join(name), "").unwrap();
        }
        for _ in 0..2 {
            fs::write(&left, [7; 32]).unwrap();
            load_keys(&path).unwrap();
            assert!(!left.exists());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1 + others.len());
    }

    #[test]
    fn who_makes_it_at_once_gets_the_same() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = Arc::new(folder.path().join("audit.key"));
            let start = Arc::new(Barrier::new(8));
            let all: Vec<_> = (0..8)
                .map(|_| {
                    let (path, start) = (Arc::clone(&path), Arc::clone(&start));
                    std::thread::spawn(move || {
                        start.wait();
                        digest(&load_keys(&path).unwrap())
                    })
                })
                .collect();
            let all: Vec<String> = all.into_iter().map(|one| one.join().unwrap()).collect();
            assert!(all.iter().all(|one| *one == all[0]));
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        for (length, good) in [(0, false), (31, false), (32, true), (4096, true), (4097, false)] {
            fs::write(&path, vec![7; length]).unwrap();
            assert_eq!(load_keys(&path).is_ok(), good, "{length}");
            assert_eq!(fs::read(&path).unwrap().len(), length);
        }
        assert!(load_keys(&folder.path().join("missing").join("key")).is_err());
    }
}
