//! Work that outlives whoever waits for it.
//!
//! It begins where it is waited for, and goes on in a task of its own once it has to wait. What
//! never waits is over before anybody can go away, and costs no task. What does wait needs nobody
//! to poll it: neither a caller that goes away nor one that is held up holds it up.

use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::Poll;

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tracing::{Instrument, Span};

use crate::error::ToolError;
use crate::{secrets, trying};

/// Carries out work to its end, also where whoever waits for it here goes away.
///
/// # Errors
///
/// The work panicked, or the runtime ended.
pub(crate) fn outliving<F>(work: F) -> impl Future<Output = Result<F::Output, ToolError>> + Send
where
    F: Future<Output: Send> + Send + 'static,
{
    // Put in its place before anything waits, so that who waits doesn't hold room for it too.
    let mut work = Box::pin(AssertUnwindSafe(work).catch_unwind());
    async move {
        let ended = match begun(&mut work).await {
            Poll::Ready(ended) => ended,
            // Nobody aborts it but a runtime that ends.
            Poll::Pending => apart(trying::carried(work))
                .await
                .map_err(|ended| ToolError::fault(format!("its task {ended}")))?,
        };
        ended.map_err(|panic| ToolError::panicked(&*panic))
    }
}

/// How far work comes without waiting.
pub(crate) async fn begun<F: Future + Unpin>(work: &mut F) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(Pin::new(&mut *work).poll(cx))).await
}

/// Gives work a task of its own. It stays in its span, and its secrets stay known.
pub(crate) fn apart<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(secrets::carried(secrets::current(), work).instrument(Span::current()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::task;
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::error::Code;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn what_never_waits_takes_no_task() {
        let here = task::try_id();
        assert_eq!(outliving(async { task::try_id() }).await.unwrap(), here);
        let there = outliving(async {
            sleep(SECOND).await;
            task::try_id()
        });
        assert_ne!(there.await.unwrap(), here);
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_needs_nobody_who_polls_it() {
        let done = Arc::new(AtomicUsize::new(0));
        let work = || {
            let done = Arc::clone(&done);
            outliving(async move {
                sleep(SECOND).await;
                done.fetch_add(1, Ordering::Relaxed);
            })
        };
        timeout(SECOND / 2, work()).await.unwrap_err();
        let mut held = Box::pin(work());
        assert!(begun(&mut held).await.is_pending());
        sleep(SECOND * 2).await;
        assert_eq!(done.load(Ordering::Relaxed), 2, "one was dropped, one isn't polled");
        held.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_an_error_before_and_after_the_first_wait() {
        for waits in [false, true] {
            let work = async move {
                if waits {
                    sleep(SECOND).await;
                }
                panic!("as planned");
            };
            let error: ToolError = outliving(work).await.unwrap_err();
            assert_eq!(*error.code(), Code::Internal);
            assert_eq!(error.developer_message(), Some("panicked: as planned"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_of_its_own_is_part_of_the_same_attempts() {
        let work = || {
            outliving(async {
                sleep(SECOND).await;
                trying::is_trying()
            })
        };
        assert!(trying::attempts(work()).await.unwrap());
        assert!(!work().await.unwrap());
    }
}
