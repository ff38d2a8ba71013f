//! Contexts of one call: with an end, a time or records of their own.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Context, Inner, Recorded, Shared, after};

impl Context {
    /// The same call on its own: with so much time from now, it goes on when the client cancels
    /// its request or goes away, and its progress is reported to nobody.
    ///
    /// For work that is done once for several calls.
    pub(crate) fn detached(&self, timeout: Duration) -> Self {
        let (end, began) = (CancellationToken::new(), Instant::now());
        let deadline = after(began, timeout);
        Self::from(Inner { began, deadline, unheard: true, ..self.again(end) })
    }

    /// The same call as its own master: it goes on to the same deadline when the client cancels its
    /// request or goes away. The client hears of its progress as long as it waits for the answer.
    pub(crate) fn owned(&self) -> Self {
        Self::from(self.again(CancellationToken::new()))
    }

    /// The same call with less time.
    pub(crate) fn until(&self, deadline: Instant) -> Self {
        let end = self.cancellation().child_token();
        Self::from(Inner { deadline: self.0.deadline.min(deadline), ..self.again(end) })
    }

    /// The context in which `tool` answers for this call: the same caller and request, within the
    /// time that is left.
    pub(crate) fn for_fallback(&self, tool: &'static str, timeout: Duration) -> Self {
        let (end, began) = (self.cancellation().child_token(), Instant::now());
        Self::from(Inner {
            tool,
            began,
            deadline: self.0.deadline.min(after(began, timeout)),
            // The other tool's effect is another one, with a key and records of its own.
            recorded: Shared::Own(Recorded::default()),
            ..self.again(end)
        })
    }

    /// The same call for one run of its function, which has one transaction. Without a key the call
    /// as it is.
    pub(super) fn for_attempt(&self) -> Self {
        if self.is_keyed() { self.until(self.0.deadline) } else { self.clone() }
    }

    /// The same call once more, with this end.
    fn again(&self, end: CancellationToken) -> Inner {
        Inner {
            end: Some(end),
            entry: Shared::Of(self.0.entry.owner().unwrap_or(self).clone()),
            recorded: Shared::Of(self.0.recorded.owner().unwrap_or(self).clone()),
            #[cfg(feature = "sqlite")]
            transacted: false.into(),
            ..*self.0
        }
    }
}
