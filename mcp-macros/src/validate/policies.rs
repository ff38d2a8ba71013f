//! The policies of a tool, against each other and against what the tool does.

use syn::Ident;

use crate::{
    diag::Diagnostics,
    model::{
        checked::{Cache, Policies},
        parsed::{self, Given, ToolAttribute},
        policy::{Queue, Retry},
    },
    parse::duration::{text, written},
};

/// What a tool without `timeout` has, as the runtime gives it.
const TIMEOUT: u64 = 10_000;
/// The same, where the tool waits for others.
const TIMEOUT_OUTSIDE: u64 = 30_000;
/// No pause between two attempts is longer.
const LONGEST_PAUSE: u64 = 5_000;
/// The pause before the second attempt, where `base` isn't given.
const BASE: u64 = 100;
/// Clients need no news more often.
const SHORTEST_HEARTBEAT: u64 = 100;

/// What the rules look at besides the policies themselves.
pub(super) struct Facts<'a> {
    pub(super) ident: &'a Ident,
    pub(super) reads: bool,
    repeatable: bool,
    pub(super) timeout: u64,
    timeout_stated: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn of(attribute: &ToolAttribute, ident: &'a Ident) -> Self {
        let outside = attribute.open_world.is_some() || attribute.policies.dependencies.is_some();
        let default = if outside { TIMEOUT_OUTSIDE } else { TIMEOUT };
        let reads = attribute.read_only.is_some() || attribute.access.only_reads().is_some();
        Self {
            ident,
            reads,
            repeatable: reads || attribute.idempotent.is_some(),
            timeout: attribute.timeout.as_ref().map_or(default, |given| given.value),
            timeout_stated: attribute.timeout.is_some(),
        }
    }

    /// The timeout as messages end with it.
    pub(super) fn limit(&self) -> String {
        let timeout = text(self.timeout);
        if self.timeout_stated {
            format!("`timeout` is {timeout}")
        } else {
            format!("`timeout` is {timeout} where it isn't stated")
        }
    }
}

/// Checks all rules between keys; after a key that could not be read they would mislead.
pub(super) fn check(
    policies: parsed::Policies,
    facts: &Facts<'_>,
    intact: bool,
    diagnostics: &mut Diagnostics,
) -> Policies {
    if intact {
        check_retry(policies.retry.as_ref(), facts, diagnostics);
        check_queue(&policies, facts, diagnostics);
        check_cache(&policies, facts, diagnostics);
        check_fallback(&policies, facts, diagnostics);
        check_heartbeat(policies.heartbeat.as_ref(), facts, diagnostics);
    }
    Policies {
        retry: policies.retry.map(|given| given.value),
        dependencies: policies.dependencies.map(|given| given.value).unwrap_or_default(),
        concurrency: policies.concurrency.map(|given| given.value),
        queue: policies.queue.map(|given| given.value),
        rate_limits: policies.rate_limits.map(|given| given.value).unwrap_or_default(),
        cost: policies.cost.map(|given| given.value),
        cache: policies.cache_ttl.map(|ttl| {
            let key = policies.cache.map(|given| given.value).unwrap_or_default();
            Cache {
                ttl: ttl.value,
                stale_while_revalidate: policies.stale_while_revalidate.map(|given| given.value),
                stale_if_error: policies.stale_if_error.map(|given| given.value),
                shared: key.shared,
                normalize: key.normalize,
            }
        }),
        fallback: policies.fallback.map(|given| given.value),
        blocking: policies.blocking,
        heartbeat: policies.heartbeat.map(|given| given.value),
        max_result: policies.max_result.map(|given| given.value),
    }
}

fn check_retry(retry: Option<&Given<Retry>>, facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let Some(Given { key, value: retry }) = retry else {
        return;
    };
    if !facts.repeatable {
        let name = facts.ident;
        diagnostics
            .error(key, format!("`retry` on `{name}`, which is not safe to repeat"))
            .help("add `idempotent`, or remove `retry`");
    }
    if let Some(Given { key, value }) = &retry.base
        && *value > LONGEST_PAUSE
    {
        diagnostics
            .error(key, format!("`base` is {}, but no pause is longer than 5s", text(*value)))
            .help("write `base = \"100ms\"`: it doubles with every attempt");
        return;
    }
    let longest = longest(retry);
    if longest <= facts.timeout {
        return;
    }
    let (attempts, total, limit) = (retry.attempts, text(longest), facts.limit());
    let message = match retry.attempt_timeout {
        Some(attempt) => {
            let attempt = text(attempt);
            format!(
                "{attempts} attempts of {attempt} and their pauses can take {total}, but {limit}"
            )
        }
        None => {
            format!("the pauses between {attempts} attempts can take {total} alone, but {limit}")
        }
    };
    let whole = written(longest.div_ceil(1000).saturating_mul(1000));
    diagnostics
        .error(key, message)
        .help(format!("write `timeout = \"{whole}\"`, or make the attempts fewer or shorter"))
        .note(sum(retry, &total));
}

/// The longest pauses between all attempts.
fn pauses(retry: &Retry) -> impl Iterator<Item = u64> + use<> {
    let base = retry.base.as_ref().map_or(BASE, |given| given.value);
    (0..retry.attempts.saturating_sub(1))
        .map(move |nth| base.saturating_mul(1 << nth).min(LONGEST_PAUSE))
}

