//! The policies of a tool, against each other and against what the tool does.

use syn::Ident;

use crate::{
    diag::Diagnostics,
    model::{
        checked::{Cache, Policies},
        parsed::{self, Given, ToolAttribute},
        policy::{Queue, Retry},
    },
    parse::duration::text,
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
            .help("leave it out for 100ms");
        return;
    }
    let Some(attempt) = retry.attempt_timeout else {
        return;
    };
    let longest = longest(retry, attempt);
    if longest > facts.timeout {
        let attempts = retry.attempts;
        let whole = longest.div_ceil(1000) * 1000;
        diagnostics
            .error(
                key,
                format!(
                    "{attempts} attempts of {} and their pauses can take {}, but {}",
                    text(attempt),
                    text(longest),
                    facts.limit(),
                ),
            )
            .help(format!(
                "write `timeout = \"{}\"`, or make the attempts fewer or shorter",
                text(whole)
            ));
    }
}

/// The time of all attempts and the longest pauses between them.
fn longest(retry: &Retry, attempt: u64) -> u64 {
    let base = retry.base.as_ref().map_or(BASE, |given| given.value);
    let pauses = (0..retry.attempts.saturating_sub(1))
        .map(|nth| base.saturating_mul(1 << nth).min(LONGEST_PAUSE))
        .sum::<u64>();
    attempt.saturating_mul(retry.attempts.into()).saturating_add(pauses)
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
        diagnostics
            .error(key, format!("`wait` is {}, but {}", text(*value), facts.limit()))
            .help("a call that has waited so long has no time left to run");
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
            .help("clients need no news more often; 5s is usual");
    } else if *value >= facts.timeout {
        diagnostics
            .error(key, format!("`heartbeat` is {}, but {}", text(*value), facts.limit()))
            .help("a call would end before the first one");
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn retry(attempts: u32, base: Option<u64>) -> Retry {
        let key = Ident::new("base", Span::call_site());
        Retry { attempts, attempt_timeout: None, base: base.map(|value| Given { key, value }) }
    }

    #[test]
    fn pauses_double_and_are_capped() {
        assert_eq!(longest(&retry(3, None), 5000), 15_300);
        assert_eq!(longest(&retry(2, Some(1000)), 5000), 11_000);
        // 1 + 2 + 4 + 5 + 5 s of pauses.
        assert_eq!(longest(&retry(6, Some(1000)), 1000), 23_000);
        assert_eq!(longest(&retry(10, None), u64::MAX), u64::MAX);
    }
}
