//! [`Outage`]: records that can't be written while a test wants it so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mcp_runtime::private::{Edge, Fate, Passing, Steering};

/// Whether the records of a test's server can't be written: the same for all clones.
#[derive(Clone, Default)]
pub(super) struct Outage(Arc<AtomicBool>);

impl Outage {
    /// From now on nothing can be written.
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// From now on it can again.
    pub(super) fn end(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Steering for Outage {
    fn opens(&self, _: Edge, _: bool) -> Result<(), String> {
        Ok(())
    }

    fn steer(&self, _: &Passing<'_>) -> Fate {
        if !self.0.load(Ordering::SeqCst) {
            return Fate::default();
        }
        let down = async { Err("a contract test: nothing can be written".to_owned()) };
        Fate { before: Some(Box::pin(down)), ..Fate::default() }
    }

    fn holds_time(&self) -> bool {
        true
    }
}
