//! Checkpoints outside of the log: one line of JSON, in a file or wherever its operator keeps it.
//!
//! A log can be cut at its end, and what is left is a log. Only who kept a checkpoint elsewhere
//! sees that.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::chain::{Head, LogId};
use super::hex;
use super::key_file::{private, sync_folder};
use super::keys::Checkpoint;
use super::text::Text;

/// What is written is signed, along with it, where so many records are unsigned: no more of them
/// are, however many come in a second.
pub(crate) const RECORDS: u64 = 1_000;
/// It is signed as well where there is no checkpoint yet, or the last one is so old, in milliseconds.
pub(crate) const AGE: u64 = 60_000;

/// A checkpoint that says which log it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct External {
    pub(crate) log: LogId,
    pub(crate) checkpoint: Checkpoint,
}

impl External {
    /// `{"log":"…","checkpoint":{…}}`, in one line.
    pub(crate) fn to_line(&self) -> String {
        format!("{{\"log\":\"{}\",{}}}", hex(&self.log), member(&self.checkpoint))
    }

    /// Reads exactly what [`to_line`](Self::to_line) writes.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let mut text = Text(line);
        let log = text.after("{\"log\":\"")?.hex()?;
        text.after("\",")?;
        let checkpoint = read_member(&mut text)?;
        text.after("}")?.end().then_some(Self { log, checkpoint })
    }

    /// The last checkpoint in a file.
    ///
    /// # Errors
    ///
    /// A file without any, for the person who named it.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let wrong = |problem: &str| format!("the checkpoint {}: {problem}", path.display());
        let text = fs::read(path).map_err(|error| wrong(&error.to_string()))?;
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let last = lines.next_back().and_then(Self::parse);
        last.ok_or_else(|| wrong("its last line is no checkpoint"))
    }

    /// Replaces the file by this one. The caller sees to it that nobody else does so at the same
    /// time.
    ///
    /// # Errors
    ///
    /// What kept it from being written; the old one is there then.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let beside = with_suffix(path, ".tmp");
        // What was left behind as a process ended here.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let written = private(OpenOptions::new().write(true).create_new(true))
            .open(&beside)
            .and_then(|mut file| {
                file.write_all(self.to_line().as_bytes())?;
                file.write_all(b"\n")?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&beside, path));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written.and_then(|()| sync_folder(path))
    }
}

/// Whether what was written since the last checkpoint is to be signed now: so many records, the last
/// one signed at that time. Both in milliseconds since 1970.
pub(crate) fn is_due(unsigned: u64, last: Option<u64>, now: u64) -> bool {
    let is_old = last.is_none_or(|last| now.abs_diff(last) >= AGE);
    unsigned >= RECORDS || unsigned > 0 && is_old
}

/// Where the newest checkpoint of a log in a file is kept.
pub(crate) fn beside_log(log: &Path) -> PathBuf {
    with_suffix(log, ".checkpoint")
}

/// A file's name with something after it.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// `"checkpoint":{…}`.
pub(super) fn member(of: &Checkpoint) -> String {
    let Checkpoint { head, time, signature } = of;
    format!(
        "\"checkpoint\":{{\"seq\":{},\"hash\":\"{}\",\"time\":{time},\"signature\":\"{}\"}}",
        head.seq,
        hex(&head.hash),
        hex(signature),
    )
}

pub(super) fn read_member(text: &mut Text<'_>) -> Option<Checkpoint> {
    let seq = text.after("\"checkpoint\":{\"seq\":")?.number()?;
    let hash = text.after(",\"hash\":\"")?.hex()?;
    let time = text.after("\",\"time\":")?.number()?;
    let signature = text.after(",\"signature\":\"")?.hex()?;
    text.after("\"}")?;
    Some(Checkpoint { head: Head { seq, hash }, time, signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn external() -> External {
        let head = Head { seq: 1_024, hash: [0xab; 32] };
        External { log: [1; 16], checkpoint: Checkpoint { head, time: 5, signature: [9; 32] } }
    }

    #[test]
    fn it_is_read_as_it_was_written_and_no_other_way() {
        let line = external().to_line();
        assert_eq!(External::parse(line.as_bytes()), Some(external()));
        for at in 0..line.len() {
            let mut other = line.clone().into_bytes();
            other[at] ^= 1;
            assert_ne!(External::parse(&other), Some(external()), "{at}");
            assert_eq!(External::parse(&line.as_bytes()[..at]), None);
        }
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["checkpoint"]["seq"], 1_024);
    }

    #[test]
    fn the_file_holds_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.checkpoint");
        assert!(External::read(&path).is_err());
        let mut newer = external();
        newer.checkpoint.head.seq += 1;
        external().write(&path).unwrap();
        newer.write(&path).unwrap();
        assert_eq!(External::read(&path).unwrap(), newer);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        // A process that ended in the middle of it leaves nothing for good.
        fs::write(folder.path().join("a.checkpoint.tmp"), "{\"lo").unwrap();
        newer.write(&path).unwrap();
        assert_eq!(External::read(&path).unwrap(), newer);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(&path, "no\n").unwrap();
        assert!(External::read(&path).unwrap_err().contains("is no checkpoint"));
    }
}
