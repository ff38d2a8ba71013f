//! A log to read: what is verified, shown and exported.

use std::ops::ControlFlow;

use super::chain::{Hash, Head, LogId};
use super::keys::Checkpoint;

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) seq: u64,
    /// `None` where it was erased.
    pub(crate) body: Option<Vec<u8>>,
    /// As it was stored: what it has to be is the body's.
    pub(crate) digest: Hash,
}

/// A log that is kept somewhere. Every text is for the person who reads the log.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line reads logs"))]
pub(crate) trait Log {
    fn id(&self) -> Result<LogId, String>;

    /// The head that the next record will follow, by the store's own word.
    fn head(&self) -> Result<Head, String>;

    /// The head before the first record that is there: an empty log's, unless the oldest records
    /// are gone without a trace, and by the store's own word.
    fn start(&self) -> Result<Head, String>;

    /// Its records from this one on, in order.
    fn records(
        &self,
        from: u64,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> Result<(), String>;

    /// Its checkpoints, in order.
    fn checkpoints(&self) -> Result<Vec<Checkpoint>, String>;
}
