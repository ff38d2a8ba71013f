//! A server's life as one future, compiled with this crate.
//!
//! The body of an `async fn` is compiled where it is awaited, with all that it awaits in turn: a
//! server's whole inside, again with each program, and again whenever one of its tools changes.
//! Behind the pointer that a plain function returns it is compiled once, here.

use std::pin::pin;

use futures_util::future::{BoxFuture, Either, select};
use tokio_util::sync::CancellationToken;

/// Lives until its own end. Once `shutdown` completes, it is told to come to it.
pub(crate) async fn until<T>(
    shutdown: impl Future<Output = ()>,
    live: impl FnOnce(CancellationToken) -> BoxFuture<'static, T>,
) -> T {
    let stop = CancellationToken::new();
    match select(pin!(shutdown), live(stop.clone())).await {
        Either::Left(((), rest)) => {
            stop.cancel();
            rest.await
        }
        Either::Right((end, _)) => end,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn a_life_ends_by_itself() {
        assert_eq!(until(pending(), |_| Box::pin(ready(1))).await, 1);
    }

    #[tokio::test]
    async fn a_life_that_is_told_to_stop_ends_in_its_own_way() {
        let live = |stop: CancellationToken| -> BoxFuture<'static, u8> {
            Box::pin(async move {
                stop.cancelled().await;
                tokio::task::yield_now().await;
                2
            })
        };
        assert_eq!(until(ready(()), live).await, 2);
    }
}
