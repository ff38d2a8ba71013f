//! The issuer's keys: where they come from, how long they are used, and when they are asked for
//! again.
//!
//! | age | what is done |
//! |---|---|
//! | under ¾ of the lifetime | they are used |
//! | under the lifetime | they are used, and asked for again meanwhile |
//! | up to a day more | they are asked for again first; while that fails, they are used |
//! | beyond | nothing is taken until they can be had |
//!
//! A token that names a key which isn't there makes them be asked for again at once, since issuers
//! sign with new keys before the old set's lifetime ends; at most every 30 s, so that made-up names
//! cost the issuer nothing. There is one request at a time, whoever needs its answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tracing::{debug, warn};

use super::algorithm::Algorithm;
use super::key_set::{Found, Key, KeySet};
use crate::auth::Refused;

/// How long keys are used beyond their lifetime while the issuer can't be reached.
const STALE: Duration = Duration::from_hours(24);
/// The time between two requests that unknown names of keys cause.
pub(super) const COOLDOWN: Duration = Duration::from_secs(30);
/// The time between a request that failed and the next one.
const PAUSE: Duration = Duration::from_secs(5);
/// How long a request may take.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Where keys come from.
pub(super) trait Fetch: Send + Sync + 'static {
    /// The document. Ends by itself.
    fn fetch(&self) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + '_>>;
}

pub(super) struct KeySource(Arc<Shared>);

struct Shared {
    fetch: Box<dyn Fetch>,
    lifetime: Duration,
    state: Mutex<State>,
    /// Changes when a request has ended.
    landed: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    in_flight: bool,
    /// When an unknown name last caused a request.
    forced: Option<Instant>,
    /// When a request last failed, unless one succeeded since.
    failed: Option<Instant>,
}

struct Held {
    set: Arc<KeySet>,
    since: Instant,
}

/// The end of a request.
type Landing = watch::Receiver<()>;

impl KeySource {
    pub(super) fn new(fetch: impl Fetch, lifetime: Duration, known: Option<KeySet>) -> Self {
        let held = known.map(|set| Held { set: Arc::new(set), since: Instant::now() });
        Self(Arc::new(Shared {
            fetch: Box::new(fetch),
            lifetime,
            state: Mutex::new(State { held, ..State::default() }),
            landed: watch::Sender::new(()),
        }))
    }

    /// The key that a token names, or the only one.
    ///
    /// # Errors
    ///
    /// A key that isn't there or isn't of the algorithm's kind, keys that can't be had.
    pub(super) async fn key(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Arc<Key>, Refused> {
        match self.set().await?.find(id, algorithm) {
            Found::Key(key) => return Ok(key),
            Found::Unfit(why) => return Err(Refused::invalid(why)),
            Found::Unknown => {}
        }
        let landing = self.0.force();
        let asked = landing.is_some();
        if let Some(landing) = landing {
            landed(landing).await;
        }
        let state = self.0.state();
        let set = state.held.as_ref().map(|held| &held.set);
        match set.map_or(Found::Unknown, |set| set.find(id, algorithm)) {
            Found::Key(key) => Ok(key),
            Found::Unfit(why) => Err(Refused::invalid(why)),
            // The new set, which may have the key, couldn't be had.
            Found::Unknown if state.failed.is_some() => {
                let forced = state.forced.unwrap_or_else(Instant::now);
                Err(unavailable((forced + COOLDOWN).saturating_duration_since(Instant::now())))
            }
            Found::Unknown => {
                debug!(asked, "a token names a key that its issuer doesn't have");
                Err(Refused::invalid("its key is not one of the issuer's"))
            }
        }
    }

    /// The set in force.
    async fn set(&self) -> Result<Arc<KeySet>, Refused> {
        let landing = {
            let mut state = self.0.state();
            let now = Instant::now();
            let rests = state.failed.is_some_and(|failed| now < failed + PAUSE);
            let age = state.held.as_ref().map(|held| now.saturating_duration_since(held.since));
            match (&state.held, age) {
                (Some(held), Some(age)) if age < self.0.lifetime => {
                    let set = Arc::clone(&held.set);
                    if age >= self.0.lifetime / 4 * 3 && !rests {
                        self.0.request(&mut state);
                    }
                    return Ok(set);
                }
                // It failed before: nobody waits for a server that is known to be away.
                (Some(held), Some(age)) if state.failed.is_some() && self.0.serves(age) => {
                    let set = Arc::clone(&held.set);
                    if !rests {
                        self.0.request(&mut state);
                    }
                    return Ok(set);
                }
                _ if rests => {
                    let next = state.failed.unwrap_or(now) + PAUSE;
                    return Err(unavailable(next.saturating_duration_since(now)));
                }
                _ => self.0.request(&mut state),
            }
        };
        landed(landing).await;
        let state = self.0.state();
        let held = state.held.as_ref().filter(|held| self.0.serves(held.since.elapsed()));
        held.map(|held| Arc::clone(&held.set)).ok_or_else(|| unavailable(PAUSE))
    }
}

fn unavailable(retry_after: Duration) -> Refused {
    let detail = "the issuer's keys can't be had now".into();
    Refused::Unavailable { retry_after: retry_after.max(Duration::from_secs(1)), detail }
}

/// Waits for the end of a request, which has a limit of its own.
async fn landed(mut landing: Landing) {
    // Neither an error nor a timeout says more than the state does.
    let _ = timeout(TIME_LIMIT + Duration::from_secs(1), landing.changed()).await;
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether keys of this age may still be used.
    fn serves(&self, age: Duration) -> bool {
        age.saturating_sub(self.lifetime) < STALE
    }

    /// A request for an unknown name: the one that is under way, or a new one, where it is time.
    fn force(self: &Arc<Self>) -> Option<Landing> {
        let mut state = self.state();
        let now = Instant::now();
        if !state.in_flight {
            if state.forced.is_some_and(|forced| now < forced + COOLDOWN) {
                return None;
            }
            state.forced = Some(now);
        }
        Some(self.request(&mut state))
    }

    /// Asks for the keys, or joins the request that is under way.
    fn request(self: &Arc<Self>, state: &mut State) -> Landing {
        let landing = self.landed.subscribe();
        if !state.in_flight {
            state.in_flight = true;
            let flight = Flight(Arc::clone(self));
            // Not a caller's own: one that goes away would take everyone's answer along.
            tokio::spawn(async move { flight.fly().await });
        }
        landing
    }
}

/// A request under way. Ends as one, whatever becomes of it.
struct Flight(Arc<Shared>);

impl Flight {
    async fn fly(&self) {
        let since = Instant::now();
        let fetched = timeout(TIME_LIMIT, self.0.fetch.fetch())
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {TIME_LIMIT:?}")));
        let read = fetched.and_then(|document| KeySet::parse(&document));
        let mut state = self.0.state();
        match read {
            Ok(set) => {
                state.held = Some(Held { set: Arc::new(set), since });
                state.failed = None;
            }
            Err(problem) => {
                state.failed = Some(Instant::now());
                drop(state);
                warn!("the issuer's keys can't be had: {problem}");
            }
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.in_flight = false;
        drop(state);
        self.0.landed.send_replace(());
    }
}
