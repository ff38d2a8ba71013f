//! Each field, there and back, with everything that is told of it.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::{compare, rules};
use super::rows::{Row, access, policies, rates, row, server_and_scopes, tools};
use super::{manifest, short, told, with};

#[test]
fn each_policy_has_its_class_there_and_back() {
    for (at, to, there, back) in policies() {
        let new = with(&manifest(), &format!("/tools/0/policies/{at}"), to.clone());
        // Only the dependency has a name.
        let path = at.replace("/0", "/Bank").replace("/-", "").replace('/', ".");
        let expected = |class: &str| [format!("{class} policies.{path}")];
        assert_eq!(told(&manifest(), &new), expected(there), "{at} becomes {to}");
        assert_eq!(told(&new, &manifest()), expected(back), "{at} was {to}");
    }
}

/// What the second tool of the fixture says of keys.
fn keyed(required: bool) -> Value {
    json!({
        "key": "arguments", "ttl_ms": 60_000, "required": required, "in_flight": "wait",
        "reconcile": false, "transaction": false,
    })
}

fn repeats() -> Vec<Row> {
    vec![
        // It is safe to repeat without keys as well.
        row(
            "/tools/0/policies/idempotency",
            Value::Null,
            &["compatible policies.idempotency"],
            &["breaking policies.idempotency"],
        ),
        row(
            "/tools/1/policies/idempotency",
            keyed(false),
            &["compatible policies.idempotency"],
            &["breaking policies.idempotency"],
        ),
        // Calls without a key are refused from now on.
        row(
            "/tools/1/policies/idempotency",
            keyed(true),
            &["breaking policies.idempotency.required", "compatible policies.idempotency"],
            &["breaking policies.idempotency"],
        ),
    ]
}

/// Every edit of a table.
fn rows() -> Vec<(String, Value)> {
    let policies = policies().into_iter().map(|(at, to, ..)| {
        let at = format!("/tools/0/policies/{at}");
        (at, to)
    });
    let rows = [server_and_scopes(), tools(), access(), rates(), repeats()].into_iter().flatten();
    rows.map(|row| (row.at.to_owned(), row.to)).chain(policies).collect()
}

#[test]
fn each_field_has_its_class_there_and_back() {
    let rows = [server_and_scopes(), tools(), access(), rates(), repeats()];
    for Row { at, to, there, back } in rows.into_iter().flatten() {
        let (old, new) = (manifest(), with(&manifest(), at, to.clone()));
        assert_eq!(told(&old, &new), there, "{at} becomes {to}");
        assert_eq!(told(&new, &old), back, "{at} was {to}");
    }
}

#[test]
fn no_rule_is_without_a_row() {
    let mut seen = HashSet::new();
    for (at, to) in rows() {
        let (old, new) = (manifest(), with(&manifest(), &at, to));
        for change in [compare(&old, &new), compare(&new, &old)].concat() {
            seen.insert((change.what, change.class, change.why));
        }
    }
    // What no edit of one field shows: forms are refused when a lock is read, and the rest of
    // schemas has a table of its own.
    let elsewhere = ["manifest", "input"];
    for (part, rule, when) in rules::ALL {
        for case in rule.cases.iter().filter(|_| !elsewhere.contains(&rule.field)) {
            let is_told = seen.iter().any(|(what, class, why)| {
                what.ends_with(rule.field) && (*class, *why) == (case.class, case.why)
            });
            let other = rule.field == "output" && case.turn == rules::Turn::Changed;
            assert!(is_told || other, "{part}: {} {when} {:?}", rule.field, case.turn);
        }
    }
}

#[test]
fn a_new_cache_that_is_shared_shows_results_to_others() {
    let cache = json!({ "ttl_ms": 1000, "shared": true });
    let new = with(&manifest(), "/tools/1/policies/cache", cache);
    assert_eq!(
        told(&manifest(), &new),
        ["compatible policies.cache", "widening policies.cache.shared"]
    );
    assert_eq!(told(&new, &manifest()), ["compatible policies.cache"]);
}

