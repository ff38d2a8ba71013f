//! Notes about erased records, read back: which of them a server wrote, and what they cover.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::meta::signed;
use crate::audit::AuditKeys;
use crate::audit::chain::{self, Hash, Head, LogId};
use crate::audit::view::View;

/// Notes as they are asked for, each read once. Where a note stands is the file's word; what it
/// says counts only with a proof that it is a server's.
pub(super) struct Notes<'a> {
    connection: &'a Connection,
    keys: &'a AuditKeys,
    log: LogId,
    read: HashMap<u64, Option<Note>>,
}

struct Note {
    bodies: Vec<(u64, u64)>,
    through: Option<Head>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(connection: &'a Connection, keys: &'a AuditKeys, log: LogId) -> Self {
        Self { connection, keys, log, read: HashMap::new() }
    }

    /// Whether there is a good note at this place.
    pub(super) fn has(&mut self, seq: u64) -> rusqlite::Result<bool> {
        Ok(self.at(seq)?.is_some())
    }

    /// Whether the note at this place says that the record is erased.
    pub(super) fn cover(&mut self, note: u64, record: u64) -> rusqlite::Result<bool> {
        let Some(note) = self.at(note)? else { return Ok(false) };
        // Its runs are in order.
        let run = note.bodies.partition_point(|(_, to)| *to < record);
        Ok(note.bodies.get(run).is_some_and(|(from, _)| *from <= record))
    }

    /// Whether the note at this place says that the log begins after this head.
    pub(super) fn begin_at(&mut self, note: u64, start: Head) -> rusqlite::Result<bool> {
        Ok(self.at(note)?.is_some_and(|note| note.through == Some(start)))
    }

    fn at(&mut self, seq: u64) -> rusqlite::Result<Option<&Note>> {
        if !self.read.contains_key(&seq) {
            let note = self.load(seq)?;
            self.read.insert(seq, note);
        }
        Ok(self.read.get(&seq).and_then(Option::as_ref))
    }

    fn load(&self, seq: u64) -> rusqlite::Result<Option<Note>> {
        let row: Option<(Hash, Option<Vec<u8>>)> = self
            .connection
            .prepare_cached("SELECT digest, body FROM records WHERE seq = ?1")?
            .query_row([signed(seq)], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((digest, Some(body))) = row else { return Ok(None) };
        if chain::digest(&body) != digest {
            return Ok(None);
        }
        let view = View::read(&body).ok();
        let view = view.filter(|view| view.is_proven(self.keys, self.log, seq));
        Ok(view.map(|view| Note { through: view.through(), bodies: view.bodies }))
    }
}
