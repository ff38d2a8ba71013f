//! Token introspection (RFC 7662): the issuer itself is asked about a token.
//!
//! An answer is kept under the token's SHA-256, for `auth.introspection_ttl` at most and never
//! beyond the token's own end; that a token isn't active is kept for 5 s. However many requests
//! show one token, it is asked about once. An issuer that can't be asked makes it a 503: whether a
//! token was revoked in the meantime is what introspection is for, so nothing older stands in.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout};
use tracing::warn;

use super::claims::{Claims, Rules, expiry};
use super::json::object;
use super::key_source::TIME_LIMIT;
use crate::auth::Refused;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::context::LONGEST;
use crate::store::table::Table;

/// Tokens whose answers are kept.
const KEPT: usize = 10_000;
/// How long it is kept that a token isn't active.
const INACTIVE: Duration = Duration::from_secs(5);
/// Requests at a time. More wait, within the same limit of time.
const CONCURRENCY: usize = 32;
/// Tokens that are asked about or wait for it; more are refused, for now.
const IN_FLIGHT: usize = 1_024;
/// When to try again after the issuer couldn't be asked.
const PAUSE: Duration = Duration::from_secs(5);
/// Bytes of the largest answer: as much as a token may say by itself.
pub(super) const MAX_ANSWER: usize = 16 << 10;

/// Who is asked.
pub(super) trait Ask: Send + Sync + 'static {
    /// The answer's body. Ends by itself.
    fn ask<'a>(
        &'a self,
        token: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + 'a>>;
}

/// A token, as it is kept.
type Name = [u8; 32];

#[derive(Clone, Debug)]
enum Verdict {
    /// Whose it is, until when by its own word, in seconds since 1970.
    Active {
        caller: Caller,
        end: Option<u64>,
    },
    Refused(Refused),
    /// Nobody could tell. Not kept.
    Unknown,
}

struct Kept {
    verdict: Verdict,
    until: Instant,
}

pub(super) struct Introspection(Arc<Shared>);

struct Shared {
    ask: Box<dyn Ask>,
    rules: Rules,
    clock: Clock,
    lifetime: Duration,
    places: Semaphore,
    state: Mutex<State>,
}

struct State {
    kept: Table<Name, Kept>,
    flights: HashMap<Name, watch::Receiver<Option<Verdict>>>,
    /// When the log last said that the issuer can't be asked.
    complained: Option<Instant>,
}

impl Introspection {
    pub(super) fn new(ask: impl Ask, rules: Rules, clock: Clock, lifetime: Duration) -> Self {
        let state = State { kept: Table::new(KEPT), flights: HashMap::new(), complained: None };
        Self(Arc::new(Shared {
            ask: Box::new(ask),
            rules,
            clock,
            lifetime,
            places: Semaphore::new(CONCURRENCY),
            state: Mutex::new(state),
        }))
    }

