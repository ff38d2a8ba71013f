//! Those who wait for a flight, and what they hear of it.

use std::sync::{Arc, Mutex, OnceLock};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Stock;
use crate::call::{KeptReply, Reply, ToolCall};
use crate::context::Context;
use crate::error::ToolError;
use crate::store::cache::Key;

/// What those who wait for a flight hold on to.
#[derive(Clone)]
pub(super) struct Line(Arc<Announced>);

struct Announced {
    landing: OnceLock<Landing>,
    /// Told when there is one.
    landed: Notify,
    /// What the flight runs in. It ends when nobody wants the flight any more.
    context: Context,
}

/// What came of a flight.
#[derive(Clone)]
pub(super) enum Landing {
    Reply(KeptReply),
    /// A reply that can be given only once: it is the leader's.
    Once(Arc<Mutex<Option<Reply>>>),
    Failed(ToolError),
    /// No answer: the function panicked, or the flight was cut short.
    Crashed(ToolError),
}

impl Line {
    /// For a flight that this call begins, with the whole time of its tool.
    pub(super) fn of(call: &ToolCall) -> Self {
        let context = call.context().detached(call.tool().timeout());
        let (landing, landed) = (OnceLock::new(), Notify::new());
        Self(Arc::new(Announced { landing, landed, context }))
    }

    pub(super) fn context(&self) -> &Context {
        &self.0.context
    }

    /// Waits until the flight is over.
    pub(super) async fn landed(&self) -> Landing {
        let Announced { landing, landed, .. } = &*self.0;
        loop {
            // It hears what is told from here on, also before it is waited for.
            let told = landed.notified();
            if let Some(landing) = landing.get() {
                return landing.clone();
            }
            told.await;
        }
    }

    fn announce(&self, landing: Landing) {
        // A flight lands once.
        let _ = self.0.landing.set(landing);
        self.0.landed.notify_waiters();
    }
}

/// A place in a flight. Who drops it no longer waits.
pub(super) struct Ticket {
    pub(super) stock: Arc<Stock>,
    pub(super) key: Key,
    pub(super) id: u64,
    /// When its holder stops waiting.
    pub(super) until: Instant,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if Instant::now() >= self.until {
            self.stock.flights.run_out(&self.key, self.id);
        } else if let Some(line) = self.stock.flights.leave(&self.key, self.id) {
            line.context().cancellation().cancel();
        }
    }
}

/// A flight on its way. Dropped, it isn't under way any more, whatever ended it: first for those
/// who come, then for those who wait.
pub(super) struct Aloft {
    pub(super) stock: Arc<Stock>,
    pub(super) key: Key,
    id: u64,
    line: Line,
    landing: Option<Landing>,
}

impl Aloft {
    pub(super) fn new(stock: Arc<Stock>, key: Key, id: u64, line: Line) -> Self {
        Self { stock, key, id, line, landing: None }
    }

    pub(super) fn land(mut self, landing: Landing) {
        self.landing = Some(landing);
    }
}

impl Drop for Aloft {
    fn drop(&mut self) {
        self.stock.flights.land(&self.key, self.id);
        let landing = self.landing.take();
        let cut_short = || Landing::Crashed(ToolError::fault("the flight was cut short"));
        self.line.announce(landing.unwrap_or_else(cut_short));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;
    use serde_json::json;

    use super::*;
    use crate::error::Code;
    use crate::policies::Cache;
    use crate::policy::cache::CacheLayer;
    use crate::policy::testing::{Around, call, function, stats, tool};
    use crate::store::Step;
    use crate::store::cache::{CacheStore, Stored};

    /// Brings down whoever keeps a result.
    struct Fatal;

    impl CacheStore for Fatal {
        fn get(&self, _: &Key) -> Step<Option<Stored>> {
            Step::done(None)
        }

        fn put(&self, _: Key, _: Stored) -> Step<()> {
            panic!("as planned")
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_flight_that_is_cut_short_is_told_to_all_who_wait() {
        let layer = CacheLayer::new(&tool(), Cache::new(1_000), Arc::new(Fatal), stats());
        let service = layer.around(function(|_| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(Reply::text("there"))
        }));
        let all = join_all((0..3).map(|_| service.run(call(json!({}))))).await;
        for outcome in all {
            let error = outcome.unwrap_err();
            assert_eq!(error.code(), &Code::Internal);
            assert_eq!(error.developer_message(), Some("the flight was cut short"));
        }
    }
}
