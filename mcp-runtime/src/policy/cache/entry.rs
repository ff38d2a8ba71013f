//! What a kept result is good for, by its age; and how its age is shown.

use std::time::Duration;

use tokio::time::Instant;

use crate::call::{KeptReply, Reply};
use crate::content::Content;
use crate::error::{Code, ToolError};
use crate::meta;
use crate::policies::Cache;
use crate::store::cache::Stored;

/// A lifetime differs from the stated one by up to this share, so that results which were made
/// together don't expire together.
const JITTER: f64 = 0.1;
/// `β` of `XFetch`: above 1 results are refreshed earlier, below 1 later.
const BETA: f64 = 1.0;

/// What to do with a result of some age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    Fresh,
    /// Fresh, and due for a refresh before it expires.
    Early,
    /// Stale, and to be served while it is refreshed.
    Revalidate,
    /// Of use only if there is no newer one to be had.
    Expired,
}

/// A new entry. `luck` is from `[0, 1)` and decides about its lifetime.
pub(super) fn stored(
    reply: KeptReply,
    started: Instant,
    now: Instant,
    config: &Cache,
    luck: f64,
) -> Stored {
    let lifetime = config.ttl.mul_f64(1.0 + JITTER * (2.0 * luck - 1.0));
    let stale = config.stale_while_revalidate.max(config.stale_if_error).unwrap_or_default();
    Stored {
        reply,
        created: now,
        cost: now.saturating_duration_since(started),
        lifetime,
        useful: lifetime.saturating_add(stale),
    }
}

/// `luck` is from `[0, 1)` and decides about an early refresh.
///
/// `XFetch`: a result is refreshed early with a chance that grows as its end comes near, and that
/// is the larger the longer it takes to make. Of many callers about one is expected to begin at the
/// time that the refresh needs.
pub(super) fn freshness(stored: &Stored, now: Instant, config: &Cache, luck: f64) -> Freshness {
    let age = stored.age(now);
    if let Some(left) = stored.lifetime.checked_sub(age).filter(|left| !left.is_zero()) {
        let ahead = stored.cost.as_secs_f64() * BETA * -(1.0 - luck).ln();
        return if ahead >= left.as_secs_f64() { Freshness::Early } else { Freshness::Fresh };
    }
    match config.stale_while_revalidate {
        Some(stale) if age < stored.lifetime.saturating_add(stale) => Freshness::Revalidate,
        _ => Freshness::Expired,
    }
}

/// Whether a failure is one that an older result may stand in for: there is no answer to be had
/// now, rather than another answer.
fn excuses(code: &Code) -> bool {
    matches!(code, Code::Timeout | Code::BackendUnavailable | Code::CircuitOpen | Code::Overloaded)
}

/// Whether a result of this age may stand in for a failure.
pub(super) fn stands_in(stored: &Stored, now: Instant, config: &Cache) -> bool {
    config
        .stale_if_error
        .is_some_and(|stale| stored.age(now) < stored.lifetime.saturating_add(stale))
}

/// The reply that stands in for a failure, if one may.
pub(super) fn instead_of(
    error: &ToolError,
    stored: &Stored,
    now: Instant,
    config: &Cache,
) -> Option<Reply> {
    (excuses(error.code()) && stands_in(stored, now, config)).then(|| {
        let why = format!("a newer result could not be made ({error})");
        stale(stored, now, error.code().as_str(), &why)
    })
}

/// A fresh result, with its age.
pub(super) fn fresh(stored: &Stored, now: Instant) -> Reply {
    aged(stored, stored.age(now))
}

/// A stale result that is being refreshed.
pub(super) fn refreshing(stored: &Stored, now: Instant) -> Reply {
    stale(stored, now, "refreshing", "a newer result is being made")
}

/// A program reads the mark in `_meta`, a model the further block of text. The first block stays
/// as it is: it is the structured content in words.
fn stale(stored: &Stored, now: Instant, mark: &str, why: &str) -> Reply {
    let age = stored.age(now);
    let mut reply = aged(stored, age);
    reply.meta.insert(meta::STALE.into(), mark.into());
    let seconds = age.as_secs();
    reply.content.push(Content::text(format!("stale: as of {seconds} s ago, because {why}")));
    reply
}