#[test]
fn a_tool_that_loses_its_keys_breaks_its_word_and_one_that_gets_some_gives_it() {
    let new = with(&manifest(), "/tools/1/policies/idempotency", keyed(false));
    let new = with(&new, "/tools/1/idempotent", json!(true));
    let gains = ["compatible idempotent", "compatible policies.idempotency"];
    assert_eq!(told(&manifest(), &new), gains);
    let loses = ["breaking idempotent", "breaking policies.idempotency"];
    assert_eq!(told(&new, &manifest()), loses);
}

#[test]
fn a_lock_that_says_nothing_of_the_log_is_one_of_what_holds_for_every_call() {
    let at = "/tools/1/policies/audit";
    let plain = with(&manifest(), at, json!({ "plain": ["amount"] }));
    assert_eq!(told(&manifest(), &plain), ["widening policies.audit.plain"]);
    assert_eq!(compare(&manifest(), &with(&manifest(), at, json!({}))), []);
}

#[test]
fn a_tool_that_clients_can_reach_at_last_is_as_good_as_new() {
    let hidden = with(&manifest(), "/tools/1/listed", json!(false));
    let hidden = with(&hidden, "/tools/1/confirmation", json!(false));
    let shown = with(&hidden, "/tools/1/listed", json!(true));
    assert_eq!(told(&hidden, &shown), ["compatible listed", "widening tool"]);
    let public = with(&hidden, "/tools/1/access", json!("public"));
    let shown = with(&public, "/tools/1/listed", json!(true));
    assert_eq!(told(&public, &shown), ["compatible listed", "widening tool", "widening tool"]);
}

#[test]
fn what_a_scope_counts_for_is_told_at_the_tool_and_once() {
    // As a server has it whose catalogue lets `write:payments` include `read:invoices`.
    let new = with(&manifest(), "/scopes/2/implies", json!(["read:invoices"]));
    let new = with(&new, "/scopes/2/tools/-", json!("get"));
    let new = with(&new, "/tools/0/access/scopes/0/implied_by/-", json!("write:payments"));
    assert_eq!(
        told(&manifest(), &new),
        ["widening access.scopes.read:invoices.implied_by", "widening implies"]
    );
}

#[test]
fn rates_are_the_same_in_any_order() {
    let at = "/tools/0/policies/rate_limits";
    let rate = |count: u32, per: &str, period: u64| json!({ "count": count, "period_ms": period, "per": per, "burst": 1 });
    let all = [rate(1, "caller", 1000), rate(50, "caller", 60_000), rate(9, "global", 1000)];
    let old = with(&manifest(), at, json!(all));
    let turned = [&all[2], &all[1], &all[0]];
    assert_eq!(compare(&old, &with(&old, at, json!(turned))), []);
    // Of several for the same callers, the period tells which one it was.
    let new = with(&old, at, json!([rate(2, "caller", 1000), all[2], all[1]]));
    assert_eq!(told(&old, &new), ["widening policies.rate_limits.count"]);
    // Where it tells nothing, none of them is taken for the new one.
    let new = with(&old, at, json!([rate(2, "caller", 2000), all[2]]));
    let gone = "widening policies.rate_limits";
    assert_eq!(told(&old, &new), ["tightening policies.rate_limits", gone, gone]);
    let new = with(&old, at, json!([rate(1, "caller", 1000), rate(50, "tool", 60_000), all[2]]));
    assert_eq!(
        told(&old, &new),
        ["tightening policies.rate_limits", "widening policies.rate_limits"]
    );
}

#[test]
fn another_form_of_manifest_is_breaking() {
    let new = with(&manifest(), "/manifest", json!(2));
    assert_eq!(short(&compare(&manifest(), &new)), ["breaking manifest"]);
}
