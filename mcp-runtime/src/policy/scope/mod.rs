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
//! It is decided twice: by [`ScopeLayer::of_tool`] in front of everything that costs, and by
//! [`ScopeLayer::of_rows`] behind validation, so that what is compared is exactly what the function
//! receives.

use std::sync::Arc;

use tower::Layer;

use super::service::ToolService;
use super::{Room, Running, refused};
use crate::access::{Denied, Rows};
use crate::call::ToolCall;
use crate::stats::{Decision, ToolStats};

type Decide = fn(&mut ToolCall) -> Result<(), Denied>;

/// Refuses callers of one tool.
#[derive(Clone)]
pub(crate) struct ScopeLayer {
    decide: Decide,
    stats: Arc<ToolStats>,
}

impl ScopeLayer {
    /// Refuses those that lack a scope, whatever the arguments are.
    pub(crate) fn of_tool(stats: Arc<ToolStats>) -> Self {
        Self { decide: |call| call.tool.gate.admit(call.context.caller()), stats }
    }

    /// Refuses those whose grants don't cover the arguments, and leaves the constraints of the
    /// grants that do for [`Granted`](crate::Granted) and for what keeps results.
    pub(crate) fn of_rows(stats: Arc<ToolStats>) -> Self {
        let decide: Decide = |call| {
            let rows = call.tool.gate.rows(call.context.caller(), &call.arguments)?;
            call.extensions.insert::<Rows>(rows);
            Ok(())
        };
        Self { decide, stats }
    }
}

impl Layer<ToolService> for ScopeLayer {
    type Service = Scoped;

    fn layer(&self, inner: ToolService) -> Scoped {
        Scoped { inner, layer: self.clone() }
    }
}

pub(crate) struct Scoped {
    inner: ToolService,
    layer: ScopeLayer,
}

impl Room for Scoped {
    type Future = Running;

    fn run(&self, mut call: ToolCall) -> Running {
        match (self.layer.decide)(&mut call) {
            Ok(()) => self.inner.run(call),
            Err(denied) => {
                self.layer.stats.count(Decision::Denied);
                refused(denied.into_error())
            }
        }
    }
}

#[cfg(test)]
mod tests;
