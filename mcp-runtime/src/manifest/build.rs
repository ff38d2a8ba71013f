//! From a running server to its manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value};

use super::digest::digest;
use super::model::{
    About, AccessPart, AuditPart, BreakerPart, CachePart, ConcurrencyPart, Constraint,
    DependencyPart, EffectPart, FORM, IdempotencyPart, InFlightPart, KeyPart, Manifest,
    PoliciesPart, QueuePart, RateLimitPart, RequiredScope, RetryPart, ScopePart, ToolPart,
};
use super::number::settle;
use crate::access::{AccessDef, Catalogue};
use crate::app::App;
use crate::policies::{
    Concurrency, DependencyDef, Idempotency, InFlight, KeyFrom, Per, Queue, RateLimit,
};
use crate::tool::ToolInfo;

impl Manifest {
    pub(super) fn of(app: &App) -> Self {
        let (registry, catalogue) = (app.registry(), app.registry().catalogue());
        let listed: BTreeSet<&str> = registry.tools().map(ToolInfo::name).collect();
        let mut tools: Vec<ToolPart> = registry
            .all()
            .map(|info| tool(info, catalogue, listed.contains(info.name())))
            .collect();
        tools.sort_by(|one, other| one.name.cmp(&other.name));
        let server = About {
            name: app.name().to_owned(),
            version: app.version().to_owned(),
            title: app.title().map(Into::into),
        };
        let scopes = scopes(catalogue, &tools);
        let mut made = Self { manifest: FORM, server, scopes, tools, digest: String::new() };
        made.digest = digest(&made);
        made
    }
}

/// Every scope that a tool asks for or the catalogue speaks of.
fn scopes(catalogue: &Catalogue, tools: &[ToolPart]) -> Vec<ScopePart> {
    let asked = tools.iter().flat_map(|tool| tool.access.required()).map(|one| &*one.scope);
    let catalogued = catalogue
        .entries()
        .flat_map(|entry| [entry.token].into_iter().chain(entry.implies.to_vec()));
    let all: BTreeSet<&str> = asked.chain(catalogued).collect();
    let included_in: BTreeMap<&str, BTreeSet<&str>> =
        all.iter().map(|token| (*token, catalogue.implied_by(token))).collect();
    all.iter()
        .map(|scope| {
            let includes =
                |other: &str| included_in.get(other).is_some_and(|of| of.contains(scope));
            let counts = |tool: &&ToolPart| {
                tool.access.required().iter().any(|one| includes(one.scope.as_str()))
            };
            ScopePart {
                scope: (*scope).to_owned(),
                description: catalogue.description(scope).map(Into::into),
                implies: all
                    .iter()
                    .filter(|other| *other != scope && includes(other))
                    .map(|other| (*other).to_owned())
                    .collect(),
                tools: tools.iter().filter(counts).map(|tool| tool.name.clone()).collect(),
            }
        })
        .collect()
}

fn tool(info: &ToolInfo, catalogue: &Catalogue, listed: bool) -> ToolPart {
    let effect = match (info.is_read_only(), info.is_destructive()) {
        (true, _) => EffectPart::Read,
        (_, true) => EffectPart::Destructive,
        _ => EffectPart::Write,
    };
    ToolPart {
        name: info.name().to_owned(),
        title: info.title().map(Into::into),
        description: info.description().to_owned(),
        version: info.version().to_owned(),
        listed,
        effect,
        idempotent: info.is_idempotent(),
        open_world: info.is_open_world(),
        confirmation: info.confirms,
        access: access(info, catalogue),
        policies: policies(info),
        secrets: info.secrets.iter().map(ToString::to_string).collect(),
        checks: info.checks.iter().map(|of| of.iter().map(ToString::to_string).collect()).collect(),
        input_schema: sorted(info.input_schema()),
        output_schema: info.output_schema().map(sorted),
    }
}

fn access(info: &ToolInfo, catalogue: &Catalogue) -> AccessPart {
    match info.access {
        AccessDef::Unstated => return AccessPart::Unstated,
        AccessDef::Public => return AccessPart::Public,
        AccessDef::Scopes(_) => {}
    }
    let required = info.gate.requirements().iter().map(|one| RequiredScope {
        scope: one.token.to_owned(),
        constraints: one
            .fields
            .iter()
            .map(|(field, argument)| Constraint {
                field: (*field).to_owned(),
                argument: argument.map(Into::into),
            })
            .collect(),
        implied_by: catalogue
            .implied_by(one.token)
            .into_iter()
            .filter(|other| *other != one.token)
            .map(Into::into)
            .collect(),
    });
    let mut required: Vec<RequiredScope> = required.collect();
    // All of them are needed, so their order says nothing.
    required.sort_by(|one, other| one.scope.cmp(&other.scope));
    AccessPart::Scopes(required)
}