fn aged(stored: &Stored, age: Duration) -> Reply {
    let mut reply = stored.reply.reply();
    reply.meta.insert(meta::AGE.into(), age.as_secs().into());
    reply
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Made in one second, at `now`, with a lifetime of 30 s.
    fn made(now: Instant, config: &Cache) -> Stored {
        let reply = KeptReply::new(Reply::text("x")).expect("no raw reply");
        stored(reply, now, now + SECOND, config, 0.5)
    }

    fn config() -> Cache {
        Cache::new(30_000).stale_while_revalidate_ms(10_000).stale_if_error_ms(60_000)
    }

    #[tokio::test(start_paused = true)]
    async fn ages_have_their_states() {
        let (config, now) = (config(), Instant::now());
        let stored = made(now, &config);
        let at = |age: f64| {
            freshness(&stored, stored.created + Duration::from_secs_f64(age), &config, 0.0)
        };
        assert_eq!(at(0.0), Freshness::Fresh);
        assert_eq!(at(29.999), Freshness::Fresh);
        assert_eq!(at(30.0), Freshness::Revalidate);
        assert_eq!(at(39.999), Freshness::Revalidate);
        assert_eq!(at(40.0), Freshness::Expired);
        let stands = |age| stands_in(&stored, stored.created + Duration::from_secs(age), &config);
        assert!(stands(89));
        assert!(!stands(90));
        let error = ToolError::new(Code::Timeout, "no answer");
        let instead = |age| {
            let now = stored.created + Duration::from_secs(age);
            instead_of(&error, &stored, now, &config).is_some()
        };
        assert!(instead(89));
        assert!(!instead(90), "it grew too old while the call waited");
        assert_eq!(stored.useful, Duration::from_secs(90));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_stale_is_used_unless_stated() {
        let (config, now) = (Cache::new(30_000), Instant::now());
        let stored = made(now, &config);
        let end = stored.created + Duration::from_secs(30);
        assert_eq!(freshness(&stored, end, &config, 0.0), Freshness::Expired);
        assert!(!stands_in(&stored, end, &config));
        assert_eq!(stored.useful, Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn an_early_refresh_is_drawn_by_cost_and_time_left() {
        let (config, now) = (config(), Instant::now());
        let stored = made(now, &config);
        let early = |left: u64| {
            let now = stored.created + Duration::from_secs(30 - left);
            let draws = (0..10_000).map(|n| f64::from(n) / 10_000.0);
            let early =
                draws.filter(|luck| freshness(&stored, now, &config, *luck) == Freshness::Early);
            u32::try_from(early.count()).unwrap()
        };
        // With one second of cost and β = 1 the chance is e^-left.
        assert!(early(1).abs_diff(3_679) < 3, "{}", early(1));
        assert!(early(2).abs_diff(1_353) < 3, "{}", early(2));
        assert_eq!(early(20), 0);
    }

    #[test]
    fn failures_that_an_older_result_may_stand_in_for() {
        use Code::{
            BackendUnavailable, Cancelled, CircuitOpen, Internal, InvalidArguments, NotFound,
            Overloaded, RateLimited, Timeout,
        };
        for code in [Timeout, BackendUnavailable, CircuitOpen, Overloaded] {
            assert!(excuses(&code), "{code}");
        }
        let app = Code::from("no_such_invoice");
        for code in [Internal, NotFound, InvalidArguments, RateLimited, Cancelled, app] {
            assert!(!excuses(&code), "{code}");
        }
    }

    proptest! {
        #[test]
        fn lifetimes_stay_within_their_jitter(ttl in 1_u64..1_000_000_000, luck in 0.0..1.0) {
            let config = Cache::new(ttl);
            let reply = KeptReply::new(Reply::text("x")).expect("no raw reply");
            let now = Instant::now();
            let lifetime = stored(reply, now, now, &config, luck).lifetime;
            prop_assert!(lifetime >= config.ttl.mul_f64(0.9));
            prop_assert!(lifetime <= config.ttl.mul_f64(1.1));
        }
    }
}
