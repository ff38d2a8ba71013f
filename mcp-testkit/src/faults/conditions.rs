//! When a [`Fault`] strikes, as a test says it.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::private::Write;

use super::fault::Fault;
use super::passage::Passage;

/// When it strikes. All conditions have to hold.
///
/// `nth`, `every`, `after` and `rate` go over what `when` and `window` let through: a fault `when`
/// the invoice is A, and `nth(2)`, strikes the second call about A. Each edge counts on its own.
impl Fault {
    /// With this probability: from 0, which is never, to 1, which is always.
    ///
    /// The seed decides, so that the same calls are struck in the next run.
    ///
    /// # Panics
    ///
    /// When it isn't from 0 to 1.
    #[track_caller]
    pub fn rate(mut self, rate: f64) -> Self {
        assert!((0.0..=1.0).contains(&rate), "a rate is from 0 to 1, not {rate}");
        self.when.rate = Some(rate);
        self
    }

    /// The `nth` one, from 1. Repeated, each of these.
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub fn nth(mut self, nth: u64) -> Self {
        assert!(nth > 0, "calls are counted from 1: there is no call number 0");
        self.when.nth.push(nth);
        self
    }

    /// Each `every`-th one: `every(5)` is 5, 10, 15 …
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub fn every(mut self, every: u64) -> Self {
        assert!(every > 0, "every 0th call is none");
        self.when.every = Some(every);
        self
    }

    /// Not the first `calls`.
    pub fn after(mut self, calls: u64) -> Self {
        self.when.after = calls;
        self
    }

    /// Once: the first time that all other conditions hold.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// At most so many times.
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub fn times(mut self, times: u64) -> Self {
        assert!(times > 0, "a fault that strikes 0 times is none");
        self.when.times = Some(times);
        self
    }

    /// Within this time, on Tokio's clock, since the plan was made.
    ///
    /// # Panics
    ///
    /// When the window ends as it begins, or before.
    #[track_caller]
    pub fn window(mut self, window: Range<Duration>) -> Self {
        let Range { start, end } = window;
        assert!(start < end, "a window from {start:?} to {end:?} is never open");
        self.when.window = Some(window);
        self
    }

    /// Where this holds of what passes. Repeated, where each of them does.
    ///
    /// ```
    /// use mcp_testkit::Fault;
    ///
    /// let fault = Fault::hang().when(|call| call.argument("number") == Some(&"FV/1".into()));
    /// ```
    pub fn when(mut self, holds: impl Fn(&Passage<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.when.matches = Some(match self.when.matches {
            Some(before) => Arc::new(move |passage| before(passage) && holds(passage)),
            None => Arc::new(holds),
        });
        self
    }

    /// At the store and the audit log, on writes of this kind.
    ///
    /// ```
    /// use mcp_testkit::{Fault, faults::Write};
    ///
    /// // Each call is carried out, and its end can't be written at first.
    /// let fault = Fault::outage().on(Write::End).nth(1);
    /// ```
    pub fn on(mut self, write: Write) -> Self {
        self.when.write = Some(write);
        self
    }

    /// On a transport, any message: without it, calls of tools and their replies, which alone are
    /// counted too.
    pub fn any_message(mut self) -> Self {
        self.when.all_messages = true;
        self
    }
}
