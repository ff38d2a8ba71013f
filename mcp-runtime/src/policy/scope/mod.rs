//! Scopes: whether the caller may call the tool at all, and then, once the arguments are known to
//! be valid, whether with these.
//!
//! ```text
//! #[tool(scope = "read:invoices.where(customer_id = customer_id)")]
//! ```
//!
//! A caller's grant satisfies a scope when verb and resource match, or when the catalogue says
//! that the grant's scope includes it, and when each constraint of the grant equals the argument
//! that the scope binds to its field. A grant without constraints allows every row; one that is
//! constrained by a field of which the tool says nothing allows none, because the tool could not
//! keep it. Several scopes are all needed.
//!
//! The answer is `insufficient_scope`, or `unauthenticated` where there was no credential; it
//! names everything that is missing at once, in `details`. Over HTTP the edge makes a status and a
//! challenge of it.
//!
//! [`ScopeLayer`] stands in front of everything that costs, [`RowsLayer`] behind validation, so
//! that what is compared is exactly what the function receives.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::Either;
use tower::{Layer, Service};

use super::Outcome;
use crate::access::Rows;
use crate::call::{Reply, ToolCall};
use crate::error::ToolError;
use crate::stats::{Decision, ToolStats};

/// Refuses callers that lack a scope of the tool.
#[derive(Clone)]
pub(crate) struct ScopeLayer {
    stats: Arc<ToolStats>,
}

impl ScopeLayer {
    pub(crate) fn new(stats: Arc<ToolStats>) -> Self {
        Self { stats }
    }
}

impl<S> Layer<S> for ScopeLayer {
    type Service = Scoped<S>;

    fn layer(&self, inner: S) -> Scoped<S> {
        Scoped { inner, stats: Arc::clone(&self.stats) }
    }
}

#[derive(Clone)]
pub(crate) struct Scoped<S> {
    inner: S,
    stats: Arc<ToolStats>,
}

impl<S> Service<ToolCall> for Scoped<S>
where
    S: Service<ToolCall, Response = Reply, Error = ToolError>,
{
    type Response = Reply;
    type Error = ToolError;
    type Future = Either<S::Future, Ready<Outcome>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        match call.tool.gate.admit(call.context.caller()) {
            Ok(()) => Either::Left(self.inner.call(call)),
            Err(denied) => {
                self.stats.count(Decision::Denied);
                Either::Right(ready(Err(denied.into_error())))
            }
        }
    }
}

/// Refuses callers whose grants don't cover the arguments, and leaves the constraints of those
/// that do for [`Granted`](crate::Granted) and for what keeps results.
#[derive(Clone)]
pub(crate) struct RowsLayer {
    stats: Arc<ToolStats>,
}

impl RowsLayer {
    pub(crate) fn new(stats: Arc<ToolStats>) -> Self {
        Self { stats }
    }
}

impl<S> Layer<S> for RowsLayer {
    type Service = ByRow<S>;

    fn layer(&self, inner: S) -> ByRow<S> {
        ByRow { inner, stats: Arc::clone(&self.stats) }
    }
}

#[derive(Clone)]
pub(crate) struct ByRow<S> {
    inner: S,
    stats: Arc<ToolStats>,
}

impl<S> Service<ToolCall> for ByRow<S>
where
    S: Service<ToolCall, Response = Reply, Error = ToolError>,
{
    type Response = Reply;
    type Error = ToolError;
    type Future = Either<S::Future, Ready<Outcome>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut call: ToolCall) -> Self::Future {
        match call.tool.gate.rows(call.context.caller(), &call.arguments) {
            Ok(rows) => {
                call.extensions.insert::<Rows>(rows);
                Either::Left(self.inner.call(call))
            }
            Err(denied) => {
                self.stats.count(Decision::Denied);
                Either::Right(ready(Err(denied.into_error())))
            }
        }
    }
}

#[cfg(test)]
mod tests;
