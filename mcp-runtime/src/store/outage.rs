//! A store that is down while a test wants it to be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::journal::{Entry, Journal, Written};
use super::{Step, StoreError};

/// Whether the records of a test's servers can't be written: the same for all clones.
#[derive(Clone, Debug, Default)]
pub struct Outage(Arc<AtomicBool>);

impl Outage {
    /// From now on nothing can be written.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// From now on it can again.
    pub fn end(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// A journal with an outage now and then.
pub(crate) struct Unsteady {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) outage: Outage,
}

impl Journal for Unsteady {
    fn write(&self, entry: Entry) -> Step<Written> {
        if self.outage.0.load(Ordering::SeqCst) {
            return Step::Done(Some(Err(StoreError("a test's outage".to_owned()))));
        }
        self.journal.write(entry)
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.journal.newest(limit)
    }

    fn closed(&self) -> Option<String> {
        self.journal.closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::testing::{begins, clock, keys, noon};
    use crate::store::memory::MemoryJournal;

    #[tokio::test]
    async fn nothing_is_written_during_an_outage() {
        let journal = Arc::new(MemoryJournal::new(clock(), keys()).unwrap());
        let outage = Outage::default();
        let unsteady = Unsteady { journal, outage: outage.clone() };
        let write = |call| {
            let record = Some(begins(call, noon()));
            unsteady.write(Entry { record, ..Entry::default() })
        };
        write("a").await.unwrap();
        outage.begin();
        write("b").await.unwrap_err();
        assert_eq!(unsteady.newest(9).unwrap().len(), 1, "what is there can be read");
        outage.end();
        write("c").await.unwrap();
        assert_eq!(unsteady.newest(9).unwrap().len(), 2);
    }
}
