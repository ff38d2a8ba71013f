//! The table of classes, held against a manifest that says everything that one can say.

mod fields;
mod file;
mod gate;
mod report;
mod rows;
mod table;

use serde_json::{Value, json};

use super::{Change, Class, compare};
use crate::manifest::Manifest;

/// Two tools and two scopes; the first tool has every policy.
pub(super) fn manifest() -> Manifest {
    let limits = json!({ "max": 8, "adaptive": false });
    let queue = json!({ "depth": 16, "wait_ms": 500 });
    parsed(json!({
        "manifest": 1,
        "server": { "name": "invoices", "version": "1.0.0", "title": "Invoices" },
        "scopes": [
            { "scope": "admin:invoices", "description": "Everything", "implies": ["read:invoices"], "tools": ["get"] },
            { "scope": "read:invoices", "tools": ["get"] },
            { "scope": "write:payments", "tools": ["pay"] },
        ],
        "tools": [
            {
                "name": "get", "title": "Get", "description": "Get an invoice.", "version": "1",
                "listed": true, "effect": "read", "idempotent": true, "open_world": false,
                "confirmation": false,
                "access": { "scopes": [{
                    "scope": "read:invoices",
                    "constraints": [{ "field": "customer", "argument": "customer" }],
                    "implied_by": ["admin:invoices"],
                }] },
                "policies": {
                    "timeout_ms": 10_000,
                    "rate_limits": [{ "count": 60, "period_ms": 60_000, "per": "caller", "burst": 10 }],
                    "retry": { "attempts": 3, "attempt_timeout_ms": 2000, "base_ms": 100 },
                    "dependencies": [{
                        "name": "Bank", "concurrency": limits, "queue": queue, "retry_budget": 0.1,
                        "breaker": { "failures": 5, "ratio": 0.5, "slow_ms": 1000, "open_ms": 5000 },
                    }],
                    "concurrency": limits, "queue": queue,
                    "cache": {
                        "ttl_ms": 30_000, "stale_while_revalidate_ms": 10_000,
                        "stale_if_error_ms": 600_000, "shared": false,
                    },
                    "cost": 0.5, "fallback": "pay", "heartbeat_ms": 5000, "max_result_bytes": 65_536,
                    "blocking": true,
                    "idempotency": {
                        "key": { "fields": ["customer", "limit"] }, "ttl_ms": 86_400_000,
                        "required": false, "in_flight": "wait", "reconcile": false,
                        "transaction": false,
                    },
                    "audit": { "result": false, "retention_ms": 86_400_000, "plain": ["customer"] },
                },
                "secrets": ["pin"], "checks": [["customer", "pin"]],
                "input_schema": {
                    "type": "object",
                    "properties": {
                        "customer": { "type": "integer", "format": "uint64", "minimum": 0 },
                        "limit": { "type": "integer", "maximum": 100, "default": 20 },
                        "pin": { "type": "string", "description": "The PIN." },
                    },
                    "required": ["customer", "pin"],
                    "additionalProperties": false,
                },
                "output_schema": {
                    "type": "object",
                    "properties": { "number": { "type": "string" }, "paid": { "type": "boolean" } },
                    "required": ["number"],
                },
            },
            {
                "name": "pay", "description": "Pay an invoice.", "version": "1", "listed": true,
                "effect": "destructive", "idempotent": false, "open_world": false,
                "confirmation": true, "access": { "scopes": [{ "scope": "write:payments" }] },
                "policies": { "timeout_ms": 30_000 },
                "input_schema": { "type": "object", "additionalProperties": false },
            },
        ],
        "digest": "",
    }))
}

pub(super) fn parsed(manifest: Value) -> Manifest {
    serde_json::from_value(manifest).unwrap()
}

/// The manifest with the value at a pointer replaced; null takes it out.
pub(super) fn with(manifest: &Manifest, pointer: &str, value: Value) -> Manifest {
    let mut edited = serde_json::to_value(manifest).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = edited.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
    match (parent, value) {
        (Value::Object(members), Value::Null) => drop(members.remove(key)),
        (Value::Object(members), value) => drop(members.insert(key.into(), value)),
        (Value::Array(items), Value::Null) => drop(items.remove(key.parse().unwrap())),
        (Value::Array(items), value) if key == "-" => items.push(value),
        (Value::Array(items), value) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer} leads into a scalar"),
    }
    parsed(edited)
}

/// What a comparison tells, in short: `widening policies.timeout_ms`.
pub(super) fn told(old: &Manifest, new: &Manifest) -> Vec<String> {
    short(&compare(old, new))
}

pub(super) fn short(changes: &[Change]) -> Vec<String> {
    let mut told: Vec<String> =
        changes.iter().map(|change| format!("{} {}", change.class.name(), change.what)).collect();
    told.sort();
    told
}

#[test]
fn the_same_is_no_change() {
    assert_eq!(compare(&manifest(), &manifest()), []);
}

#[test]
fn the_version_of_the_server_is_not_compared() {
    let released = with(&manifest(), "/server/version", json!("2.0.0"));
    assert_eq!(compare(&manifest(), &with(&released, "/digest", json!("sha256:0"))), []);
}

#[test]
fn the_worst_comes_first() {
    let changed = with(&manifest(), "/tools/0/policies/timeout_ms", json!(1000));
    let changed = with(&changed, "/tools/0/title", json!("Fetch"));
    let changed = with(&changed, "/tools/1/confirmation", json!(false));
    let changed = with(&changed, "/tools/1/version", json!("2"));
    let classes: Vec<Class> =
        compare(&manifest(), &changed).iter().map(|change| change.class).collect();
    assert_eq!(classes, Class::WORST_FIRST);
}

#[test]
fn more_changes_than_anyone_reads_are_not_all_kept() {
    let secrets: Vec<String> = (0..20_000).map(|i| i.to_string()).collect();
    let hostile = with(&manifest(), "/tools/0/secrets", json!(secrets));
    let changes = compare(&hostile, &manifest());
    assert_eq!(changes.len(), 10_001);
    assert_eq!((changes[0].class, changes[0].what.as_str()), (Class::Breaking, "changes"));
}
