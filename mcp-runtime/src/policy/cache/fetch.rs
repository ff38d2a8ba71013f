//! A result that has to be made: once for all who ask for it meanwhile.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::{Instant, timeout_at};

use super::entry;
use super::flight::{self, ATTEMPTS, Entered};
use super::line::{Aloft, Landing, Line, Ticket};
use super::{Outcome, Running, Stock, ToolService};
use crate::call::{KeptReply, ToolCall};
use crate::error::{Code, Effect, ToolError};
use crate::outliving::{apart, begun};
use crate::policy::later::Later;
use crate::stats::Decision;
use crate::store::cache::{Key, Stored};
use crate::trying;

/// So long before its deadline, but at most this share of its time, a call that could be answered
/// with an older result stops waiting for a newer one: at the deadline itself it would be dropped.
const MARGIN: Duration = Duration::from_millis(10);
const MARGIN_SHARE: u32 = 10;

/// Why a flight is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A caller has no result.
    Miss,
    /// The one who made it came to grief; one of those who waited tries again.
    Again,
    /// A result has expired and is served meanwhile.
    Revalidate,
    /// A result is about to expire.
    Early,
}

/// Answers a call that no fresh result was found for. `old` is one that may stand in for a failure.
pub(super) fn answer(
    stock: Arc<Stock>,
    inner: ToolService,
    key: Key,
    call: ToolCall,
    old: Option<Stored>,
) -> Running {
    let timeout = call.tool().timeout();
    let Some(old) = old else {
        let until = call.context().deadline();
        let made = timeout_at(until, shared(stock, inner, key, call, until));
        return Box::pin(async move { made.await.unwrap_or_else(|_| Err(timed_out(timeout))) });
    };
    let (context, now) = (call.context(), Instant::now());
    let until = if entry::stands_in(&old, now, &stock.config) {
        let left = context.remaining();
        now + left.saturating_sub(MARGIN.min(left / MARGIN_SHARE))
    } else {
        context.deadline()
    };
    let made = timeout_at(until, shared(Arc::clone(&stock), inner, key, call, until));
    Box::pin(async move {
        let error = match made.await.unwrap_or_else(|_| Err(timed_out(timeout))) {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        let Some(reply) = entry::instead_of(&error, &old, Instant::now(), &stock.config) else {
            return Err(error);
        };
        stock.stats.count(Decision::CacheStale);
        Ok(reply)
    })
}

/// Leads or joins a flight.
async fn shared(
    stock: Arc<Stock>,
    inner: ToolService,
    key: Key,
    call: ToolCall,
    until: Instant,
) -> Outcome {
    for tried in 1..=ATTEMPTS {
        let entered = stock.flights.enter(&key, tried, || Line::of(&call));
        let (id, attempt, line) = match entered {
            Entered::Leads { id, handle } => {
                let ticket = Ticket { stock: Arc::clone(&stock), key: key.clone(), id, until };
                let purpose = if tried == 1 { Purpose::Miss } else { Purpose::Again };
                let flight = flight(stock, inner, key, id, call, &handle, purpose);
                return lead(&handle, flight, ticket).await;
            }
            Entered::Joins { id, attempt, handle } => (id, attempt, handle),
            Entered::Alone => return Box::pin(alone(stock, inner, key, call)).await,
            Entered::Crowded => return Err(crowded(&stock)),
        };
        let _ticket = Ticket { stock: Arc::clone(&stock), key: key.clone(), id, until };
        if tried == 1 {
            stock.stats.count(Decision::Coalesced);
        }
        match line.landed().await {
            Landing::Reply(kept) => return Ok(kept.reply()),
            Landing::Failed(error) => return Err(error),
            Landing::Once(_) => return Box::pin(alone(stock, inner, key, call)).await,
            Landing::Crashed(error) => {
                if !flight::tries_again(attempt, tried) {
                    return Err(error);
                }
            }
        }
    }
    // The last attempt has returned.
    Err(ToolError::fault("no attempt is left"))
}

/// Waits for a flight that this call began. What comes to grief is its own call: it doesn't try
/// again.
async fn lead(
    line: &Line,
    mut flight: Pin<Box<impl Future<Output = ()> + Send + 'static>>,
    _ticket: Ticket,
) -> Outcome {
    // A flight is everybody's who waits for it: no part of what one of them tries again.
    if trying::is_trying() || begun(&mut flight).await.is_pending() {
        depart(flight, line);
    }
    match line.landed().await {
        Landing::Reply(kept) => Ok(kept.reply()),
        Landing::Failed(error) | Landing::Crashed(error) => Err(error),
        Landing::Once(reply) => {
            let reply = reply.lock().unwrap_or_else(PoisonError::into_inner).take();
            reply.ok_or_else(|| ToolError::fault("its reply was given away"))
        }
    }
}

/// Starts a flight that nobody waits for, unless one is under way or there is no room for it.
pub(super) fn refresh(
    stock: &Arc<Stock>,
    inner: &ToolService,
    key: Key,
    call: &ToolCall,
    purpose: Purpose,
) {
    if let Some((id, line)) = stock.flights.refresh(&key, || Line::of(call)) {
        let (stock, inner, call) = (Arc::clone(stock), inner.clone(), call.clone());
        let flight = flight(stock, inner, key, id, call, &line, purpose);
        depart(flight, &line);
    }
}

/// A flight, from its start to its landing.
fn flight(
    stock: Arc<Stock>,
    inner: ToolService,
    key: Key,
    id: u64,
    call: ToolCall,
    line: &Line,
    purpose: Purpose,
) -> Pin<Box<impl Future<Output = ()> + Send + 'static>> {
    // It is nobody's call: those who wait for it have places of their own.
    let call = ToolCall { context: line.context().clone(), place: None, ..call };
    let aloft = Aloft::new(stock, key, id, line.clone());
    Box::pin(async move {
        // Whatever the function spawned for it ends with it.
        let _ended = call.context().cancellation().clone().drop_guard();
        let landing = fly(&aloft, inner, call, purpose).await;
        aloft.land(landing);
    })
}

