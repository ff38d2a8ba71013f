//! The policies of a tool: a limit that is looser widens, one that is tighter tightens.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::changes::At;
use super::records;
use super::rules::{self, Turn};
use crate::manifest::model::{
    BreakerPart, CachePart, ConcurrencyPart, DependencyPart, PoliciesPart, QueuePart,
    RateLimitPart, RetryPart,
};

pub(super) fn compare(old: &PoliciesPart, new: &PoliciesPart, at: &mut At<'_>) {
    let PoliciesPart {
        timeout_ms,
        rate_limits: rates,
        retry: retries,
        dependencies: backends,
        concurrency: places,
        queue: waiting,
        cache: kept,
        cost,
        fallback,
        blocking,
        heartbeat_ms,
        max_result_bytes,
        // With what the tool says of repeats besides.
        idempotency: _,
        audit,
    } = old;
    at.amount(&rules::TIMEOUT, *timeout_ms, new.timeout_ms);
    rate_limits(rates, &new.rate_limits, at);
    retry(retries.as_ref(), new.retry.as_ref(), at);
    dependencies(backends, &new.dependencies, at);
    concurrency(places.as_ref(), new.concurrency.as_ref(), at);
    queue(waiting.as_ref(), new.queue.as_ref(), at);
    cache(kept.as_ref(), new.cache.as_ref(), at);
    at.optional_amount(&rules::COST, *cost, new.cost);
    at.changed(&rules::FALLBACK, fallback, &new.fallback);
    at.flag(&rules::BLOCKING, *blocking, new.blocking);
    at.optional_amount(&rules::HEARTBEAT, *heartbeat_ms, new.heartbeat_ms);
    at.optional_amount(&rules::MAX_RESULT, *max_result_bytes, new.max_result_bytes);
    records::audit(audit.as_ref(), new.audit.as_ref(), at);
}

/// Rates have no names: two are the same rate in other numbers where they hold for the same callers
/// and periods, or where there is no other for the same callers.
fn rate_limits(old: &[RateLimitPart], new: &[RateLimitPart], at: &mut At<'_>) {
    let mut olds: Vec<&RateLimitPart> = Vec::new();
    let mut news: Vec<&RateLimitPart> = new.iter().collect();
    for was in old {
        match news.iter().position(|is| *is == was) {
            Some(same) => drop(news.remove(same)),
            None => olds.push(was),
        }
    }
    let pairs =
        pair(&mut olds, &mut news, |was, is| was.per == is.per && was.period_ms == is.period_ms);
    let alone = |all: &[&RateLimitPart], per: &str| all.iter().filter(|one| one.per == per).count();
    let (left, right) = (olds.clone(), news.clone());
    let others = pair(&mut olds, &mut news, |was, is| {
        was.per == is.per && alone(&left, &was.per) == 1 && alone(&right, &is.per) == 1
    });
    for (was, is) in pairs.into_iter().chain(others) {
        rate_limit(was, is, at);
    }
    for was in olds {
        at.tell(&rules::RATE_LIMITS, Turn::Removed, &json!(was), &Value::Null);
    }
    for is in news {
        at.tell(&rules::RATE_LIMITS, Turn::Added, &Value::Null, &json!(is));
    }
}

type Rates<'a> = Vec<&'a RateLimitPart>;

/// Takes out what belongs together.
fn pair<'a>(
    olds: &mut Rates<'a>,
    news: &mut Rates<'a>,
    belong: impl Fn(&RateLimitPart, &RateLimitPart) -> bool,
) -> Vec<(&'a RateLimitPart, &'a RateLimitPart)> {
    let mut pairs = Vec::new();
    olds.retain(|was| match news.iter().position(|is| belong(was, is)) {
        Some(index) => {
            pairs.push((*was, news.remove(index)));
            false
        }
        None => true,
    });
    pairs
}

fn rate_limit(old: &RateLimitPart, new: &RateLimitPart, at: &mut At<'_>) {
    // The two have the same `per`.
    let RateLimitPart { count, period_ms, per: _, burst } = old;
    // Cross-multiplied: 60 in a minute is 1 in a second.
    let pace = u128::from(*count) * u128::from(new.period_ms);
    let turn = match pace.cmp(&(u128::from(new.count) * u128::from(*period_ms))) {
        Ordering::Less => Some(Turn::Up),
        Ordering::Greater => Some(Turn::Down),
        Ordering::Equal => {
            ((*count, *period_ms) != (new.count, new.period_ms)).then_some(Turn::Changed)
        }
    };
    if let Some(turn) = turn {
        at.tell(&rules::RATE, turn, &json!(old), &json!(new));
    }
    at.amount(&rules::BURST, *burst, new.burst);
}