fn policies(info: &ToolInfo) -> PoliciesPart {
    let policies = info.policies();
    PoliciesPart {
        timeout_ms: millis(info.timeout()),
        rate_limits: rate_limits(&info.rate_limits),
        retry: policies.retry.map(|retry| RetryPart {
            attempts: retry.attempts,
            attempt_timeout_ms: retry.attempt_timeout.map(millis),
            base_ms: millis(retry.base),
        }),
        dependencies: policies.dependencies.iter().map(|def| dependency(def)).collect(),
        concurrency: policies.concurrency.map(concurrency),
        queue: queue(policies.concurrency, policies.queue),
        cache: policies.cache.map(|cache| CachePart {
            ttl_ms: millis(cache.ttl),
            stale_while_revalidate_ms: cache.stale_while_revalidate.map(millis),
            stale_if_error_ms: cache.stale_if_error.map(millis),
            shared: cache.shared,
        }),
        cost: policies.cost,
        fallback: policies.fallback.map(|def| def.name.to_owned()),
        blocking: policies.blocking,
        heartbeat_ms: policies.heartbeat.map(millis),
        max_result_bytes: policies.max_result,
        idempotency: policies.idempotency.map(idempotency),
        audit: audit(info),
    }
}

fn idempotency(of: Idempotency) -> IdempotencyPart {
    IdempotencyPart {
        key: match of.key {
            KeyFrom::Client => KeyPart::Client,
            KeyFrom::Arguments => KeyPart::Arguments,
            KeyFrom::Fields(names) => {
                // A key is made of a set of arguments.
                let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
                names.sort_unstable();
                KeyPart::Fields(names)
            }
        },
        ttl_ms: millis(of.ttl),
        required: of.required,
        in_flight: match of.in_flight {
            InFlight::Wait => InFlightPart::Wait,
            InFlight::Reject => InFlightPart::Reject,
        },
        reconcile: of.reconcile.is_some(),
        transaction: of.transaction,
    }
}

/// Nothing, where it is what holds of every call.
fn audit(info: &ToolInfo) -> Option<AuditPart> {
    let stated = info.policies().audit;
    let mut plain = info.plain.clone();
    plain.sort_unstable();
    let part =
        AuditPart { result: stated.keep_result, retention_ms: stated.retention.map(millis), plain };
    (part != AuditPart::default()).then_some(part)
}

/// A rate that is given twice counts once, so it is told once.
fn rate_limits(all: &[RateLimit]) -> Vec<RateLimitPart> {
    let mut told = Vec::with_capacity(all.len());
    for rate in all {
        let per = match rate.per {
            Per::Caller => "caller",
            Per::Tool => "tool",
            Per::Global => "global",
        };
        let part = RateLimitPart {
            count: rate.count,
            period_ms: millis(rate.period),
            per: per.to_owned(),
            burst: rate.burst,
        };
        if !told.contains(&part) {
            told.push(part);
        }
    }
    told
}

fn dependency(def: &DependencyDef) -> DependencyPart {
    DependencyPart {
        name: def.name.to_owned(),
        concurrency: def.concurrency.map(concurrency),
        queue: queue(def.concurrency, def.queue),
        breaker: def.breaker.map(|breaker| BreakerPart {
            failures: breaker.failures,
            ratio: breaker.ratio,
            slow_ms: breaker.slow.map(millis),
            open_ms: millis(breaker.open),
        }),
        retry_budget: def.retry_budget,
    }
}

fn concurrency(limit: Concurrency) -> ConcurrencyPart {
    ConcurrencyPart { max: limit.max(), adaptive: matches!(limit, Concurrency::Adaptive { .. }) }
}

/// Where concurrency is limited calls wait, also when nothing is said about it.
fn queue(limit: Option<Concurrency>, stated: Option<Queue>) -> Option<QueuePart> {
    let queue = limit.map(|_| stated.unwrap_or(Queue::DEFAULT))?;
    Some(QueuePart { depth: queue.depth, wait_ms: millis(queue.wait) })
}

/// Durations of contracts are whole milliseconds, and end long before those overflow.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The same schema, its keys in an order that no feature of a crate decides, and its numbers as
/// every program writes them.
fn sorted(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut schema = schema.clone();
    schema.sort_keys();
    for value in schema.values_mut() {
        value.sort_all_objects();
        settle(value);
    }
    schema
}
