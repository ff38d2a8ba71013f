//! A result that has to be made: once for all who ask for it meanwhile.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tracing::{Instrument, Span};

use super::entry;
use super::flight::{self, ATTEMPTS, Entered};
use super::{Next, Outcome, Room};
use crate::call::{KeptReply, Reply, ToolCall};
use crate::context::Context;
use crate::error::{Code, Effect, ToolError};
use crate::secrets;
use crate::stats::Decision;
use crate::store::cache::{Key, Stored};

/// So long before its deadline, but at most this share of its time, a call that could be answered
/// with an older result stops waiting for a newer one: at the deadline itself it would be dropped.
const MARGIN: Duration = Duration::from_millis(10);
const MARGIN_SHARE: u32 = 10;

/// What those who wait for a flight hold on to.
#[derive(Clone)]
pub(super) struct Line {
    landing: watch::Receiver<Option<Landing>>,
    stop: CancellationToken,
}

/// What came of a flight.
#[derive(Clone)]
enum Landing {
    Reply(KeptReply),
    /// A reply that can be given only once: it is the leader's.
    Once(Arc<Mutex<Option<Reply>>>),
    Failed(ToolError),
    /// No answer: the function panicked, or the flight was cut short.
    Crashed(ToolError),
}

/// A place in a flight. Who drops it no longer waits.
struct Ticket {
    room: Arc<Room>,
    key: Key,
    id: u64,
    /// When its holder stops waiting.
    until: Instant,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if Instant::now() >= self.until {
            self.room.flights.run_out(&self.key, self.id);
        } else if let Some(line) = self.room.flights.leave(&self.key, self.id) {
            line.stop.cancel();
        }
    }
}

/// A flight on its way. Dropped, it isn't under way any more, whatever ended it: first for those
/// who come, then, with the sender, for those who wait.
struct Aloft {
    room: Arc<Room>,
    key: Key,
    id: u64,
    sender: watch::Sender<Option<Landing>>,
}

impl Aloft {
    fn land(self, landing: Landing) {
        self.room.flights.land(&self.key, self.id);
        self.sender.send_replace(Some(landing));
    }
}

impl Drop for Aloft {
    fn drop(&mut self) {
        self.room.flights.land(&self.key, self.id);
    }
}

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
pub(super) async fn answer<S: Next>(
    room: Arc<Room>,
    inner: S,
    key: Key,
    call: ToolCall,
    old: Option<Stored>,
) -> Outcome {
    let context = call.context();
    let now = Instant::now();
    let until = if old.as_ref().is_some_and(|old| entry::stands_in(old, now, &room.config)) {
        let left = context.remaining();
        now + left.saturating_sub(MARGIN.min(left / MARGIN_SHARE))
    } else {
        context.deadline()
    };
    let timeout = call.tool().timeout();
    let error = match timeout_at(until, shared(&room, inner, key, call, until)).await {
        Ok(Ok(reply)) => return Ok(reply),
        Ok(Err(error)) => error,
        Err(_) => timed_out(timeout),
    };
    let now = Instant::now();
    match old.and_then(|old| entry::instead_of(&error, &old, now, &room.config)) {
        Some(reply) => {
            room.stats.count(Decision::CacheStale);
            Ok(reply)
        }
        None => Err(error),
    }
}

/// Leads or joins a flight.
async fn shared<S: Next>(
    room: &Arc<Room>,
    inner: S,
    key: Key,
    call: ToolCall,
    until: Instant,
) -> Outcome {
    for tried in 1..=ATTEMPTS {
        let mut flight = None;
        let entered = room.flights.enter(&key, tried, || prepare(&call, &mut flight));
        let (id, attempt, mut line, leads) = match entered {
            Entered::Leads { id, handle } => (id, tried, handle, true),
            Entered::Joins { id, attempt, handle } => (id, attempt, handle, false),
            Entered::Alone => return alone(room, inner, key, call).await,
            Entered::Crowded => return Err(crowded(room)),
        };
        let _ticket = Ticket { room: Arc::clone(room), key: key.clone(), id, until };
        if let Some(flight) = flight {
            let purpose = if tried == 1 { Purpose::Miss } else { Purpose::Again };
            take_off(room, inner.clone(), key.clone(), id, &call, flight, purpose);
        } else if tried == 1 {
            room.stats.count(Decision::Coalesced);
        }
        match line.wait().await {
            Landing::Reply(kept) => return Ok(kept.reply()),
            Landing::Failed(error) => return Err(error),
            Landing::Once(reply) if leads => {
                let reply = reply.lock().unwrap_or_else(PoisonError::into_inner).take();
                return reply.ok_or_else(|| ToolError::fault("its reply was given away"));
            }
            Landing::Once(_) => return alone(room, inner, key, call).await,
            Landing::Crashed(error) => {
                if !flight::tries_again(leads, attempt, tried) {
                    return Err(error);
                }
            }
        }
    }
    // The last attempt has returned.
    Err(ToolError::fault("no attempt is left"))
}

