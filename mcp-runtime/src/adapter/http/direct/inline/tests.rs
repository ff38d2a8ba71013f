use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;

use super::*;
use crate::call::Reply;
use crate::content::Content;

/// More turns than what was spawned here takes to its end.
async fn turns() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

/// A call that counts how often it gets on, and notices its cancellation.
async fn call(cancelled: Ending, ended: Arc<AtomicUsize>) -> Outcome {
    cancelled.token().cancelled().await;
    // More than one turn, as a record takes that is written elsewhere.
    tokio::task::yield_now().await;
    ended.fetch_add(1, Ordering::SeqCst);
    Ok(Reply::text("x"))
}

#[tokio::test]
async fn a_call_whose_client_goes_is_cancelled_and_comes_to_its_end() {
    let (cancelled, ended) = (Ending::default(), Arc::<AtomicUsize>::default());
    let mut inline = Inline::new(call(cancelled.clone(), Arc::clone(&ended)), cancelled.clone());
    assert!(futures_util::poll!(&mut inline).is_pending());
    drop(inline);
    assert!(cancelled.is_given());
    turns().await;
    assert_eq!(ended.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_call_that_has_ended_is_not_cancelled() {
    let cancelled = Ending::default();
    let outcome = Inline::new(async { Ok(Reply::text("x")) }, cancelled.clone()).await;
    assert_eq!(outcome.unwrap().content(), [Content::text("x")]);
    assert!(!cancelled.is_given());
}

#[tokio::test]
async fn it_comes_to_its_end_whoever_drops_it() {
    let (cancelled, ended) = (Ending::default(), Arc::<AtomicUsize>::default());
    let mut inline = Inline::new(call(cancelled.clone(), Arc::clone(&ended)), cancelled);
    assert!(futures_util::poll!(&mut inline).is_pending());
    std::thread::spawn(move || drop(inline)).join().unwrap();
    turns().await;
    assert_eq!(ended.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_call_that_panics_is_not_polled_again() {
    let polled = Arc::new(AtomicUsize::new(0));
    let call = {
        let polled = Arc::clone(&polled);
        poll_fn(move |_| {
            polled.fetch_add(1, Ordering::SeqCst);
            panic!("told to")
        })
    };
    let mut inline = Inline::new(call, Ending::default());
    assert!(catch_unwind(AssertUnwindSafe(|| (&mut inline).now_or_never())).is_err());
    drop(inline);
    turns().await;
    assert_eq!(polled.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn one_thread_has_no_other_to_wait_for() {
    assert!(let_others_go_first().now_or_never().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_threads_others_go_first_once() {
    let mut waiting = std::pin::pin!(let_others_go_first());
    assert!(futures_util::poll!(&mut waiting).is_pending());
    assert!(futures_util::poll!(&mut waiting).is_ready());
}

#[test]
fn outside_a_runtime_nobody_is_waited_for() {
    assert!(let_others_go_first().now_or_never().is_some());
}
