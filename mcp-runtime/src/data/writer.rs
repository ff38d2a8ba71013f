//! The text while it is written.

use std::fmt;
use std::io::Write as _;

use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Error, Value};

use super::members::{Member, put_in_order};
use crate::json_text::{Digits, write_escaped, write_string};

type Result<T = ()> = std::result::Result<T, Error>;

/// What a text has room for as soon as it is more than a scalar: many results, and once more for
/// the members of their outermost objects while they are put in order.
const ROOM: usize = 1024;
/// The members that there is room for as soon as there is one.
const MEMBERS: usize = 16;

/// Writes one value. A string that is all there is stands as it is, without quotes.
pub(super) struct Writer {
    pub(super) text: Vec<u8>,
    /// The members so far of the objects that are open, the innermost object's last.
    pub(super) members: Vec<Member>,
    /// How many lists and objects are open.
    depth: usize,
    /// The most that were.
    pub(super) deepest: usize,
    is_text: bool,
    pub(super) is_canonical: bool,
}

/// A place to go back to, when what follows it turns out to be unwritable.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    text: usize,
    members: usize,
    depth: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            members: Vec::new(),
            depth: 0,
            deepest: 0,
            is_text: false,
            is_canonical: true,
        }
    }
}

impl Writer {
    /// Whether all that was written is one string.
    pub(super) fn is_text(&self) -> bool {
        self.is_text
    }

    /// The text. Nothing but texts and plain characters was added to it.
    pub(super) fn finish(mut self) -> Result<String> {
        // A long text doesn't keep the room that it was put in order in.
        self.text.shrink_to(ROOM);
        String::from_utf8(self.text).map_err(Error::custom)
    }

    pub(super) fn open(&mut self, bracket: u8) {
        if self.depth == 0 {
            self.text.reserve(ROOM);
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        self.text.push(bracket);
    }

    pub(super) fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        self.text.push(bracket);
    }

    /// Opens an object for its one member.
    pub(super) fn open_variant(&mut self, variant: &str) {
        self.open(b'{');
        self.quoted(variant);
        self.text.push(b':');
    }

    /// Comes before an item or a member of what was opened up to `start`.
    pub(super) fn separate(&mut self, start: usize) {
        if self.text.len() > start {
            self.text.push(b',');
        }
    }

    /// Puts the members since the `first` in order and forgets them.
    pub(super) fn in_order(&mut self, first: usize) {
        put_in_order(&mut self.text, &mut self.members, first);
        self.members.truncate(first);
    }

    /// Notes a member of the innermost object.
    pub(super) fn member(&mut self, member: Member) {
        if self.members.capacity() == 0 {
            self.members.reserve(MEMBERS);
        }
        self.members.push(member);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { text: self.text.len(), members: self.members.len(), depth: self.depth }
    }

    pub(super) fn back_to(&mut self, mark: Mark) {
        self.text.truncate(mark.text);
        self.members.truncate(mark.members);
        self.depth = mark.depth;
    }

    /// Writes a value whole, or nothing since the mark: a type may go on after an error.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T, since: Mark) -> Result {
        let written = value.serialize(&mut *self);
        if written.is_err() {
            self.back_to(since);
        }
        written
    }

    pub(super) fn unsigned(&mut self, number: u64) {
        self.text.extend_from_slice(Digits::of(number).bytes());
    }

    pub(super) fn signed(&mut self, number: i64) {
        if number < 0 {
            self.text.push(b'-');
        }
        self.unsigned(number.unsigned_abs());
    }

    /// A value that `serde_json` made of what has rules of its own: a float, a number of another
    /// size, its private types.
    pub(super) fn odd(&mut self, value: &Value) -> Result {
        self.is_canonical = false;
        match value {
            // As a struct of its own it may come back to where it came from.
            Value::Number(number) => write!(self.text, "{number}").map_err(Error::custom),
            other => other.serialize(self),
        }
    }

    pub(super) fn string(&mut self, text: &str) {
        if self.depth == 0 {
            self.is_text = true;
            self.text.extend_from_slice(text.as_bytes());
        } else {
            self.quoted(text);
        }
    }

    pub(super) fn quoted(&mut self, text: &str) {
        self.is_canonical &= write_string(text.as_bytes(), &mut self.text);
    }

    /// A string that its type writes itself.
    pub(super) fn displayed(&mut self, text: &(impl fmt::Display + ?Sized)) -> Result {
        if self.depth == 0 {
            let mut own = String::new();
            fmt::write(&mut own, format_args!("{text}")).map_err(Error::custom)?;
            self.string(&own);
            return Ok(());
        }
        self.text.push(b'"');
        fmt::write(&mut Escaping(self), format_args!("{text}")).map_err(Error::custom)?;
        self.text.push(b'"');
        Ok(())
    }

    fn escaped(&mut self, text: &[u8]) {
        self.is_canonical &= write_escaped(text, &mut self.text);
    }
}

/// Escapes what is written.
struct Escaping<'a>(&'a mut Writer);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escaped(text.as_bytes());
        Ok(())
    }
}
