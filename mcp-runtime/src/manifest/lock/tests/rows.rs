//! Edits of one field, and what is told of them there and back.

use serde_json::{Value, json};

pub(super) struct Row {
    pub(super) at: &'static str,
    pub(super) to: Value,
    /// What is told when the lock is the fixture and the server has the edit.
    pub(super) there: &'static [&'static str],
    /// What is told the other way round.
    pub(super) back: &'static [&'static str],
}

pub(super) fn row(
    at: &'static str,
    to: Value,
    there: &'static [&'static str],
    back: &'static [&'static str],
) -> Row {
    Row { at, to, there, back }
}

fn tool(public: bool, confirmation: bool, effect: &str) -> Value {
    json!({
        "name": "void", "description": "Void an invoice.", "version": "1", "listed": true,
        "effect": effect, "idempotent": false, "open_world": false, "confirmation": confirmation,
        "access": if public { json!("public") } else { json!({ "scopes": [{ "scope": "x:y" }] }) },
        "policies": { "timeout_ms": 1000 },
        "input_schema": { "type": "object" },
    })
}

pub(super) fn server_and_scopes() -> Vec<Row> {
    vec![
        row("/server/name", json!("other"), &["breaking name"], &["breaking name"]),
        row("/server/title", json!("Bills"), &["compatible title"], &["compatible title"]),
        row("/server/title", Value::Null, &["compatible title"], &["compatible title"]),
        row(
            "/scopes/-",
            json!({ "scope": "audit:log", "tools": [] }),
            &["compatible scope"],
            &["compatible scope"],
        ),
        row(
            "/scopes/-",
            json!({ "scope": "root:all", "implies": ["read:invoices", "x:new"], "tools": [] }),
            &["compatible scope", "widening implies"],
            &["compatible scope", "tightening implies"],
        ),
        row(
            "/scopes/0/description",
            json!("All"),
            &["compatible description"],
            &["compatible description"],
        ),
        row(
            "/scopes/0/implies/-",
            json!("write:payments"),
            &["widening implies"],
            &["tightening implies"],
        ),
        row("/scopes/2/tools/-", json!("get"), &["widening tools"], &["tightening tools"]),
    ]
}

pub(super) fn tools() -> Vec<Row> {
    vec![
        row("/tools/-", tool(false, false, "write"), &["compatible tool"], &["breaking tool"]),
        row(
            "/tools/-",
            tool(true, true, "destructive"),
            &["compatible tool", "widening tool"],
            &["breaking tool"],
        ),
        row(
            "/tools/-",
            tool(false, false, "destructive"),
            &["compatible tool", "widening tool"],
            &["breaking tool"],
        ),
        row("/tools/0/title", json!("Fetch"), &["compatible title"], &["compatible title"]),
        row(
            "/tools/0/description",
            json!("Fetch."),
            &["compatible description"],
            &["compatible description"],
        ),
        row("/tools/0/version", json!("2"), &["breaking version"], &["breaking version"]),
        row("/tools/0/listed", json!(false), &["breaking listed"], &["compatible listed"]),
        row("/tools/0/effect", json!("write"), &["widening effect"], &["tightening effect"]),
        row("/tools/1/effect", json!("write"), &["tightening effect"], &["widening effect"]),
        row("/tools/0/effect", json!("destructive"), &["widening effect"], &["tightening effect"]),
        row(
            "/tools/1/idempotent",
            json!(true),
            &["compatible idempotent"],
            &["breaking idempotent"],
        ),
        row(
            "/tools/0/open_world",
            json!(true),
            &["widening open_world"],
            &["tightening open_world"],
        ),
        row(
            "/tools/0/confirmation",
            json!(true),
            &["tightening confirmation"],
            &["widening confirmation"],
        ),
        row(
            "/tools/0/secrets/-",
            json!("customer"),
            &["compatible secrets"],
            &["widening secrets"],
        ),
        row("/tools/0/checks/-", json!(["limit"]), &["tightening checks"], &["widening checks"]),
        row(
            "/tools/0/checks/0",
            json!(["pin"]),
            &["tightening checks", "widening checks"],
            &["tightening checks", "widening checks"],
        ),
        row("/tools/0/output_schema", Value::Null, &["breaking output"], &["compatible output"]),
    ]
}

pub(super) fn access() -> Vec<Row> {
    let scopes = |scopes: Value| json!({ "scopes": scopes });
    let payments = json!({ "scope": "write:payments" });
    vec![
        row("/tools/1/access", json!("public"), &["widening access"], &["tightening access"]),
        row("/tools/1/access", json!("unstated"), &["widening access"], &["tightening access"]),
        row(
            "/tools/1/access",
            scopes(json!([payments, { "scope": "write:ledger" }])),
            &["tightening access.scopes"],
            &["widening access.scopes"],
        ),
        row(
            "/tools/1/access",
            scopes(json!([{ "scope": "write:ledger" }])),
            &["tightening access.scopes", "widening access.scopes"],
            &["tightening access.scopes", "widening access.scopes"],
        ),
        // Whoever holds the new one held what the old one asked for.
        row(
            "/tools/0/access",
            scopes(json!([{ "scope": "admin:invoices" }])),
            &["compatible access.scopes", "tightening access.scopes"],
            &["compatible access.scopes", "widening access.scopes"],
        ),
        row(
            "/tools/0/access/scopes/0/implied_by/-",
            json!("write:payments"),
            &["widening access.scopes.read:invoices.implied_by"],
            &["tightening access.scopes.read:invoices.implied_by"],
        ),
        row(
            "/tools/0/access/scopes/0/constraints/-",
            json!({ "field": "year" }),
            &["widening access.scopes.read:invoices.constraints"],
            &[
                "tightening access.scopes.read:invoices.constraints",
                "widening access.scopes.read:invoices.constraints",
            ],
        ),
        row(
            "/tools/0/access/scopes/0/constraints/0/argument",
            Value::Null,
            &["widening access.scopes.read:invoices.constraints.customer.argument"],
            &["tightening access.scopes.read:invoices.constraints.customer.argument"],
        ),
        row(
            "/tools/0/access/scopes/0/constraints/0/argument",
            json!("limit"),
            &[
                "tightening access.scopes.read:invoices.constraints.customer.argument",
                "widening access.scopes.read:invoices.constraints.customer.argument",
            ],
            &[
                "tightening access.scopes.read:invoices.constraints.customer.argument",
                "widening access.scopes.read:invoices.constraints.customer.argument",
            ],
        ),
    ]
}

