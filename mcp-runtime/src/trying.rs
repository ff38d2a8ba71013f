//! Whether the code that runs is part of a call that is being retried: retries within retries
//! multiply, wherever the inner ones are made.

use std::pin::Pin;

use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static TRYING: ();
}

/// Whether it is.
pub(crate) fn is_trying() -> bool {
    TRYING.try_with(|()| ()).is_ok()
}

/// Runs a call's attempts.
pub(crate) fn attempts<F: Future>(attempts: F) -> TaskLocalFuture<(), F> {
    TRYING.scope((), attempts)
}

/// Lets a future that moves to another task know what it is part of.
pub(crate) fn carried<F>(future: F) -> Pin<Box<dyn Future<Output = F::Output> + Send>>
where
    F: Future<Output: Send> + Send + 'static,
{
    if is_trying() { Box::pin(attempts(future)) } else { Box::pin(future) }
}
