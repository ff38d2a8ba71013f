//! What a call has of several limiters at once.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use tokio::task::yield_now;

use super::{assert_idle, call, dependency, fixed, layer, ms, takes};
use crate::policy::testing::Around;

/// A permit that the call had while it waited for another one took longer than the call ran.
#[tokio::test(start_paused = true)]
async fn each_permit_counts_from_its_own_turn() {
    let (tool, bank, gauge) = (fixed(1, 0, ms(0)), dependency("bank", 1), Arc::default());
    let others = layer(&[&bank]).0.around(takes(ms(300), &gauge));
    let service = layer(&[&tool, &bank]).0.around(takes(ms(100), &gauge));
    let first = tokio::spawn(others.run(call()));
    yield_now().await;
    service.run(call()).await.unwrap();
    first.await.unwrap().unwrap();

    let next = tokio::spawn(service.run(call()));
    yield_now().await;
    let refused = service.run(call()).await.unwrap_err();
    assert_eq!(refused.to_json()["retry_after"].as_f64(), Some(0.4));
    next.await.unwrap().unwrap();
}

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker is anybody's code");
    }
}

#[tokio::test(start_paused = true)]
async fn a_waker_that_panics_keeps_no_permit_back() {
    let (tool, bank, gauge) = (fixed(1, 0, ms(0)), dependency("bank", 1), Arc::default());
    let both = layer(&[&tool, &bank]).0.around(takes(ms(100), &gauge));
    let runs = tokio::spawn(both.run(call()));
    yield_now().await;
    let others = layer(&[&bank]).0.around(takes(ms(100), &gauge));
    let mut waits = Box::pin(others.run(call()));
    let waker = Waker::from(Arc::new(Panics));
    assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(runs.await.unwrap_err().is_panic());
    drop(waits);
    assert_idle(&tool);
    assert_idle(&bank);
}
