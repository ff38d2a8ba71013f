//! What every place for records has to keep, as tests: for who writes such a place, and for who
//! configures one.
//!
//! [`sink_suite`] is for an [`AuditSink`](mcp_runtime::AuditSink) of one's own: it asks of the sink
//! what the trait's documentation demands. [`store_suite`] is for what a server is configured with:
//! [`Store`](mcp_runtime::Store) and [`AuditLog`](mcp_runtime::AuditLog), by the same script that the
//! runtime's own stores are tested with.
//!
//! Both are plain functions for a plain `#[test]`: they bring the runtime that they need.

mod sink;
mod store;

pub use sink::{SinkPlace, sink_suite};
pub use store::store_suite;

use tokio::runtime::Handle;

/// # Panics
///
/// Within a Tokio runtime, which can't wait for another one.
#[track_caller]
fn refuse_runtime(suite: &str) {
    let outside = Handle::try_current().is_err();
    assert!(outside, "`{suite}` brings its own Tokio runtime: call it in a plain `#[test]`");
}