/// Starts a flight that nobody waits for, unless one is under way or there is no room for it.
pub(super) fn refresh<S: Next>(
    room: &Arc<Room>,
    inner: &S,
    key: Key,
    call: &ToolCall,
    purpose: Purpose,
) {
    let mut flight = None;
    let id = room.flights.refresh(&key, || prepare(call, &mut flight));
    if let (Some(id), Some(flight)) = (id, flight) {
        take_off(room, inner.clone(), key, id, call, flight, purpose);
    }
}

/// A flight that is about to start: the context it runs in, and where its landing is announced.
type Flight = (Context, watch::Sender<Option<Landing>>);

fn prepare(call: &ToolCall, flight: &mut Option<Flight>) -> Line {
    let context = call.context().detached(call.tool().timeout());
    let (sender, landing) = watch::channel(None);
    let stop = context.cancellation().clone();
    *flight = Some((context, sender));
    Line { landing, stop }
}

/// The flight's task is its own: neither the deadline nor the end of the call that began it ends it.
fn take_off<S: Next>(
    room: &Arc<Room>,
    inner: S,
    key: Key,
    id: u64,
    call: &ToolCall,
    (context, sender): Flight,
    purpose: Purpose,
) {
    // A flight is nobody's call: those who wait for it have places of their own.
    let call = ToolCall { context, place: None, ..call.clone() };
    let aloft = Aloft { room: Arc::clone(room), key, id, sender };
    let flight = async move {
        let stop = call.context().cancellation().clone();
        // Whatever the function spawned for it ends with it.
        let _ended = stop.clone().drop_guard();
        let landing = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            landing = fly(&aloft, inner, call, purpose) => landing,
        };
        aloft.land(landing);
    };
    let flight = secrets::carried(secrets::current(), flight);
    tokio::spawn(flight.instrument(Span::current()));
}

async fn fly<S: Next>(aloft: &Aloft, inner: S, call: ToolCall, purpose: Purpose) -> Landing {
    let Aloft { room, key, .. } = aloft;
    // Between a caller's look at the store and its flight, another flight may have landed.
    let newer = if purpose == Purpose::Early { None } else { room.find(key).await };
    let newer = newer.filter(|stored| room.is_fresh(stored));
    if purpose == Purpose::Miss {
        let found = newer.is_some();
        room.stats.count(if found { Decision::CacheHit } else { Decision::CacheMiss });
    }
    if let Some(stored) = newer {
        return Landing::Reply(stored.reply);
    }
    let (deadline, timeout) = (call.context().deadline(), call.tool().timeout());
    let started = Instant::now();
    let running = AssertUnwindSafe(inner.oneshot(call)).catch_unwind();
    match timeout_at(deadline, running).await {
        Err(_) => Landing::Failed(timed_out(timeout)),
        Ok(Err(panic)) => Landing::Crashed(ToolError::panicked(&*panic)),
        Ok(Ok(Err(error))) => Landing::Failed(error),
        Ok(Ok(Ok(reply))) => match KeptReply::new(reply) {
            Ok(kept) => {
                // Before it lands: who comes after that finds the result in the store.
                room.keep(key, kept.clone(), started).await;
                Landing::Reply(kept)
            }
            Err(reply) => Landing::Once(Arc::new(Mutex::new(Some(reply)))),
        },
    }
}

/// Runs the function for one call, in its own time.
async fn alone<S: Next>(room: &Room, inner: S, key: Key, call: ToolCall) -> Outcome {
    room.stats.count(Decision::CacheMiss);
    let started = Instant::now();
    match KeptReply::new(inner.oneshot(call).await?) {
        Ok(kept) => {
            room.keep(&key, kept.clone(), started).await;
            Ok(kept.reply())
        }
        Err(reply) => Ok(reply),
    }
}

impl Line {
    async fn wait(&mut self) -> Landing {
        let landed = self.landing.wait_for(Option::is_some).await;
        let landing = landed.ok().and_then(|landing| landing.clone());
        landing.unwrap_or_else(|| Landing::Crashed(ToolError::fault("the flight was cut short")))
    }
}

/// Only tools that change nothing are cached, so no failure leaves an effect behind.
fn timed_out(timeout: Duration) -> ToolError {
    ToolError::new(Code::Timeout, format!("the call took longer than {timeout:?}"))
        .retryable()
        .effect(Effect::None)
}

fn crowded(room: &Room) -> ToolError {
    room.stats.count(Decision::Shed);
    ToolError::new(
        Code::Overloaded,
        "too many calls wait for this result; make the call again after the pause",
    )
    .retry_after(Duration::from_secs(1))
    .effect(Effect::None)
}
