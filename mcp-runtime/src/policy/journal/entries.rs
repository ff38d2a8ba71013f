//! Entries of the journal, and what has to be in the answers to them.

use crate::audit::{Draft, Trail};
use crate::store::StoreError;
use crate::store::journal::{Entry, Written};
use crate::store::once::{Fence, OnceAnswer, OnceKey, OnceOp};

/// A step of a key.
pub(super) fn step(key: OnceKey, op: OnceOp) -> Entry {
    Entry { once: Some((key, op)), ..Entry::default() }
}

/// A step of a key, a record, or both.
pub(super) fn entry(once: Option<(OnceKey, OnceOp)>, record: Option<Draft>) -> Entry {
    Entry { once, record, seal: false }
}

/// What becomes of a key whose new owner did nothing: free, or as doubtful as before.
pub(super) fn given_back(fence: Fence, doubt: bool) -> OnceOp {
    if doubt { OnceOp::Doubt { fence } } else { OnceOp::Release { fence } }
}

/// The record of an intent, and its place.
#[derive(Clone)]
pub(super) struct Intent {
    pub(super) trail: Trail,
    pub(super) seq: u64,
}

impl Intent {
    /// Where there is a log: with the place that the journal gave the intent.
    pub(super) fn of(trail: Option<Trail>, written: &Written) -> Result<Option<Self>, StoreError> {
        let Some(trail) = trail else { return Ok(None) };
        let seq = written.seq.ok_or_else(|| StoreError("the record has no place".to_owned()))?;
        Ok(Some(Self { trail, seq }))
    }
}

/// The answer to a step.
pub(super) fn answer(written: Written) -> Result<OnceAnswer, StoreError> {
    written.once.ok_or_else(|| StoreError("the store did not answer the step".to_owned()))
}
