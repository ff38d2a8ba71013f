//! One line, written and read.

use crate::audit::chain::{self, Hash, Head, LogId};
use crate::audit::checkpoint::{member, read_member};
use crate::audit::text::Text;
use crate::audit::{Checkpoint, hex};

/// The longest line, in bytes. Records are far shorter: what is in them is bounded where they are
/// made.
pub(crate) const MAX_LINE: usize = 1 << 20;

/// One line of an audit log: its first, a record, or a checkpoint.
///
/// A file of [`to_json_line`](Self::to_json_line)s, from the first that a process gave, is a log
/// that `audit verify --log FILE` can check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine(Line);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Header(LogId),
    Record { head: Head, digest: Hash, body: String },
    Checkpoint(Checkpoint),
}

impl AuditLine {
    pub(super) fn header(log: LogId) -> Self {
        Self(Line::Header(log))
    }

    pub(super) fn checkpoint(checkpoint: Checkpoint) -> Self {
        Self(Line::Checkpoint(checkpoint))
    }

    /// The record that follows `before`, and the head with it.
    pub(super) fn record(before: Head, body: String) -> (Self, Head) {
        let digest = chain::digest(body.as_bytes());
        let head = before.then(&digest);
        (Self(Line::Record { head, digest, body }), head)
    }

    /// The place of the record in its log, from 1; of a checkpoint, of the last record that it
    /// covers; 0 of the log's first line.
    pub fn seq(&self) -> u64 {
        self.head().seq
    }

    /// The chain up to here: SHA-256 of the hash before and of the record's digest.
    pub fn hash(&self) -> [u8; 32] {
        self.head().hash
    }

    /// The SHA-256 of a record's [`body`](Self::body).
    pub fn digest(&self) -> Option<[u8; 32]> {
        match &self.0 {
            Line::Record { digest, .. } => Some(*digest),
            _ => None,
        }
    }

    /// A record: one JSON object, in one line.
    pub fn body(&self) -> Option<&str> {
        match &self.0 {
            Line::Record { body, .. } => Some(body),
            _ => None,
        }
    }

    /// Whether it is a checkpoint: the log's own signature of all records so far. Kept where nobody
    /// who can write to the log can reach it, it shows that a log was cut.
    pub fn is_checkpoint(&self) -> bool {
        matches!(self.0, Line::Checkpoint(_))
    }

    /// The line as JSON, without a line break.
    pub fn to_json_line(&self) -> String {
        match &self.0 {
            Line::Header(log) => format!("{{\"log\":\"{}\",\"form\":1}}", hex(log)),
            Line::Record { head, digest, body } => line_of(*head, digest, body),
            Line::Checkpoint(checkpoint) => format!("{{{}}}", member(checkpoint)),
        }
    }

    fn head(&self) -> Head {
        match &self.0 {
            Line::Header(log) => Head::empty(*log),
            Line::Record { head, .. } => *head,
            Line::Checkpoint(checkpoint) => checkpoint.head,
        }
    }
}

fn line_of(head: Head, digest: &Hash, body: &str) -> String {
    let (seq, hash, digest) = (head.seq, hex(&head.hash), hex(digest));
    format!("{{\"seq\":{seq},\"hash\":\"{hash}\",\"digest\":\"{digest}\",\"record\":{body}}}")
}

/// The line of a record whose body is erased.
pub(super) fn stub(head: Head, digest: &Hash) -> String {
    line_of(head, digest, "null")
}

/// A line that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read<'a> {
    Header(LogId),
    /// `None` is an erased body.
    Record {
        head: Head,
        digest: Hash,
        body: Option<&'a [u8]>,
    },
    Checkpoint(Checkpoint),
}

impl<'a> Read<'a> {
    /// Reads exactly what [`AuditLine::to_json_line`] writes. Whether a record's body is its
    /// digest's isn't looked at.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let mut text = Text(line);
        if text.after("{\"log\":\"").is_some() {
            let log = text.hex()?;
            return text.after("\",\"form\":1}")?.end().then_some(Self::Header(log));
        }
        if text.after("{\"seq\":").is_some() {
            let seq = text.number()?;
            let hash = text.after(",\"hash\":\"")?.hex()?;
            let digest = text.after("\",\"digest\":\"")?.hex()?;
            let body = text.after("\",\"record\":")?.before("}")?;
            let body = (body != b"null").then_some(body);
            return Some(Self::Record { head: Head { seq, hash }, digest, body });
        }
        let checkpoint = read_member(text.after("{")?)?;
        text.after("}")?.end().then_some(Self::Checkpoint(checkpoint))
    }
}
