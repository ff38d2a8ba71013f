//! [`Later`]: the call of a room, put off.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{Outcome, Room};
use crate::call::ToolCall;

pin_project! {
    /// A call that a room runs once the future is first looked at, within whatever is there then: a
    /// task's values, or a guard against panics.
    #[project = StageOfLater]
    #[must_use = "a future does nothing by itself"]
    pub(crate) enum Later<R: Room> {
        Begins { begins: Option<(R, ToolCall)> },
        Runs { #[pin] running: R::Future },
    }
}

impl<R: Room> Later<R> {
    pub(crate) fn new(room: R, call: ToolCall) -> Self {
        Self::Begins { begins: Some((room, call)) }
    }
}

impl<R: Room> Future for Later<R> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        loop {
            let begins = match self.as_mut().project() {
                StageOfLater::Runs { running } => return running.poll(cx),
                StageOfLater::Begins { begins } => begins.take(),
            };
            // Taken by one that panicked: it is never polled again.
            let Some((room, call)) = begins else { return Poll::Pending };
            self.set(Self::Runs { running: room.run(call) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::json;
    use tokio::task::yield_now;

    use super::*;
    use crate::call::Reply;
    use crate::policy::Running;
    use crate::policy::service::ToolService;
    use crate::policy::testing::call;

    /// Counts its calls as they are made, and then waits a turn.
    struct Counting(Arc<AtomicUsize>);

    impl Room for Counting {
        type Future = Running;

        fn run(&self, _: ToolCall) -> Running {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(async {
                yield_now().await;
                Ok(Reply::text("done"))
            })
        }
    }

    #[tokio::test]
    async fn nothing_runs_before_it_is_looked_at_and_then_once() {
        let runs = Arc::new(AtomicUsize::new(0));
        let room = ToolService::room(Counting(Arc::clone(&runs)));
        let later = Later::new(room, call(json!({})));
        assert_eq!(runs.load(Ordering::SeqCst), 0);
        assert!(later.await.is_ok());
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }
}