/// The time of all attempts, where it is known, and the longest pauses between them.
fn longest(retry: &Retry) -> u64 {
    let attempts = retry.attempt_timeout.unwrap_or(0).saturating_mul(retry.attempts.into());
    attempts.saturating_add(pauses(retry).sum())
}

/// `3 × 5s + 100ms + 200ms = 15.3s`.
fn sum(retry: &Retry, total: &str) -> String {
    let attempts = retry.attempt_timeout.map(|one| format!("{} × {}", retry.attempts, text(one)));
    let parts: Vec<String> = attempts.into_iter().chain(pauses(retry).map(text)).collect();
    format!("{} = {total}", parts.join(" + "))
}

fn check_queue(policies: &parsed::Policies, facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let Some(Given { key, value: Queue { wait, .. } }) = &policies.queue else {
        return;
    };
    if policies.concurrency.is_none() {
        diagnostics
            .error(key, "`queue` needs `concurrency`")
            .help("without a limit nothing waits: add `concurrency = 16`, or remove `queue`");
    }
    if let Some(Given { key, value }) = wait
        && *value >= facts.timeout
    {
        diagnostics.error(key, format!("`wait` is {}, but {}", text(*value), facts.limit())).help(
            format!(
                "a call that has waited so long has no time left to run: write `wait = \"{}\"`, or \
                 raise `timeout`",
                written((facts.timeout / 10).max(1))
            ),
        );
    }
}

fn check_cache(policies: &parsed::Policies, facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if let Some(Given { key, .. }) = &policies.cache_ttl {
        if !facts.reads {
            let name = facts.ident;
            diagnostics
                .error(key, format!("`cache_ttl` on `{name}`, which writes"))
                .help("a cached write would not run; add `read_only` if it changes nothing");
        }
        check_stale(policies, diagnostics);
        return;
    }
    let others = [
        policies.cache.as_ref().map(|given| &given.key),
        policies.stale_while_revalidate.as_ref().map(|given| &given.key),
        policies.stale_if_error.as_ref().map(|given| &given.key),
    ];
    for key in others.into_iter().flatten() {
        diagnostics
            .error(key, format!("`{key}` needs `cache_ttl`"))
            .help("say how long a result is fresh: add `cache_ttl = \"30s\"`");
    }
}

/// A result that is served while a new one is made is there where that fails, too.
fn check_stale(policies: &parsed::Policies, diagnostics: &mut Diagnostics) {
    let (Some(revalidate), Some(error)) =
        (&policies.stale_while_revalidate, &policies.stale_if_error)
    else {
        return;
    };
    if error.value <= revalidate.value {
        let (short, long) = (text(error.value), text(revalidate.value));
        diagnostics
            .error(
                &error.key,
                format!("`stale_if_error` is {short}, but `stale_while_revalidate` is {long}"),
            )
            .help(format!(
                "for {long} the old result is served in any case: write `stale_if_error = \"{}\"`, \
                 or remove it",
                written(revalidate.value.saturating_mul(10))
            ));
    }
}

fn check_fallback(policies: &parsed::Policies, facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if let Some(Given { value, .. }) = &policies.fallback
        && value.is_ident(facts.ident)
    {
        diagnostics
            .error(value, format!("`{}` cannot be its own fallback", facts.ident))
            .help("for another attempt of the same tool write `retry`");
    }
}

fn check_heartbeat(
    heartbeat: Option<&Given<u64>>,
    facts: &Facts<'_>,
    diagnostics: &mut Diagnostics,
) {
    let Some(Given { key, value }) = heartbeat else {
        return;
    };
    if *value < SHORTEST_HEARTBEAT {
        diagnostics
            .error(key, format!("`heartbeat` is {}, but the shortest is 100ms", text(*value)))
            .help("clients need no news more often: write `heartbeat = \"5s\"`");
    } else if *value >= facts.timeout {
        diagnostics
            .error(key, format!("`heartbeat` is {}, but {}", text(*value), facts.limit()))
            .help(format!(
                "a call would end before the first one: write `heartbeat = \"{}\"`, or raise \
                 `timeout`",
                written((facts.timeout / 2).max(1))
            ));
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn retry(attempts: u32, base: Option<u64>, attempt: Option<u64>) -> Retry {
        let key = Ident::new("base", Span::call_site());
        let base = base.map(|value| Given { key, value });
        Retry { attempts, attempt_timeout: attempt, base }
    }

    #[test]
    fn pauses_double_and_are_capped() {
        assert_eq!(longest(&retry(3, None, Some(5000))), 15_300);
        assert_eq!(longest(&retry(2, Some(1000), Some(5000))), 11_000);
        // 1 + 2 + 4 + 5 + 5 s of pauses.
        assert_eq!(longest(&retry(6, Some(1000), Some(1000))), 23_000);
        assert_eq!(longest(&retry(10, None, Some(u64::MAX))), u64::MAX);
        assert_eq!(longest(&retry(4, Some(1000), None)), 7_000);
    }

    #[test]
    fn the_sum_is_shown() {
        assert_eq!(sum(&retry(3, None, Some(5000)), "15.3s"), "3 × 5s + 100ms + 200ms = 15.3s");
        assert_eq!(sum(&retry(3, Some(4000), None), "9s"), "4s + 5s = 9s");
    }
}