/// Policies, each by its place: what it becomes, and the classes of that and of the opposite.
macro_rules! policy_rows {
    ($($at:literal = $to:tt: $there:literal, $back:literal;)+) => {
        [$(($at, json!($to), $there, $back)),+]
    };
}

#[rustfmt::skip]
pub(super) fn policies() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    policy_rows! {
        "timeout_ms" = 20_000: "widening", "tightening";
        "retry" = null: "compatible", "compatible";
        "retry/attempts" = 4: "compatible", "compatible";
        "retry/attempt_timeout_ms" = 3000: "compatible", "tightening";
        "retry/attempt_timeout_ms" = null: "compatible", "tightening";
        "retry/base_ms" = 200: "compatible", "compatible";
        "dependencies/-" = { "name": "Mail", "retry_budget": 0.1 }: "tightening", "widening";
        "dependencies/0/concurrency" = null: "widening", "tightening";
        "dependencies/0/concurrency/max" = 9: "widening", "tightening";
        "dependencies/0/queue/depth" = 17: "widening", "tightening";
        "dependencies/0/breaker" = null: "widening", "tightening";
        "dependencies/0/breaker/failures" = 6: "widening", "tightening";
        "dependencies/0/breaker/ratio" = 0.6: "widening", "tightening";
        "dependencies/0/breaker/slow_ms" = 2000: "widening", "tightening";
        "dependencies/0/breaker/slow_ms" = null: "widening", "tightening";
        "dependencies/0/breaker/open_ms" = 6000: "tightening", "widening";
        "dependencies/0/retry_budget" = 0.2: "widening", "tightening";
        "concurrency" = null: "widening", "tightening";
        "concurrency/max" = 9: "widening", "tightening";
        "concurrency/adaptive" = true: "tightening", "widening";
        "queue" = null: "widening", "tightening";
        "queue/depth" = 17: "widening", "tightening";
        "queue/wait_ms" = 600: "widening", "tightening";
        "cache" = null: "compatible", "compatible";
        "cache/ttl_ms" = 40_000: "compatible", "compatible";
        "cache/stale_while_revalidate_ms" = 1: "compatible", "compatible";
        "cache/stale_while_revalidate_ms" = null: "compatible", "compatible";
        "cache/stale_if_error_ms" = 1: "compatible", "compatible";
        "cache/stale_if_error_ms" = null: "compatible", "compatible";
        "cache/shared" = true: "widening", "compatible";
        "cost" = 1.0: "tightening", "widening";
        "cost" = null: "widening", "tightening";
        "fallback" = "get": "compatible", "compatible";
        "blocking" = false: "compatible", "compatible";
        "heartbeat_ms" = 6000: "compatible", "compatible";
        "heartbeat_ms" = null: "compatible", "compatible";
        "max_result_bytes" = 70_000: "widening", "tightening";
        "max_result_bytes" = null: "widening", "tightening";
        "idempotency/key" = { "fields": ["customer"] }: "breaking", "breaking";
        "idempotency/key" = "client": "breaking", "breaking";
        "idempotency/ttl_ms" = 90_000_000: "tightening", "breaking";
        "idempotency/required" = true: "breaking", "widening";
        "idempotency/in_flight" = "reject": "tightening", "compatible";
        "idempotency/reconcile" = true: "compatible", "tightening";
        "idempotency/transaction" = true: "compatible", "tightening";
        "audit/result" = true: "widening", "tightening";
        "audit/retention_ms" = 90_000_000: "widening", "widening";
        "audit/retention_ms" = null: "widening", "widening";
        "audit/plain/-" = "limit": "widening", "tightening";
        "rate_limits/-" = { "count": 9, "period_ms": 9, "per": "tool", "burst": 9 }: "tightening", "widening";
    }
    .into()
}

pub(super) fn rates() -> Vec<Row> {
    vec![
        row(
            "/tools/0/policies/rate_limits/0/count",
            json!(61),
            &["widening policies.rate_limits.count"],
            &["tightening policies.rate_limits.count"],
        ),
        row(
            "/tools/0/policies/rate_limits/0/period_ms",
            json!(1000),
            &["widening policies.rate_limits.count"],
            &["tightening policies.rate_limits.count"],
        ),
        row(
            "/tools/0/policies/rate_limits/0/burst",
            json!(11),
            &["widening policies.rate_limits.burst"],
            &["tightening policies.rate_limits.burst"],
        ),
        row(
            "/tools/0/policies/rate_limits/0",
            json!({ "count": 1, "period_ms": 1000, "per": "caller", "burst": 10 }),
            &["compatible policies.rate_limits.count"],
            &["compatible policies.rate_limits.count"],
        ),
    ]
}
