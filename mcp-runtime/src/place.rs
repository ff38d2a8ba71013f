//! The places of running calls: so many at most, and a signal for when none is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// How many calls run, over all tools.
#[derive(Debug)]
pub(crate) struct Places {
    taken: AtomicUsize,
    limit: usize,
    idle: Notify,
}

/// A call's place. It is given back once nothing of the call runs any more, which can be later than
/// its answer.
#[derive(Debug)]
pub(crate) struct Place {
    all: Arc<Places>,
    tool: Arc<AtomicUsize>,
}

impl Places {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { taken: AtomicUsize::new(0), limit, idle: Notify::new() })
    }

    /// A place, which also counts among its tool's. None where all are taken.
    pub(crate) fn enter(self: &Arc<Self>, tool: &Arc<AtomicUsize>) -> Option<Arc<Place>> {
        let taken = self.taken.fetch_add(1, Ordering::AcqRel);
        tool.fetch_add(1, Ordering::Relaxed);
        let place = Place { all: Arc::clone(self), tool: Arc::clone(tool) };
        (taken < self.limit).then(|| Arc::new(place))
    }

    /// Waits until none is taken.
    pub(crate) async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.taken.load(Ordering::Acquire) == 0 {
                return;
            }
            idle.await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.tool.fetch_sub(1, Ordering::Relaxed);
        if self.all.taken.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.all.idle.notify_waiters();
        }
    }
}
