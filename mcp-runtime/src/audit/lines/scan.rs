//! Reading: line by line, with the checks that a file of lines can be held to as it is read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek, SeekFrom, Take};

use super::line::{MAX_LINE, Read};
use crate::audit::chain::{Head, LogId};

/// The lines of a file, from some offset to another.
pub(super) struct Lines<'a> {
    from: BufReader<Take<&'a File>>,
    buffer: Vec<u8>,
    /// Behind the last line that was given.
    pub(super) offset: u64,
}

/// What stands between two line breaks.
pub(super) struct One<'a> {
    pub(super) text: &'a [u8],
    /// Where it begins.
    pub(super) start: u64,
    /// A line break ended it.
    pub(super) whole: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(mut file: &'a File, start: u64, end: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(start))?;
        let from = BufReader::with_capacity(64 << 10, file.take(end.saturating_sub(start)));
        Ok(Self { from, buffer: Vec::new(), offset: start })
    }

    /// The next line, or a part of one that is longer than any line may be.
    pub(super) fn next(&mut self) -> io::Result<Option<One<'_>>> {
        self.buffer.clear();
        let most = MAX_LINE as u64 + 1;
        let read = (&mut self.from).take(most).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        let start = self.offset;
        self.offset += read as u64;
        let text = self.buffer.strip_suffix(b"\n");
        let whole = text.is_some();
        Ok(Some(One { text: text.unwrap_or(&self.buffer), start, whole }))
    }
}

/// Goes along a file's chain.
pub(super) struct Walk {
    pub(super) log: Option<LogId>,
    pub(super) head: Head,
    /// The last record that a checkpoint covers.
    pub(super) signed: u64,
    /// When the last checkpoint was signed, in milliseconds since 1970.
    pub(super) signed_at: Option<u64>,
}

impl Walk {
    pub(super) fn new() -> Self {
        Self { log: None, head: Head { seq: 0, hash: [0; 32] }, signed: 0, signed_at: None }
    }

    /// Takes the next line. What is wrong with it, as far as the lines before it tell; from there it
    /// goes on with what the line says.
    pub(super) fn step<'a>(&mut self, line: &'a [u8]) -> (Option<Read<'a>>, Option<String>) {
        let Some(read) = Read::parse(line) else {
            return (None, Some("it is no line of an audit log".to_owned()));
        };
        let wrong = match (&read, self.log) {
            (Read::Header(log), None) => {
                (self.log, self.head) = (Some(*log), Head::empty(*log));
                None
            }
            (_, None) => Some("the first line has to name the log".to_owned()),
            (Read::Header(_), Some(_)) => Some("only the first line names the log".to_owned()),
            (Read::Record { head, digest, .. }, _) => {
                let (next, seq) = (self.head.then(digest), self.head.seq + 1);
                self.head = *head;
                if head.seq != seq {
                    Some(format!("record {} stands where record {seq} belongs", head.seq))
                } else if head.hash != next.hash {
                    Some(format!("the hash of record {seq} doesn't follow from those before it"))
                } else {
                    None
                }
            }
            (Read::Checkpoint(checkpoint), _) => {
                let covered = checkpoint.head.seq;
                let wrong = checkpoint.head != self.head || covered <= self.signed;
                self.signed = self.signed.max(covered);
                self.signed_at = Some(checkpoint.time);
                wrong.then(|| {
                    format!("the checkpoint of record {covered} doesn't belong to where it stands")
                })
            }
        };
        (Some(read), wrong)
    }
}
