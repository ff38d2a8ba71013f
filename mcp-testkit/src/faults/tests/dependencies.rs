use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mcp_runtime::{Code, State, ToolError, tool, tools};
use serde_json::json;
use tokio::time::{Instant, timeout};
use tower::{Layer, ServiceExt, service_fn};

use super::super::{Fault, Faults, Faulty};
use crate::TestServer;

/// Counts what is carried out.
#[derive(Default)]
struct Bank(Cell<u32>);

impl Bank {
    async fn pay(&self, amount: u32) -> Result<u32, io::Error> {
        self.0.set(self.0.get() + 1);
        Ok(amount)
    }
}

fn reset() -> Fault {
    Fault::error_with(|| io::Error::from(io::ErrorKind::ConnectionReset))
}

fn bank(fault: Fault) -> Faulty<Bank> {
    Faults::of(1).dependency("bank", fault).wrap("bank", Bank::default())
}

#[tokio::test(start_paused = true)]
async fn each_fault_does_what_it_says() {
    let second = Duration::from_secs(1);

    let failing = bank(reset().once());
    let error = failing.call(|bank| bank.pay(5)).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(failing.inner().0.get(), 0);
    assert_eq!(failing.call(|bank| bank.pay(5)).await.unwrap(), 5);

    let failing = bank(reset().after_effect());
    assert!(failing.call(|bank| bank.pay(5)).await.is_err());
    assert_eq!(failing.inner().0.get(), 1);

    let silent = bank(Fault::drop_reply_after_effect());
    assert!(timeout(second, silent.call(|bank| bank.pay(5))).await.is_err());
    assert_eq!(silent.inner().0.get(), 1);

    let hanging = bank(Fault::hang());
    assert!(timeout(second, hanging.call(|bank| bank.pay(5))).await.is_err());
    assert_eq!(hanging.inner().0.get(), 0);

    let (slow, started) = (bank(Fault::latency(second)), Instant::now());
    assert_eq!(slow.call(|bank| bank.pay(5)).await.unwrap(), 5);
    assert_eq!(started.elapsed(), second);
}

#[tokio::test]
#[should_panic(expected = "raises std::io::error::Error, but its errors are u8")]
async fn an_error_of_another_type_is_refused() {
    let faults = Faults::of(1).dependency("bank", reset());
    let _ = faults.wrap("bank", ()).call(|()| async { Ok::<(), u8>(()) }).await;
}

#[tokio::test]
#[should_panic(expected = "this plan has none")]
async fn a_fault_of_the_clock_needs_one() {
    let bank = bank(Fault::wall_back(Duration::from_secs(1)));
    let _ = bank.call(|bank| bank.pay(5)).await;
}

#[tokio::test]
async fn a_tower_service_suffers_the_same() {
    let faults = Faults::of(1).dependency("bank", reset().nth(2));
    let bank = service_fn(async |amount: u32| Ok::<_, io::Error>(amount));
    let bank = faults.layer("bank").layer(bank);
    assert_eq!(bank.clone().oneshot(5).await.unwrap(), 5);
    assert!(bank.clone().oneshot(5).await.is_err());
    assert_eq!(faults.to_string().lines().count(), 2);
}

#[derive(Clone, Default)]
struct Ledger(Arc<AtomicU32>);

#[derive(Clone)]
struct Bookings(Arc<Faulty<Ledger>>);

/// Book an amount.
#[tool(timeout = "5s", idempotent(natural), retry(attempts = 2))]
async fn book(amount: u32, State(bookings): State<Bookings>) -> Result<u32, ToolError> {
    let booked = bookings.0.call(|ledger| async move {
        Ok::<_, ToolError>(ledger.0.fetch_add(amount, Ordering::Relaxed) + amount)
    });
    booked.await
}

/// A dependency that fails inside a tool is what the tool's policies see.
#[tokio::test(start_paused = true)]
async fn a_tools_policies_see_its_dependency_fail() {
    let down = ToolError::new(Code::BackendUnavailable, "no answer").retryable();
    let faults = Faults::of(1)
        .dependency("ledger", Fault::error(down).nth(1))
        .dependency("ledger", Fault::drop_reply_after_effect().nth(3));
    let ledger = Ledger::default();
    let bookings = Bookings(Arc::new(faults.wrap("ledger", ledger.clone())));
    let server = TestServer::new(tools![book]).state(bookings).faults(&faults);

    assert_eq!(server.call("book", json!({ "amount": 5 })).await.data::<u32>(), 5);
    let lost = server.call("book", json!({ "amount": 5 })).await;
    assert_eq!(lost.error().code(), &Code::Timeout);
    assert_eq!(ledger.0.load(Ordering::Relaxed), 10);
    faults.assert_all_struck();
}
