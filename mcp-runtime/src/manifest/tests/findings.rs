//! What is worth a look, and what isn't.

use serde_json::json;

use super::fixture::{ALL, app};
use crate::manifest::findings::findings;
use crate::manifest::model::{
    AccessPart, ConcurrencyPart, EffectPart, IdempotencyPart, InFlightPart, KeyPart, Manifest,
    RateLimitPart, RequiredScope, ScopePart, ToolPart,
};

/// Titles, with the tools that they are about.
fn found(manifest: &Manifest) -> Vec<(&'static str, Vec<String>)> {
    findings(manifest).into_iter().map(|one| (one.title, one.tools)).collect()
}

fn of(tool: ToolPart) -> Manifest {
    let mut manifest = app(&[]).manifest();
    manifest.tools = vec![tool];
    manifest
}

/// A tool about which there is nothing to say.
fn quiet() -> ToolPart {
    let mut tool =
        app(&ALL).manifest().tools.into_iter().find(|one| one.name == "get_invoice").unwrap();
    tool.effect = EffectPart::Write;
    tool.idempotent = true;
    tool.access = needs("write:invoices");
    tool.policies.rate_limits =
        vec![RateLimitPart { count: 1, period_ms: 1, per: "tool".into(), burst: 1 }];
    tool.policies.concurrency = Some(ConcurrencyPart { max: 1, adaptive: false });
    tool
}

fn needs(scope: &str) -> AccessPart {
    let (constraints, implied_by) = (Vec::new(), Vec::new());
    AccessPart::Scopes(vec![RequiredScope { scope: scope.into(), constraints, implied_by }])
}

fn keys(key: KeyPart) -> IdempotencyPart {
    IdempotencyPart {
        key,
        ttl_ms: 1,
        required: false,
        in_flight: InFlightPart::Wait,
        reconcile: false,
        transaction: false,
    }
}

type Change = fn(&mut ToolPart);

#[test]
fn each_rule_is_found_where_it_is_broken_and_nowhere_else() {
    assert_eq!(found(&of(quiet())), []);
    let cases: [(&str, Change); 20] = [
        ("Hidden characters", |tool| tool.description.push('\u{e0041}')),
        ("Hidden characters", |tool| tool.title = Some("\u{202e}".into())),
        ("Hidden characters", |tool| {
            tool.input_schema.insert("description".into(), json!("a\u{200b}b"));
        }),
        ("Hidden characters", |tool| {
            tool.output_schema = json!({ "x": [{ "\u{feff}": 1 }] }).as_object().cloned();
        }),
        ("Access not stated", |tool| tool.access = AccessPart::Unstated),
        ("Public and not just reading", |tool| tool.access = AccessPart::Public),
        ("Destructive without confirmation", |tool| tool.effect = EffectPart::Destructive),
        ("", |tool| {
            tool.effect = EffectPart::Destructive;
            tool.confirmation = true;
        }),
        ("Changes behind scopes that only read", |tool| tool.access = needs("read:invoices")),
        ("", |tool| {
            tool.effect = EffectPart::Read;
            tool.access = needs("read:invoices");
        }),
        ("Open arguments", |tool| {
            tool.input_schema.insert("additionalProperties".into(), json!({ "type": "string" }));
        }),
        ("", |tool| {
            tool.input_schema.remove("additionalProperties");
            tool.input_schema.insert("unevaluatedProperties".into(), json!(false));
        }),
        ("Changes without a rate limit", |tool| tool.policies.rate_limits.clear()),
        ("Public without a rate limit", |tool| {
            tool.effect = EffectPart::Read;
            tool.access = AccessPart::Public;
            tool.policies.rate_limits.clear();
        }),
        ("Changes that are not safe to repeat", |tool| tool.idempotent = false),
        ("Keys that clients may leave out", |tool| {
            tool.policies.idempotency = Some(keys(KeyPart::Client));
        }),
        ("", |tool| tool.policies.idempotency = Some(keys(KeyPart::Arguments))),
        ("", |tool| {
            tool.policies.idempotency =
                Some(IdempotencyPart { required: true, ..keys(KeyPart::Client) });
        }),
        ("No bulkhead", |tool| tool.policies.concurrency = None),
        ("Answers from outside", |tool| tool.open_world = true),
    ];
    for (index, (title, change)) in cases.into_iter().enumerate() {
        let mut tool = quiet();
        change(&mut tool);
        let expected: Vec<(&str, Vec<String>)> = [title]
            .into_iter()
            .filter(|one| !one.is_empty())
            .map(|one| (one, vec!["get_invoice".into()]))
            .collect();
        assert_eq!(found(&of(tool)), expected, "case {index}");
    }
}

#[test]
fn a_dependency_that_limits_its_calls_is_a_bulkhead() {
    let tools = app(&ALL).manifest().tools;
    let pay = tools.into_iter().find(|one| one.name == "pay_invoice").unwrap();
    assert!(pay.policies.concurrency.is_none());
    assert!(found(&of(pay)).iter().all(|(title, _)| *title != "No bulkhead"));
}

#[test]
fn a_scope_that_opens_nothing_is_found() {
    let mut manifest = of(quiet());
    let scope = |scope: &str, tools: &[&str]| ScopePart {
        scope: scope.into(),
        description: None,
        implies: Vec::new(),
        tools: tools.iter().map(ToString::to_string).collect(),
    };
    manifest.scopes = vec![scope("a:b", &["get_invoice"]), scope("audit:log", &[])];
    let found = findings(&manifest);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].scopes, ["audit:log"]);
}

#[test]
fn the_grave_ones_come_first() {
    let found = findings(&app(&ALL).manifest());
    assert!(found.iter().is_sorted_by_key(|one| !one.grave), "risks, then notes");
    assert!(found.iter().any(|one| one.grave) && found.iter().any(|one| !one.grave));
}