    /// # Errors
    ///
    /// A token that isn't active or breaks a rule, an issuer that can't be asked.
    pub(super) async fn authenticate(&self, token: &str) -> Result<Caller, Refused> {
        let name: Name = Sha256::digest(token).into();
        let mut landing = match self.0.flight(name, token) {
            Ok(landing) => landing,
            Err(verdict) => return self.0.answer(verdict),
        };
        // The flight has a limit of its own.
        let landed = timeout(TIME_LIMIT * 2, landing.wait_for(Option::is_some)).await;
        let verdict = landed.ok().and_then(Result::ok).and_then(|verdict| verdict.clone());
        self.0.answer(verdict.unwrap_or(Verdict::Unknown))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The flight that gives the answer, or the answer where it is at hand.
    fn flight(
        self: &Arc<Self>,
        name: Name,
        token: &str,
    ) -> Result<watch::Receiver<Option<Verdict>>, Verdict> {
        let mut state = self.state();
        if let Some(kept) = state.kept.get(&name).filter(|kept| Instant::now() < kept.until) {
            return Err(kept.verdict.clone());
        }
        let full = state.flights.len() >= IN_FLIGHT;
        match state.flights.entry(name) {
            Entry::Occupied(flight) => Ok(flight.get().clone()),
            Entry::Vacant(_) if full => Err(Verdict::Unknown),
            Entry::Vacant(place) => {
                let (sender, landing) = watch::channel(None);
                place.insert(landing.clone());
                let flight = Flight { shared: Arc::clone(self), name, sender };
                let token = token.to_owned();
                // Not a caller's own: one that goes away would take everyone's answer along.
                tokio::spawn(async move { flight.fly(&token).await });
                Ok(landing)
            }
        }
    }

    /// A token may end while its verdict is kept.
    fn answer(&self, verdict: Verdict) -> Result<Caller, Refused> {
        match verdict {
            Verdict::Active { caller, end } => {
                let now = self.clock.unix_seconds();
                if end.is_some_and(|end| now >= end.saturating_add(self.rules.leeway)) {
                    return Err(Refused::expired("`exp` has passed"));
                }
                Ok(caller)
            }
            Verdict::Refused(refused) => Err(refused),
            Verdict::Unknown => Err(Refused::Unavailable {
                retry_after: PAUSE,
                detail: "the introspection endpoint can't be asked now".into(),
            }),
        }
    }

    async fn ask(&self, token: &str) -> Verdict {
        let asked = timeout(TIME_LIMIT, async {
            let _place = self.places.acquire().await.map_err(|_| "closed".to_owned())?;
            self.ask.ask(token).await
        });
        let answer =
            asked.await.unwrap_or_else(|_| Err(format!("no answer within {TIME_LIMIT:?}")));
        let claims = answer.and_then(|body| {
            let claims = object(&body, MAX_ANSWER)?;
            let active = claims.get("active").and_then(serde_json::Value::as_bool);
            Ok((active.ok_or("the answer has no `active`")?, claims))
        });
        match claims {
            Ok((true, claims)) => self.judge(claims).unwrap_or_else(Verdict::Refused),
            Ok((false, _)) => Verdict::Refused(Refused::invalid("the issuer says: not active")),
            Err(problem) => {
                self.complain(&problem);
                Verdict::Unknown
            }
        }
    }

    /// Says so once in a while, however many tokens there are.
    fn complain(&self, problem: &str) {
        let now = Instant::now();
        let mut state = self.state();
        if state.complained.is_none_or(|before| now >= before + PAUSE) {
            state.complained = Some(now);
            drop(state);
            warn!("the introspection endpoint can't be asked: {problem}");
        }
    }

    /// Whose token it is. The issuer need not repeat its own name; whom the token is for it must.
    fn judge(&self, claims: Claims) -> Result<Verdict, Refused> {
        let rules = &self.rules;
        if claims.contains_key("iss") {
            rules.check_issuer(&claims)?;
        }
        rules.check_audience(&claims)?;
        Rules::check_binding(&claims)?;
        rules.check_times(&claims, self.clock.unix_seconds())?;
        let end = expiry(&claims)?;
        let claim = rules.principal_claim.as_str();
        // Tokens of a client's own have no subject: RFC 7662 leaves it open.
        let others: &[&str] = if claim == "sub" { &["username", "client_id"] } else { &[] };
        let mut principal = rules.principal(claim, &claims)?;
        for other in others {
            if principal.is_none() {
                principal = rules.principal(other, &claims)?;
            }
        }
        let nobody = || Refused::invalid("the answer names nobody");
        let caller = Rules::caller(principal.ok_or_else(nobody)?, claims)?;
        Ok(Verdict::Active { caller, end })
    }
}

/// One question under way. Ends as one, whatever becomes of it.
struct Flight {
    shared: Arc<Shared>,
    name: Name,
    sender: watch::Sender<Option<Verdict>>,
}

impl Flight {
    async fn fly(&self, token: &str) {
        let verdict = self.shared.ask(token).await;
        let lifetime = match &verdict {
            Verdict::Active { .. } => Some(self.shared.lifetime),
            Verdict::Refused(_) => Some(INACTIVE.min(self.shared.lifetime)),
            Verdict::Unknown => None,
        };
        if let Some(lifetime) = lifetime {
            let now = Instant::now();
            // An instant too far ahead can't be told.
            let until = now + lifetime.min(LONGEST);
            let kept = Kept { verdict: verdict.clone(), until };
            let worth = |kept: &Kept| (kept.until > now).then_some(kept.until);
            self.shared.state().kept.insert(self.name, kept, worth);
        }
        self.sender.send_replace(Some(verdict));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.shared.state().flights.remove(&self.name);
    }
}
