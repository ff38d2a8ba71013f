//! Erasing from a file: it is written anew beside, without the bodies whose time is over, and then
//! takes the old one's place. In parts, so that what is appended meanwhile doesn't wait for all of
//! it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::line::{Read, stub};
use super::scan::Lines;
use super::sink::{Erasing, Failure};
use crate::audit::chain;
use crate::audit::checkpoint::with_suffix;
use crate::audit::key_file::{private, sync_folder};
use crate::audit::view::View;

/// Bytes that are copied at a time: some 20 ms of a disk, within the 250 ms that a call waits.
const PART: u64 = 4 << 20;
/// How many runs of records one note can name: it has to fit into a line. The rest is for the next.
const MAX_RUNS: usize = 16_384;

/// The new file, so far.
pub(super) struct Rewriting {
    path: PathBuf,
    old: File,
    /// How much of the old one is in it.
    copied: u64,
    new: BufWriter<File>,
    now: SystemTime,
    bodies: Vec<(u64, u64)>,
    next: Option<SystemTime>,
}

impl Rewriting {
    pub(super) fn beside(path: &Path) -> PathBuf {
        with_suffix(path, ".new")
    }

    pub(super) fn begin(path: &Path, now: SystemTime) -> io::Result<Self> {
        let beside = Self::beside(path);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let new = private(OpenOptions::new().append(true).create_new(true)).open(beside)?;
        Ok(Self {
            path: path.to_owned(),
            old: File::open(path)?,
            copied: 0,
            new: BufWriter::new(new),
            now,
            bodies: Vec::new(),
            next: None,
        })
    }

    /// Copies the next part of what the old file holds in its first `end` bytes.
    pub(super) fn go_on(mut self, end: u64) -> io::Result<(Self, Erasing)> {
        let part = self.copied.saturating_add(PART);
        let old = self.old.try_clone()?;
        let mut lines = Lines::new(&old, self.copied, end)?;
        while lines.offset < part
            && let Some(one) = lines.next()?
        {
            self.copy(one.text)?;
        }
        self.copied = lines.offset;
        self.new.flush()?;
        self.new.get_ref().sync_data()?;
        if self.copied < end {
            return Ok((self, Erasing::More));
        }
        let (bodies, next) = (std::mem::take(&mut self.bodies), self.next);
        Ok((self, Erasing::Ready { bodies, next }))
    }

    fn copy(&mut self, line: &[u8]) -> io::Result<()> {
        // A body that isn't its digest's says nothing that counts, and must be there to be found.
        if let Some(Read::Record { head, digest, body: Some(body) }) = Read::parse(line)
            && chain::digest(body) == digest
            && let Some(expiry) = View::read(body).ok().and_then(|view| view.expires())
        {
            if expiry <= self.now && self.note(head.seq) {
                return writeln!(self.new, "{}", stub(head, &digest));
            }
            self.next = self.next.into_iter().chain([expiry]).min();
        }
        self.new.write_all(line)?;
        self.new.write_all(b"\n")
    }

    /// Notes that a record is erased, if the note still has room for it.
    fn note(&mut self, seq: u64) -> bool {
        if let Some((_, to)) = self.bodies.last_mut()
            && *to + 1 == seq
        {
            *to = seq;
            return true;
        }
        let room = self.bodies.len() < MAX_RUNS;
        if room {
            self.bodies.push((seq, seq));
        }
        room
    }

    /// Adds the note and takes the old file's place.
    pub(super) fn finish(mut self, note: &str) -> Result<(File, u64), Failure> {
        let beside = Self::beside(&self.path);
        let written = self.new.write_all(note.as_bytes()).and_then(|()| self.new.flush());
        let synced = written.and_then(|()| self.new.get_ref().sync_all());
        if let Err(error) = synced.and_then(|()| fs::rename(&beside, &self.path)) {
            let _ = fs::remove_file(&beside);
            return Err(Failure::Refused(error.to_string()));
        }
        // All was flushed.
        let (file, _) = self.new.into_parts();
        let durable = |error: io::Error| {
            let place = self.path.display();
            Failure::Broken(format!("the audit log {place} was replaced, not durably: {error}"))
        };
        sync_folder(&self.path).map_err(durable)?;
        let length = file.metadata().map_err(durable)?.len();
        Ok((file, length))
    }
}
