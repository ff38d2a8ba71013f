use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, ThreadId};

use futures_util::FutureExt;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{advance, sleep};
use tracing::info_span;

use super::*;
use crate::call::Reply;
use crate::policy::testing;
use crate::policy::testing::Around;

/// A function that holds its thread until it is released, and tells when it begins.
struct Work {
    begun: tokio::sync::mpsc::UnboundedReceiver<ThreadId>,
    releases: Sender<()>,
    count: Arc<AtomicUsize>,
}

fn work() -> (Work, ToolService) {
    let (started, begun) = tokio::sync::mpsc::unbounded_channel();
    let (releases, gate) = channel();
    let gate: Arc<Mutex<Receiver<()>>> = Arc::new(Mutex::new(gate));
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let function = testing::function(move |_| {
        let (started, gate) = (started.clone(), Arc::clone(&gate));
        let count = Arc::clone(&counted);
        async move {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = started.send(thread::current().id());
            let _ = gate.lock().unwrap().recv();
            Ok(Reply::text("done"))
        }
    });
    (Work { begun, releases, count }, function)
}

fn start(
    pool: &Arc<BlockingPool>,
    stats: &Arc<ToolStats>,
    function: &ToolService,
) -> JoinHandle<Outcome> {
    let layer = BlockingLayer::new(Arc::clone(pool), Arc::clone(stats));
    tokio::spawn(layer.around(function.clone()).run(testing::call(json!({}))))
}

/// Lets everything run that can.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// Waits for a thread to have let go of its place. Time stands still meanwhile.
async fn free(pool: &BlockingPool, places: usize) {
    while pool.places.available_permits() != places {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn work_runs_beside_the_runtime_s_threads() {
    let (pool, stats) = (Arc::new(BlockingPool::new(1)), testing::stats());
    let (mut work, function) = work();
    let call = start(&pool, &stats, &function);
    // This test has one thread: that it goes on shows that the work doesn't hold it.
    assert_ne!(work.begun.recv().await, Some(thread::current().id()));
    work.releases.send(()).unwrap();
    assert!(call.await.unwrap().is_ok());
    assert_eq!(stats.get(Decision::Queued), 0);
    free(&pool, 1).await;
}

#[tokio::test(start_paused = true)]
async fn work_that_has_begun_outlives_its_timeout_and_keeps_its_place() {
    let (pool, stats) = (Arc::new(BlockingPool::new(1)), testing::stats());
    let (mut work, function) = work();
    let first = start(&pool, &stats, &function);
    work.begun.recv().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(pool.places.available_permits(), 0);

    let second = start(&pool, &stats, &function);
    settle().await;
    assert_eq!((work.count.load(Ordering::SeqCst), stats.get(Decision::Queued)), (1, 1));
    work.releases.send(()).unwrap();
    work.begun.recv().await;
    work.releases.send(()).unwrap();
    assert!(second.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_the_deadline() {
    let (pool, stats) = (Arc::new(BlockingPool::new(1)), testing::stats());
    let (mut work, function) = work();
    let holder = start(&pool, &stats, &function);
    work.begun.recv().await;
    let waiter = start(&pool, &stats, &function);
    settle().await;
    advance(Duration::from_secs(11)).await;
    let error = waiter.await.unwrap().unwrap_err();
    assert_eq!(error.code(), &Code::Overloaded);
    assert_eq!(error.stated_effect(), Some(Effect::None));
    assert!(error.is_retryable());
    assert_eq!(stats.get(Decision::Shed), 1);
    work.releases.send(()).unwrap();
    assert!(holder.await.unwrap().is_ok());
    assert_eq!(work.count.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn so_many_wait_and_no_more() {
    let (pool, stats) = (Arc::new(BlockingPool::new(1)), testing::stats());
    let (mut work, function) = work();
    let holder = start(&pool, &stats, &function);
    work.begun.recv().await;
    let waiters: Vec<_> = (0..WAITING_PER_PLACE).map(|_| start(&pool, &stats, &function)).collect();
    settle().await;
    assert_eq!(stats.get(Decision::Shed), 0);
    let error = start(&pool, &stats, &function).await.unwrap().unwrap_err();
    assert_eq!(error.code(), &Code::Overloaded);
    assert_eq!(error.stated_effect(), Some(Effect::None));

    // One that is given up makes room for another, and its place goes to the next.
    waiters[3].abort();
    settle().await;
    let late = start(&pool, &stats, &function);
    settle().await;
    assert_eq!(stats.get(Decision::Shed), 1);
    for _ in 0..=WAITING_PER_PLACE {
        work.releases.send(()).unwrap();
    }
    assert!(holder.await.unwrap().is_ok() && late.await.unwrap().is_ok());
    for (index, waiter) in waiters.into_iter().enumerate() {
        assert_eq!(waiter.await.is_ok_and(|outcome| outcome.is_ok()), index != 3);
    }
    assert_eq!(work.count.load(Ordering::SeqCst), WAITING_PER_PLACE + 1);
    free(&pool, 1).await;
}

#[tokio::test(start_paused = true)]
async fn work_given_up_ends_at_its_next_await_point() {
    let (pool, stats) = (Arc::new(BlockingPool::new(1)), testing::stats());
    let (started, begun) = oneshot::channel();
    let started = Arc::new(Mutex::new(Some(started)));
    let function = testing::function(move |_| {
        let started = started.lock().unwrap().take();
        async move {
            started.unwrap().send(()).unwrap();
            std::future::pending().await
        }
    });
    let call = start(&pool, &stats, &function);
    begun.await.unwrap();
    assert_eq!(pool.places.available_permits(), 0);
    call.abort();
    free(&pool, 1).await;
}

#[tokio::test]
async fn a_panic_reaches_the_caller() {
    let (pool, stats) = (Arc::new(BlockingPool::default()), testing::stats());
    let function = testing::function(|_| async { panic!("on purpose") });
    let layer = BlockingLayer::new(Arc::clone(&pool), stats);
    let call = layer.around(function).run(testing::call(json!({})));
    let panic = std::panic::AssertUnwindSafe(call).catch_unwind().await.unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"));
    let all = available_parallelism().map_or(1, Into::into);
    while pool.places.available_permits() != all {
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn the_span_comes_along() {
    let subscriber = tracing_subscriber::fmt().with_writer(std::io::sink).finish();
    let _default = tracing::subscriber::set_default(subscriber);
    let span = info_span!("call");
    let expected = span.id();
    let _entered = span.enter();
    let (seen, found) = oneshot::channel();
    let seen = Arc::new(Mutex::new(Some(seen)));
    let function = testing::function(move |_| {
        let seen = seen.lock().unwrap().take();
        async move {
            let _ = seen.unwrap().send(Span::current().id());
            Ok(Reply::default())
        }
    });
    let layer = BlockingLayer::new(Arc::default(), testing::stats());
    layer.around(function).run(testing::call(json!({}))).await.unwrap();
    assert!(expected.is_some());
    assert_eq!(found.await.unwrap(), expected);
}

#[test]
fn work_given_up_before_a_thread_takes_it_never_begins() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let (pool, stats) = (Arc::new(BlockingPool::new(1)), testing::stats());
        let (work, function) = work();
        let (release, held) = channel::<()>();
        let other = spawn_blocking(move || held.recv());
        let call = start(&pool, &stats, &function);
        settle().await;
        assert_eq!(pool.places.available_permits(), 0);
        call.abort();
        settle().await;
        release.send(()).unwrap();
        other.await.unwrap().unwrap();
        free(&pool, 1).await;
        assert_eq!(work.count.load(Ordering::SeqCst), 0);
    });
}
