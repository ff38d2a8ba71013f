//! Which call's function is running: what makes a call within a call name the one that made it.

use std::sync::Arc;

use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static CALL: Arc<str>;
}

/// Runs a call's function. Calls that it makes in process have it as their parent; those that it
/// makes from tasks of its own don't.
pub(crate) fn within<F: Future>(call_id: Arc<str>, function: F) -> TaskLocalFuture<Arc<str>, F> {
    CALL.scope(call_id, function)
}

/// The call whose function is running.
pub(super) fn parent() -> Option<Arc<str>> {
    CALL.try_with(Arc::clone).ok()
}
