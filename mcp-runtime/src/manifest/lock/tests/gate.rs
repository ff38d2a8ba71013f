//! The classes of access are what the gate decides.

use serde_json::json;

use super::super::{Class, compare};
use super::{manifest, with};
use crate::access::{AccessDef, Binding, Catalogue, Gate, ScopeDef, ScopeEntry, Scopes};
use crate::caller::Caller;
use crate::manifest::model::AccessPart;

const BY_A: &[Binding] = &[Binding { field: "f", argument: Some("a") }];
const BY_B: &[Binding] = &[Binding { field: "f", argument: Some("b") }];
const BY_FUNCTION: &[Binding] = &[Binding { field: "f", argument: None }];
const BOTH: &[Binding] =
    &[Binding { field: "f", argument: Some("a") }, Binding { field: "g", argument: Some("b") }];
const OF_READ: [&[Binding]; 5] = [&[], BY_A, BY_B, BY_FUNCTION, BOTH];

/// `admin` includes `read`.
const CATALOGUE: Scopes = Scopes::new(&[
    ScopeEntry::new("admin:x", "", &["read:x"]),
    ScopeEntry::new("read:x", "", &[]),
    ScopeEntry::new("write:x", "", &[]),
]);

/// Every access that a tool can state with these scopes.
fn accesses() -> Vec<Vec<ScopeDef>> {
    let mut all = vec![Vec::new()];
    for bindings in OF_READ {
        let read = ScopeDef::new("read:x", bindings);
        all.push(vec![read]);
        all.push(vec![read, ScopeDef::new("write:x", &[])]);
        all.push(vec![ScopeDef::new("admin:x", bindings)]);
        all.push(vec![ScopeDef::new("admin:x", &[]), read]);
    }
    all
}

/// What the grants of one caller allow.
fn callers() -> Vec<Caller> {
    let grants = ["read:x", "admin:x", "write:x", "read:x.where(f=1)", "admin:x.where(f=1)"];
    let more = ["read:x.where(g=1)", "read:x.where(f=1,g=1)"];
    let grants: Vec<&str> = grants.into_iter().chain(more).collect();
    // One grant, or two.
    let mut callers = Vec::new();
    for one in &grants {
        for other in &grants {
            let caller = Caller::new("anna").with_scope(one).unwrap();
            callers.push(caller.with_scope(other).unwrap());
        }
    }
    callers
}

/// Which calls pass: by caller and by what `a` and `b` are.
fn passing(access: &'static [ScopeDef], catalogue: &Catalogue) -> Vec<bool> {
    let gate = Gate::new(AccessDef::Scopes(access), catalogue);
    let mut passing = Vec::new();
    for caller in callers() {
        for (a, b) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
            let arguments = json!({ "a": a, "b": b });
            passing.push(gate.rows(&caller, arguments.as_object().unwrap()).is_ok());
        }
    }
    passing
}

/// As the manifest has it.
fn part(access: &[ScopeDef]) -> AccessPart {
    let scopes = access.iter().map(|one| {
        let constraints = one.bindings.iter().map(|binding| {
            let mut constraint = json!({ "field": binding.field });
            if let Some(argument) = binding.argument {
                constraint["argument"] = json!(argument);
            }
            constraint
        });
        let implied_by: &[&str] = if one.token == "read:x" { &["admin:x"] } else { &[] };
        json!({
            "scope": one.token,
            "constraints": constraints.collect::<Vec<_>>(),
            "implied_by": implied_by,
        })
    });
    serde_json::from_value(json!({ "scopes": scopes.collect::<Vec<_>>() })).unwrap()
}

#[test]
fn a_call_that_passes_anew_is_widening_and_one_that_fails_is_tightening() {
    let mut catalogue = Catalogue::default();
    catalogue.add(CATALOGUE).unwrap();
    let accesses: Vec<_> = accesses()
        .into_iter()
        .map(|access| {
            let part = part(&access);
            // The gate takes what an attribute says, which is constant.
            let passing = passing(Box::leak(access.into_boxed_slice()), &catalogue);
            (part, passing)
        })
        .collect();
    let fixture = manifest();
    for (old, passed) in &accesses {
        for (new, passes) in &accesses {
            let changes = compare(
                &with(&fixture, "/tools/1/access", json!(old)),
                &with(&fixture, "/tools/1/access", json!(new)),
            );
            let classes: Vec<Class> = changes
                .iter()
                .filter(|change| change.what.starts_with("access"))
                .map(|change| change.class)
                .collect();
            let pairs = || passed.iter().zip(passes);
            if pairs().any(|(before, after)| !before && *after) {
                assert!(classes.contains(&Class::Widening), "{old:?}\n{new:?}\n{changes:#?}");
            }
            if pairs().any(|(before, after)| *before && !after) {
                assert!(classes.contains(&Class::Tightening), "{old:?}\n{new:?}\n{changes:#?}");
            }
            assert_eq!(old == new, classes.is_empty());
        }
    }
}
