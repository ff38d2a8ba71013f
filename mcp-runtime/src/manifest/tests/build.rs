//! From a server to its manifest.

use std::time::Duration;

use super::fixture::{ALL, CACHED_INVOICE, GET_INVOICE, PURGE, SEARCH, VOID_INVOICE};
use super::fixture::{app, changed};
use crate::access::{ScopeDef, ScopeEntry, Scopes};
use crate::manifest::model::{AccessPart, EffectPart, Manifest, QueuePart, ScopePart, ToolPart};
use crate::tool::ToolDef;

pub(super) fn tool<'a>(manifest: &'a Manifest, name: &str) -> &'a ToolPart {
    manifest.tools.iter().find(|tool| tool.name == name).unwrap()
}

fn scope<'a>(manifest: &'a Manifest, token: &str) -> &'a ScopePart {
    manifest.scopes.iter().find(|scope| scope.scope == token).unwrap()
}

#[test]
fn equal_servers_have_equal_bytes_in_whatever_order_their_tools_come() {
    let first = app(&ALL).manifest();
    for turn in 0..ALL.len() {
        let mut turned = ALL;
        turned.rotate_left(turn);
        if turn % 2 == 1 {
            turned.reverse();
        }
        let other = app(&turned).manifest();
        assert_eq!(other.json(), first.json());
        assert_eq!(other.markdown(), first.markdown());
        assert_eq!(other.html(), first.html());
        assert_eq!(other.openapi(), first.openapi());
    }
}

#[test]
fn scopes_of_one_tool_have_no_order() {
    const SCOPES: [ScopeDef; 2] = [ScopeDef::new("b:b", &[]), ScopeDef::new("a:a", &[])];
    const TURNED: [ScopeDef; 2] = [ScopeDef::new("a:a", &[]), ScopeDef::new("b:b", &[])];
    let one = changed(&SEARCH, |def| *def = def.scopes(&SCOPES, Scopes::NONE));
    let other = changed(&SEARCH, |def| *def = def.scopes(&TURNED, Scopes::NONE));
    assert_eq!(app(&[one]).manifest(), app(&[other]).manifest());
}

#[test]
fn who_only_answers_for_others_is_told_and_not_listed() {
    let manifest = app(&[&GET_INVOICE]).manifest();
    assert!(tool(&manifest, "get_invoice").listed);
    assert!(!tool(&manifest, "cached_invoice").listed);
    let manifest = app(&[&GET_INVOICE, &CACHED_INVOICE]).manifest();
    assert!(tool(&manifest, "cached_invoice").listed);
}

#[test]
fn what_includes_a_scope_is_told_through_others_too() {
    let manifest = app(&ALL).manifest();
    let tokens: Vec<&str> = manifest.scopes.iter().map(|scope| scope.scope.as_str()).collect();
    assert_eq!(
        tokens,
        ["admin:invoices", "audit:log", "read:invoices", "write:invoices", "write:payments"]
    );
    assert_eq!(scope(&manifest, "admin:invoices").implies, ["read:invoices", "write:invoices"]);
    assert_eq!(scope(&manifest, "write:invoices").implies, ["read:invoices"]);
    assert!(scope(&manifest, "read:invoices").implies.is_empty());
    let AccessPart::Scopes(required) = &tool(&manifest, "get_invoice").access else { panic!() };
    assert_eq!(required[0].implied_by, ["admin:invoices", "write:invoices"]);

    let readers = ["cached_invoice", "get_invoice", "pay_invoice"];
    assert_eq!(scope(&manifest, "read:invoices").tools, readers);
    assert_eq!(
        scope(&manifest, "write:invoices").tools,
        [&readers[..], &["void_invoice"]].concat()
    );
    assert_eq!(scope(&manifest, "admin:invoices").tools, scope(&manifest, "write:invoices").tools);
    assert!(scope(&manifest, "audit:log").tools.is_empty());
}

#[test]
fn scopes_that_include_each_other_come_to_an_end() {
    const CIRCLE: Scopes = Scopes::new(&[
        ScopeEntry::new("a:a", "A", &["b:b"]),
        ScopeEntry::new("b:b", "B", &["a:a"]),
    ]);
    const NEEDED: [ScopeDef; 1] = [ScopeDef::new("a:a", &[])];
    let def = changed(&SEARCH, |def| *def = def.scopes(&NEEDED, CIRCLE));
    let manifest = app(&[def]).manifest();
    assert_eq!(scope(&manifest, "a:a").implies, ["b:b"]);
    assert_eq!(scope(&manifest, "b:b").tools, ["search"]);
}

#[test]
fn a_scope_needs_no_catalogue() {
    const NEEDED: [ScopeDef; 1] = [ScopeDef::new("a:a", &[])];
    let def = changed(&SEARCH, |def| *def = def.scopes(&NEEDED, Scopes::NONE));
    let manifest = app(&[def]).manifest();
    assert_eq!(manifest.scopes.len(), 1);
    assert_eq!(manifest.scopes[0].description, None);
}

#[test]
fn effects_are_what_the_tool_says() {
    for (change, effect, idempotent) in [
        ((|_| ()) as fn(&mut ToolDef), EffectPart::Read, true),
        (|def| def.read_only = false, EffectPart::Write, false),
        (
            |def| {
                def.read_only = false;
                def.idempotent = true;
            },
            EffectPart::Write,
            true,
        ),
        (
            |def| {
                def.read_only = false;
                def.destructive = true;
            },
            EffectPart::Destructive,
            false,
        ),
    ] {
        let manifest = app(&[changed(&SEARCH, change)]).manifest();
        let tool = tool(&manifest, "search");
        assert_eq!((tool.effect, tool.idempotent), (effect, idempotent));
    }
}

#[test]
fn a_person_is_asked_before_what_destroys_unless_it_says_never() {
    let manifest = app(&[&VOID_INVOICE, &PURGE, &SEARCH]).manifest();
    assert!(tool(&manifest, "void_invoice").confirmation);
    assert!(!tool(&manifest, "purge").confirmation);
    assert!(!tool(&manifest, "search").confirmation);
}

#[test]
fn who_limits_concurrency_has_a_queue() {
    let manifest = app(&ALL).manifest();
    let queue = |name| tool(&manifest, name).policies.queue.clone();
    assert_eq!(queue("get_invoice"), Some(QueuePart { depth: 64, wait_ms: 1_000 }));
    assert_eq!(queue("void_invoice"), Some(QueuePart { depth: 2, wait_ms: 250 }));
    assert_eq!(queue("search"), None);
}

#[test]
fn equal_manifests_are_those_of_equal_contracts() {
    let before = app(&ALL).manifest();
    let slower = changed(&PURGE, |def| def.timeout = Some(Duration::from_secs(9)));
    let mut tools = ALL;
    tools[3] = slower;
    assert_ne!(app(&tools).manifest().digest(), before.digest());
}
