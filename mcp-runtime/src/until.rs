//! [`Until`]: a future that is given up at an instant.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::{Unconstrained, unconstrained};
use tokio::time::{Instant, Sleep, sleep_until};

pin_project! {
    /// What `tokio::time::timeout_at` is, with a timer that isn't made before the future waits:
    /// most calls end as they begin.
    ///
    /// The future goes first: one that is ready is never late.
    pub(crate) struct Until<F> {
        #[pin]
        future: F,
        end: End,
        // Unconstrained: a future that uses up the task's budget each time must not outlast it.
        #[pin]
        timer: Option<Unconstrained<Sleep>>,
    }
}

enum End {
    At(Instant),
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "for the body of a request"))]
    After(Duration),
}

impl<F> Until<F> {
    pub(crate) fn new(end: Instant, future: F) -> Self {
        Self { future, end: End::At(end), timer: None }
    }

    /// The same for so long, from when it is first looked at: no clock is read for a future that is
    /// ready then.
    #[cfg(feature = "http")]
    pub(crate) fn within(time: Duration, future: F) -> Self {
        Self { future, end: End::After(time), timer: None }
    }
}

impl<F: Future> Future for Until<F> {
    /// None where the time was up.
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let mut this = self.project();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Some(output));
        }
        if this.timer.is_none() {
            let end = match *this.end {
                End::At(end) => end,
                End::After(time) => Instant::now() + time,
            };
            this.timer.set(Some(unconstrained(sleep_until(end))));
        }
        match this.timer.as_pin_mut() {
            Some(timer) => timer.poll(cx).map(|()| None),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn, ready};
    use std::pin::pin;

    use futures_util::poll;
    use tokio::task::coop::{consume_budget, has_budget_remaining};
    use tokio::time::sleep;

    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn a_future_is_given_up_at_its_end_and_not_before() {
        let start = Instant::now();
        assert_eq!(Until::new(start + LONG, pending::<()>()).await, None);
        assert_eq!(start.elapsed(), LONG);
        let in_time = sleep(LONG);
        assert_eq!(Until::new(Instant::now() + LONG * 2, in_time).await, Some(()));
        assert_eq!(start.elapsed(), LONG * 2);
    }

    #[cfg(feature = "http")]
    #[tokio::test(start_paused = true)]
    async fn a_time_begins_as_the_future_is_first_looked_at() {
        let waiting = Until::within(LONG, pending::<()>());
        sleep(LONG).await;
        let start = Instant::now();
        assert_eq!(waiting.await, None);
        assert_eq!(start.elapsed(), LONG);
        assert_eq!(Until::within(LONG, sleep(LONG / 2)).await, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_ready_is_never_late() {
        let past = Instant::now();
        sleep(LONG).await;
        assert_eq!(Until::new(past, ready(7)).await, Some(7));
        assert_eq!(Until::new(past, pending::<()>()).await, None);
    }

    /// There is no runtime here that a timer could be made on.
    #[test]
    fn what_does_not_wait_makes_no_timer() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let end = Instant::now();
        assert_eq!(runtime.block_on(Until::new(end, ready(7))), Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_future_that_uses_up_its_turns_does_not_outlast_its_end() {
        let past = Instant::now();
        sleep(LONG).await;
        let greedy = poll_fn(|cx| {
            while has_budget_remaining() {
                let _ = pin!(consume_budget()).poll(cx);
            }
            Poll::<()>::Pending
        });
        assert_eq!(poll!(pin!(Until::new(past, greedy))), Poll::Ready(None));
    }
}
