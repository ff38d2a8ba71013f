//! The deadline: a call that takes longer answers `timeout`, and the function's future is dropped.
//!
//! The deadline is an instant, fixed as the call enters and carried in its
//! [`Context`](crate::Context), so that everything which waits on the way shares one budget.
//!
//! A future is dropped at its next await point: a function that blocks its thread runs on to
//! there.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tower::Layer;

use super::{Outcome, Room};
use crate::call::ToolCall;
use crate::context;
use crate::error::{Code, ToolError};
use crate::until::Until;

/// A call's time where neither the tool nor the server says otherwise.
pub(crate) const DEFAULT: Duration = Duration::from_secs(10);
/// The same for a tool that reaches into the open world.
pub(crate) const DEFAULT_OPEN_WORLD: Duration = Duration::from_secs(30);

/// Bounds each call by its deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeoutLayer;

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, inner: S) -> Timeout<S> {
        Timeout { inner }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Timeout<S> {
    inner: S,
}

impl<S: Room> Room for Timeout<S> {
    type Future = TimeoutFuture<S::Future>;

    fn run(&self, call: ToolCall) -> Self::Future {
        let error = Some(Expired::of(&call));
        let deadline = call.context().deadline();
        TimeoutFuture { inner: Until::new(deadline, self.inner.run(call)), error }
    }
}

/// Made as the call enters: a small struct, so that the wait itself holds little of the call.
struct Expired {
    timeout: Duration,
    repeatable: Repeatable,
}

enum Repeatable {
    Yes,
    No,
    /// Under its key, if it turns out to have one: the tool settles what became of a call.
    ByKey(context::Context),
}

impl Expired {
    fn of(call: &ToolCall) -> Self {
        let tool = call.tool();
        let repeatable = if let Some(idempotency) = tool.policies.idempotency {
            // Without that a call under the same key would be indeterminate.
            let settles = idempotency.settles();
            if settles { Repeatable::ByKey(call.context().clone()) } else { Repeatable::No }
        } else if tool.is_idempotent() {
            Repeatable::Yes
        } else {
            Repeatable::No
        };
        Self { timeout: tool.timeout(), repeatable }
    }
}

impl From<Expired> for ToolError {
    fn from(expired: Expired) -> Self {
        let timeout = expired.timeout;
        if let Repeatable::ByKey(context) = &expired.repeatable
            && context.is_keyed()
        {
            let message = format!(
                "the call took longer than {timeout:?}; make it again with the same idempotency \
                 key to learn what became of it"
            );
            Self::new(Code::Timeout, message).retryable()
        } else if matches!(expired.repeatable, Repeatable::Yes) {
            Self::new(Code::Timeout, format!("the call took longer than {timeout:?}")).retryable()
        } else {
            let message = format!(
                "the call took longer than {timeout:?}; look at whether it took effect \
                 before making it again"
            );
            Self::new(Code::Timeout, message)
        }
    }
}

pin_project! {
    pub(crate) struct TimeoutFuture<F> {
        #[pin]
        inner: Until<F>,
        error: Option<Expired>,
    }
}

impl<F: Future<Output = Outcome>> Future for TimeoutFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        if let Some(outcome) = ready!(this.inner.poll(cx)) {
            return Poll::Ready(outcome);
        }
        let error = this.error.take().map_or_else(
            || ToolError::new(Code::Timeout, "the call took too long"),
            ToolError::from,
        );
        Poll::Ready(Err(error))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::clock::Clock;
    use crate::context::EffectKey;
    use crate::policies::{Idempotency, Policies};
    use crate::policy::testing::{Around, call_of, function, tool};
    use crate::tool::ToolInfo;

    /// Whether it may be made again, and with what, is known once the call has its key.
    #[tokio::test(start_paused = true)]
    async fn what_is_told_depends_on_the_key() {
        let write = ToolInfo { read_only: false, ..tool() };
        let with = |idempotency| {
            let policies = Policies { idempotency: Some(idempotency), ..Policies::NONE };
            ToolInfo { idempotent: true, policies, ..write.clone() }
        };
        let (keyed, settling) = (with(Idempotency::new()), with(Idempotency::new().transaction()));
        for (tool, key, retryable, words) in [
            (tool(), false, true, "took longer than 10s"),
            (write.clone(), false, false, "look at whether it took effect"),
            (settling.clone(), false, false, "look at whether it took effect"),
            (settling, true, true, "with the same idempotency key"),
            // A call under its key would be indeterminate.
            (keyed, true, false, "look at whether it took effect"),
        ] {
            let inner = function(move |call: ToolCall| async move {
                if key {
                    let (digest, ttl, clock) = ([0; 32], Duration::ZERO, Clock::system());
                    call.context().set_effect_key(EffectKey { digest, ttl, clock });
                }
                std::future::pending().await
            });
            let call = call_of(&Arc::new(tool), "anna", json!({}));
            let error = TimeoutLayer.around(inner).run(call).await.unwrap_err();
            assert_eq!((error.code(), error.is_retryable()), (&Code::Timeout, retryable));
            assert!(error.message().contains(words), "{error}");
        }
    }
}
