//! What rules are in words, the same in every format for people.
//!
//! Texts hold code between backticks; see [`spans`].

mod numbers;
mod records;
mod spans;

use std::fmt::Write;

use super::model::{
    AccessPart, BreakerPart, ConcurrencyPart, DependencyPart, EffectPart, RateLimitPart,
    RequiredScope, ToolPart,
};
use crate::policies::Breaker;
use numbers::{duration, rate, share, size};
pub(super) use spans::{Span, code, spans};

/// One policy at a glance.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) value: String,
    /// What it means for a call.
    pub(super) meaning: String,
}

fn rate_meaning(rate: &RateLimitPart) -> String {
    let whom = match rate.per.as_str() {
        "caller" => "for each caller of this tool",
        "tool" => "for all callers of this tool together",
        _ => "for all calls of the tools with this limit together",
    };
    let period = duration(rate.period_ms);
    format!("{} calls in {period} {whom}, {} of them at once", rate.count, rate.burst)
}

pub(super) fn effect(effect: EffectPart) -> &'static str {
    match effect {
        EffectPart::Read => "read",
        EffectPart::Write => "write",
        EffectPart::Destructive => "destructive",
    }
}

/// What the tool says of itself beside its effect.
pub(super) fn flags(tool: &ToolPart) -> Vec<Fact> {
    let flag = |label, meaning: &str| Fact { label, value: String::new(), meaning: meaning.into() };
    let all = [
        (tool.idempotent && tool.effect != EffectPart::Read)
            .then(|| flag("safe to repeat", records::repeats(tool.policies.idempotency.as_ref()))),
        tool.open_world.then(|| flag("open world", "It reaches beyond the server's own domain.")),
        tool.confirmation.then(|| flag("asks first", "A person has to confirm each call.")),
        (!tool.listed).then(|| {
            flag("not listed", "Clients can't call it: it only answers for another tool.")
        }),
    ];
    all.into_iter().flatten().collect()
}

/// Who may call a tool, where it is not by scopes.
pub(super) fn access(access: &AccessPart) -> &'static str {
    match access {
        AccessPart::Unstated => {
            "Not stated. With authentication on, the server refuses to start with this tool."
        }
        AccessPart::Public => "Public: everyone who reaches the server may call it.",
        AccessPart::Scopes(all) if all.len() == 1 => "Needs the scope",
        AccessPart::Scopes(_) => "Needs all of these scopes, or others that include them:",
    }
}

/// What the fields of a scope are compared with, one sentence each.
pub(super) fn constraints(scope: &RequiredScope) -> Vec<String> {
    let each = scope.constraints.iter().map(|one| {
        let field = code(&one.field);
        match &one.argument {
            Some(argument) if *argument == one.field => {
                format!("A grant limited by {field} only allows that value of the argument.")
            }
            Some(argument) => format!(
                "A grant limited by {field} only allows that value of the argument {}.",
                code(argument)
            ),
            None => format!("A grant limited by {field} only shows the rows with that value."),
        }
    });
    each.collect()
}

/// Everything that holds for a call beside its access, the timeout first.
pub(super) fn policies(tool: &ToolPart) -> Vec<Fact> {
    let of = &tool.policies;
    let mut facts = Vec::new();
    let mut add =
        |label, value: String, meaning: String| facts.push(Fact { label, value, meaning });
    add("timeout", duration(of.timeout_ms), "A call that takes longer is ended.".into());
    for limit in &of.rate_limits {
        add("rate", rate(limit), format!("{}.", rate_meaning(limit)));
    }
    if let Some(limit) = &of.concurrency {
        add("concurrency", concurrency(limit), "Calls that run at a time.".into());
    }
    if let Some(queue) = &of.queue {
        let value = format!("{} for {}", queue.depth, duration(queue.wait_ms));
        add("queue", value, "Calls that wait for a place, and how long.".into());
    }
    if let Some(retry) = &of.retry {
        let each = retry.attempt_timeout_ms.map(|ms| format!(" of {}", duration(ms)));
        let value = format!("{} attempts{}", retry.attempts, each.unwrap_or_default());
        let base = duration(retry.base_ms);
        add("retry", value, format!("Random pauses between attempts, up to {base} at first."));
    }
    for one in &of.dependencies {
        add("needs", one.name.clone(), dependency(one));
    }
    if let Some(cache) = &of.cache {
        let ttl = duration(cache.ttl_ms);
        let (value, meaning) = if cache.shared {
            (format!("{ttl}, shared"), "A result is served again to all callers.")
        } else {
            (ttl, "A result is served again to the same caller.")
        };
        add("cache", value, meaning.into());
        for (label, ms, meaning) in [
            (
                "stale while revalidating",
                cache.stale_while_revalidate_ms,
                "while a new one is made",
            ),
            ("stale on failure", cache.stale_if_error_ms, "while no new one can be made"),
        ] {
            if let Some(ms) = ms {
                add(label, duration(ms), format!("So much longer, marked as stale, {meaning}."));
            }
        }
    }
    if let Some(cost) = of.cost {
        add("cost", cost.to_string(), "Units of the caller's budget.".into());
    }
    if let Some(fallback) = &of.fallback {
        let meaning = "It answers where this tool's backend is not available.";
        add("fallback", fallback.clone(), meaning.into());
    }
    if of.blocking {
        add("blocking", String::new(), "It runs on a thread of a bounded pool.".into());
    }
    if let Some(ms) = of.heartbeat_ms {
        let meaning = "How often a waiting client hears that the call goes on.";
        add("heartbeat", duration(ms), meaning.into());
    }
    if let Some(bytes) = of.max_result_bytes {
        add("result", format!("≤ {}", size(bytes)), "A larger result is refused.".into());
    }
    facts.extend(of.idempotency.as_ref().map(records::idempotency));
    facts.extend(of.audit.as_ref().map(records::audit));
    facts
}

fn concurrency(limit: &ConcurrencyPart) -> String {
    if limit.adaptive { format!("adaptive, ≤ {}", limit.max) } else { limit.max.to_string() }
}

fn dependency(of: &DependencyPart) -> String {
    // Writing to a string doesn't fail.
    let mut text = of.breaker.as_ref().map_or_else(|| "No breaker".to_owned(), breaker);
    if let Some(limit) = &of.concurrency {
        let _ = write!(text, "; {} calls at a time", concurrency(limit));
    }
    if let Some(queue) = &of.queue {
        let _ = write!(text, ", {} wait for {}", queue.depth, duration(queue.wait_ms));
    }
    format!(
        "{text}; retries at most {} of its calls, besides one a second.",
        share(of.retry_budget)
    )
}

fn breaker(of: &BreakerPart) -> String {
    let slow = of.slow_ms.map(|ms| format!(" or took over {}", duration(ms))).unwrap_or_default();
    format!(
        "Left alone for {} after {} failures in a row, or when {} of at least {} calls in {:?} \
         failed{slow}",
        duration(of.open_ms),
        of.failures,
        share(of.ratio),
        Breaker::MIN_CALLS,
        Breaker::WINDOW,
    )
}