fn retry(old: Option<&RetryPart>, new: Option<&RetryPart>, at: &mut At<'_>) {
    let Some((old, new)) = at.both(&rules::RETRY, old, new) else { return };
    let RetryPart { attempts, attempt_timeout_ms, base_ms } = old;
    at.amount(&rules::ATTEMPTS, *attempts, new.attempts);
    at.optional_amount(&rules::ATTEMPT_TIMEOUT, *attempt_timeout_ms, new.attempt_timeout_ms);
    at.amount(&rules::RETRY_BASE, *base_ms, new.base_ms);
}

fn dependencies(old: &[DependencyPart], new: &[DependencyPart], at: &mut At<'_>) {
    let olds: BTreeMap<&str, _> = old.iter().map(|one| (&*one.name, one)).collect();
    let news: BTreeMap<&str, _> = new.iter().map(|one| (&*one.name, one)).collect();
    for (name, was) in &olds {
        let is = news.get(name).copied();
        if let Some((was, is)) = at.both(&rules::DEPENDENCIES, Some(*was), is) {
            dependency(was, is, &mut at.within(&format!("dependencies.{name}")));
        }
    }
    for (_, is) in news.iter().filter(|(name, _)| !olds.contains_key(*name)) {
        at.tell(&rules::DEPENDENCIES, Turn::Added, &Value::Null, &json!(is));
    }
}

fn dependency(old: &DependencyPart, new: &DependencyPart, at: &mut At<'_>) {
    let DependencyPart {
        name: _,
        concurrency: places,
        queue: waiting,
        breaker: trips,
        retry_budget,
    } = old;
    concurrency(places.as_ref(), new.concurrency.as_ref(), at);
    queue(waiting.as_ref(), new.queue.as_ref(), at);
    breaker(trips.as_ref(), new.breaker.as_ref(), at);
    at.amount(&rules::RETRY_BUDGET, *retry_budget, new.retry_budget);
}

fn concurrency(old: Option<&ConcurrencyPart>, new: Option<&ConcurrencyPart>, at: &mut At<'_>) {
    let Some((old, new)) = at.both(&rules::CONCURRENCY, old, new) else { return };
    let ConcurrencyPart { max, adaptive } = old;
    at.amount(&rules::CONCURRENCY_MAX, *max, new.max);
    at.flag(&rules::ADAPTIVE, *adaptive, new.adaptive);
}

fn queue(old: Option<&QueuePart>, new: Option<&QueuePart>, at: &mut At<'_>) {
    let Some((old, new)) = at.both(&rules::QUEUE, old, new) else { return };
    let QueuePart { depth, wait_ms } = old;
    at.amount(&rules::QUEUE_DEPTH, *depth, new.depth);
    at.amount(&rules::QUEUE_WAIT, *wait_ms, new.wait_ms);
}

fn breaker(old: Option<&BreakerPart>, new: Option<&BreakerPart>, at: &mut At<'_>) {
    let Some((old, new)) = at.both(&rules::BREAKER, old, new) else { return };
    let BreakerPart { failures, ratio, slow_ms, open_ms } = old;
    at.amount(&rules::BREAKER_FAILURES, *failures, new.failures);
    at.amount(&rules::BREAKER_RATIO, *ratio, new.ratio);
    at.optional_amount(&rules::BREAKER_SLOW, *slow_ms, new.slow_ms);
    at.amount(&rules::BREAKER_OPEN, *open_ms, new.open_ms);
}

fn cache(old: Option<&CachePart>, new: Option<&CachePart>, at: &mut At<'_>) {
    if old.is_none() && new.is_some_and(|new| new.shared) {
        at.flag(&rules::CACHE_SHARED, false, true);
    }
    let Some((old, new)) = at.both(&rules::CACHE, old, new) else { return };
    let CachePart { ttl_ms, stale_while_revalidate_ms, stale_if_error_ms, shared } = old;
    at.amount(&rules::CACHE_TTL, *ttl_ms, new.ttl_ms);
    let revalidate = (*stale_while_revalidate_ms, new.stale_while_revalidate_ms);
    at.optional_amount(&rules::CACHE_REVALIDATE, revalidate.0, revalidate.1);
    at.optional_amount(&rules::CACHE_IF_ERROR, *stale_if_error_ms, new.stale_if_error_ms);
    at.flag(&rules::CACHE_SHARED, *shared, new.shared);
}