/// Lets a flight go on in a task of its own: neither the deadline nor the end of the call that began
/// it ends it.
fn depart(flight: Pin<Box<impl Future<Output = ()> + Send + 'static>>, line: &Line) {
    let stop = line.context().cancellation().clone();
    apart(async move {
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = flight => {}
        }
    });
}

async fn fly(aloft: &Aloft, inner: ToolService, call: ToolCall, purpose: Purpose) -> Landing {
    let Aloft { stock, key, .. } = aloft;
    // Between a caller's look at the store and its flight, another flight may have landed.
    let newer = if purpose == Purpose::Early { None } else { stock.find(key).await };
    let newer = newer.filter(|stored| stock.is_fresh(stored));
    if purpose == Purpose::Miss {
        let found = newer.is_some();
        stock.stats.count(if found { Decision::CacheHit } else { Decision::CacheMiss });
    }
    if let Some(stored) = newer {
        return Landing::Reply(stored.reply);
    }
    let (deadline, timeout) = (call.context().deadline(), call.tool().timeout());
    let started = Instant::now();
    let running = AssertUnwindSafe(Later::new(inner, call)).catch_unwind();
    match timeout_at(deadline, running).await {
        Err(_) => Landing::Failed(timed_out(timeout)),
        Ok(Err(panic)) => Landing::Crashed(ToolError::panicked(&*panic)),
        Ok(Ok(Err(error))) => Landing::Failed(error),
        Ok(Ok(Ok(reply))) => match KeptReply::new(reply) {
            Ok(kept) => {
                // Before it lands: who comes after that finds the result in the store.
                stock.keep(key, kept.clone(), started).await;
                Landing::Reply(kept)
            }
            Err(reply) => Landing::Once(Arc::new(Mutex::new(Some(reply)))),
        },
    }
}

/// Runs the function for one call, in its own time.
async fn alone(stock: Arc<Stock>, inner: ToolService, key: Key, call: ToolCall) -> Outcome {
    stock.stats.count(Decision::CacheMiss);
    let started = Instant::now();
    match KeptReply::new(inner.run(call).await?) {
        Ok(kept) => {
            stock.keep(&key, kept.clone(), started).await;
            Ok(kept.reply())
        }
        Err(reply) => Ok(reply),
    }
}

/// Only tools that change nothing are cached, so no failure leaves an effect behind.
fn timed_out(timeout: Duration) -> ToolError {
    ToolError::new(Code::Timeout, format!("the call took longer than {timeout:?}"))
        .retryable()
        .effect(Effect::None)
}

fn crowded(stock: &Stock) -> ToolError {
    stock.stats.count(Decision::Shed);
    ToolError::new(
        Code::Overloaded,
        "too many calls wait for this result; make the call again after the pause",
    )
    .retry_after(Duration::from_secs(1))
    .effect(Effect::None)
}
