//! Records in this process: for tests, and for servers that need none to outlive them.

mod bodies;
mod keys;
mod log;
#[cfg(feature = "testing")]
mod survivors;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::keys::Keys;
use self::log::Ring;
#[cfg(feature = "testing")]
pub use self::survivors::Survivors;
use super::journal::{Entry, Journal, Written};
use super::{Step, StoreError, millis};
use crate::audit::chain::{Head, LogId};
#[cfg(any(test, feature = "testing"))]
use crate::audit::verify::{Report, verify};
use crate::audit::{AuditKeys, Checkpoint, Kept, Log};
use crate::clock::Clock;

/// Keys and log in this process, gone with it. Every write is done at once.
pub(crate) struct MemoryJournal {
    clock: Clock,
    signs: AuditKeys,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    keys: Keys,
    log: Ring,
}

impl MemoryJournal {
    /// # Errors
    ///
    /// The system has no random number for the log's name.
    pub(crate) fn new(clock: Clock, keys: AuditKeys) -> Result<Self, String> {
        let log = super::random()?;
        let inner = Inner { keys: Keys::default(), log: Ring::new(log) };
        let inner = Arc::new(Mutex::new(inner));
        Ok(Self { clock, signs: keys, inner })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for MemoryJournal {
    fn write(&self, entry: Entry) -> Step<Written> {
        let mut inner = self.lock();
        let once = entry.once.map(|(key, op)| inner.keys.step(key, op, millis(self.clock.now())));
        let seq = entry.record.map(|draft| inner.log.append(&draft, &self.signs, &self.clock));
        if entry.seal {
            inner.log.sign(&self.signs, &self.clock);
        }
        Step::done(Written { once, seq })
    }

    fn is_sure(&self) -> bool {
        true
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(self.lock().log.newest(limit))
    }

    #[cfg(any(test, feature = "testing"))]
    fn verified(&self) -> Result<Report, String> {
        verify(self, None, &[])
    }
}

impl Log for MemoryJournal {
    fn id(&self) -> Result<LogId, String> {
        Ok(self.lock().log.id())
    }

    fn head(&self) -> Result<Head, String> {
        Ok(self.lock().log.head())
    }

    fn start(&self) -> Result<Head, String> {
        Ok(self.lock().log.start())
    }

    fn records(
        &self,
        from: u64,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> Result<(), String> {
        let mut from = from;
        loop {
            // Not held while the reader looks at it.
            let next = self.lock().log.next(from);
            let Some(kept) = next else { return Ok(()) };
            from = kept.seq + 1;
            if each(kept).is_break() {
                return Ok(());
            }
        }
    }

    fn checkpoints(&self) -> Result<Vec<Checkpoint>, String> {
        Ok(self.lock().log.checkpoints())
    }
}
