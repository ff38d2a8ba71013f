//! Logs that were tampered with, each in one way.

mod file;
mod random;
mod table;
mod tail;

use std::ops::ControlFlow;
use std::time::SystemTime;

use super::{Report, verify};
use crate::audit::chain::{self, Head, LogId};
use crate::audit::checkpoint::External;
use crate::audit::log::{Kept, Log};
use crate::audit::testing::{keys, noon};
use crate::audit::{AuditKeys, Checkpoint, Draft, Erased};

const LOG: LogId = [3; 16];

/// A log as a store might hold it, every part of which can be changed.
#[derive(Clone, Debug)]
struct Stored {
    start: Head,
    head: Head,
    records: Vec<Kept>,
    checkpoints: Vec<Checkpoint>,
}

impl Stored {
    fn new() -> Self {
        let empty = Head::empty(LOG);
        Self { start: empty, head: empty, records: Vec::new(), checkpoints: Vec::new() }
    }

    fn add(&mut self, draft: &Draft) -> u64 {
        let seq = self.head.seq + 1;
        self.add_body(draft.body(seq));
        seq
    }

    fn add_body(&mut self, body: Vec<u8>) {
        let digest = chain::digest(&body);
        self.head = self.head.then(&digest);
        self.records.push(Kept { seq: self.head.seq, body: Some(body), digest });
    }

    fn sign(&mut self) {
        self.sign_at(noon());
    }

    fn sign_at(&mut self, time: SystemTime) {
        self.checkpoints.push(keys().sign(LOG, self.head, time));
    }

    fn note(&mut self, bodies: Vec<(u64, u64)>, through: Option<Head>) {
        let place = (&keys(), LOG, self.head.seq + 1);
        let erased = Erased::new(noon(), bodies, through, place);
        self.add(&Draft::Erased(Box::new(erased)));
    }

    /// A note of someone who has another key.
    fn forge_note(&mut self, bodies: Vec<(u64, u64)>) {
        let other = AuditKeys::new(&[8; 32]).unwrap();
        let place = (&other, LOG, self.head.seq + 1);
        self.add(&Draft::Erased(Box::new(Erased::new(noon(), bodies, None, place))));
    }

    /// All hashes anew, as someone does who can compute, and has no key.
    fn rechain(&mut self) {
        self.head = self.start;
        for kept in &mut self.records {
            if let Some(body) = &kept.body {
                kept.digest = chain::digest(body);
            }
            self.head = self.head.then(&kept.digest);
        }
    }

    fn external(&self) -> External {
        External { log: LOG, checkpoint: self.checkpoints.last().unwrap().clone() }
    }

    fn verified(&self) -> Report {
        verify(self, Some(&keys()), &[]).unwrap()
    }
}

impl Log for Stored {
    fn id(&self) -> Result<LogId, String> {
        Ok(LOG)
    }

    fn head(&self) -> Result<Head, String> {
        Ok(self.head)
    }

    fn start(&self) -> Result<Head, String> {
        Ok(self.start)
    }

    fn records(
        &self,
        from: u64,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> Result<(), String> {
        for kept in self.records.iter().filter(|kept| kept.seq >= from) {
            if each(kept.clone()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn checkpoints(&self) -> Result<Vec<Checkpoint>, String> {
        Ok(self.checkpoints.clone())
    }
}
