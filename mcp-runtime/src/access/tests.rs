//! The decision as a table: what a tool demands, what a caller holds, what becomes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalogue::ScopeEntry;
use super::grant::written;
use super::*;
use crate::call::Arguments;
use crate::caller::Caller;
use crate::error::Code;
use crate::extract::FromCall;
use crate::policy::testing::{call_of, tool};
use crate::tool::ToolInfo;

const BY_CUSTOMER: AccessDef = AccessDef::Scopes(&[ScopeDef::new(
    "read:invoices",
    &[Binding::new("customer_id", Some("customer"))],
)]);
const FILTERED: AccessDef =
    AccessDef::Scopes(&[ScopeDef::new("read:invoices", &[Binding::new("customer_id", None)])]);
const PLAIN: AccessDef = AccessDef::Scopes(&[ScopeDef::new("read:invoices", &[])]);
const TWO: AccessDef = AccessDef::Scopes(&[
    ScopeDef::new("read:invoices", &[Binding::new("customer_id", Some("customer"))]),
    ScopeDef::new("write:payments", &[]),
]);
const CATALOGUE: Scopes = Scopes::new(&[
    ScopeEntry::new("read:invoices", "Read invoices", &[]),
    ScopeEntry::new("write:payments", "Pay", &[]),
    ScopeEntry::new("admin:invoices", "All about invoices", &["read:invoices"]),
    ScopeEntry::new("root:all", "Everything", &["admin:invoices", "write:payments"]),
    // A circle, which the macro refuses, must not be endless here.
    ScopeEntry::new("loop:a", "A", &["loop:b"]),
    ScopeEntry::new("loop:b", "B", &["loop:a"]),
]);

fn gate(access: AccessDef) -> Gate {
    let mut catalogue = Catalogue::default();
    catalogue.add(CATALOGUE).unwrap();
    Gate::new(access, &catalogue)
}

fn caller(scopes: &[&str]) -> Caller {
    scopes.iter().fold(Caller::new("anna"), |caller, scope| caller.with_scope(scope).unwrap())
}

fn arguments(arguments: Value) -> Arguments {
    let Value::Object(arguments) = arguments else { panic!("an object") };
    arguments
}

#[test]
fn the_table_of_decisions() {
    let own = "read:invoices.where(customer_id=17)";
    let others = "read:invoices.where(customer_id=18)";
    let strange = "read:invoices.where(region=north)";
    let both = "read:invoices.where(customer_id=17,region=north)";
    // Access, grants, whether some call is admitted, whether the call for customer 17 is.
    #[rustfmt::skip]
    let table: &[(AccessDef, &[&str], bool, bool)] = &[
        (AccessDef::Public, &[], true, true),
        (AccessDef::Unstated, &[], true, true),
        (PLAIN, &[], false, false),
        (PLAIN, &["read:invoices"], true, true),
        (PLAIN, &["read:invoice"], false, false),
        (PLAIN, &["read:invoices2"], false, false),
        (PLAIN, &["write:invoices"], false, false),
        (PLAIN, &["READ:invoices"], false, false),
        (PLAIN, &["*"], false, false),
        (PLAIN, &["read:*"], false, false),
        (PLAIN, &["admin:invoices"], true, true),
        (PLAIN, &["root:all"], true, true),
        (PLAIN, &["loop:a"], false, false),
        // The tool could not keep the constraint.
        (PLAIN, &[own], false, false),
        (PLAIN, &[own, "read:invoices"], true, true),
        (BY_CUSTOMER, &[], false, false),
        (BY_CUSTOMER, &["read:invoices"], true, true),
        (BY_CUSTOMER, &[own], true, true),
        (BY_CUSTOMER, &[others], true, false),
        (BY_CUSTOMER, &[others, own], true, true),
        (BY_CUSTOMER, &[strange], false, false),
        (BY_CUSTOMER, &[both], false, false),
        (BY_CUSTOMER, &["admin:invoices.where(customer_id=17)"], true, true),
        (BY_CUSTOMER, &["admin:invoices.where(customer_id=18)"], true, false),
        (BY_CUSTOMER, &["admin:invoices"], true, true),
        (BY_CUSTOMER, &["read:invoices.where(customer_id=017)"], true, false),
        (BY_CUSTOMER, &["read:invoices.where(customer_id=17.0)"], true, false),
        (FILTERED, &[own], true, true),
        (FILTERED, &[others], true, true),
        (FILTERED, &[strange], false, false),
        (TWO, &["read:invoices"], false, false),
        (TWO, &["write:payments"], false, false),
        (TWO, &["read:invoices", "write:payments"], true, true),
        (TWO, &[others, "write:payments"], true, false),
        (TWO, &["root:all"], true, true),
    ];
    for (access, scopes, admitted, allowed) in table {
        let (gate, caller) = (gate(*access), caller(scopes));
        assert_eq!(gate.admit(&caller).is_ok(), *admitted, "{access:?} {scopes:?}");
        assert_eq!(gate.admits(&caller), *admitted, "{access:?} {scopes:?}");
        let call = arguments(json!({ "customer": 17 }));
        assert_eq!(gate.rows(&caller, &call).is_ok(), *allowed, "{access:?} {scopes:?}");
        let everything = caller.unrestricted();
        assert!(gate.admit(&everything).is_ok() && gate.rows(&everything, &call).is_ok());
    }
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    let denied = gate(TWO).admit(&Caller::new("anna")).unwrap_err();
    assert_eq!(denied.missing, ["read:invoices", "write:payments"]);
    assert_eq!(denied.required, denied.missing);
    assert!(!denied.anonymous);
    assert!(gate(TWO).admit(&Caller::anonymous()).unwrap_err().anonymous);

    let held = caller(&["read:invoices.where(customer_id=18)"]);
    let call = arguments(json!({ "customer": 17 }));
    let denied = gate(TWO).rows(&held, &call).unwrap_err();
    assert_eq!(denied.missing, ["read:invoices.where(customer_id=17)", "write:payments"]);
    let error = denied.into_error();
    assert_eq!(error.to_json()["details"]["missing"][1], "write:payments");
    assert_eq!(error.code().as_str(), "insufficient_scope");
    assert!(error.as_denied().is_some());
}

#[test]
fn a_refusal_spells_out_no_more_than_a_header_holds() {
    let held = caller(&["read:invoices.where(customer_id=18)"]);
    let missing = |value: String| {
        let call = arguments(json!({ "customer": value }));
        gate(BY_CUSTOMER).rows(&held, &call).unwrap_err().missing.remove(0)
    };
    let named = format!("read:invoices.where(customer_id={})", "x".repeat(128));
    assert_eq!(missing("x".repeat(128)), named);
    for beyond in ["x".repeat(129), String::new()] {
        assert_eq!(missing(beyond), "read:invoices");
    }
}

#[test]
fn a_constraint_equals_scalars_alone() {
    let held =
        |value: &str| caller(&[&written("read:invoices", [("customer_id", value)].into_iter())]);
    for (granted, argument, allowed) in [
        ("17", json!(17), true),
        ("17", json!("17"), true),
        ("-1", json!(-1), true),
        ("true", json!(true), true),
        ("true", json!(false), false),
        ("null", Value::Null, false),
        ("[17]", json!([17]), false),
        ("18446744073709551615", json!(u64::MAX), true),
        ("a b", json!("a b"), true),
        ("a b", json!("a%20b"), false),
        ("Ünï,=()\"\\", json!("Ünï,=()\"\\"), true),
    ] {
        let call = arguments(json!({ "customer": argument }));
        let decision = gate(BY_CUSTOMER).rows(&held(granted), &call);
        assert_eq!(decision.is_ok(), allowed, "{granted} {call:?}");
    }
    let absent = gate(BY_CUSTOMER).rows(&held("17"), &Arguments::new());
    assert!(absent.is_err(), "an argument that isn't there equals nothing");
}

#[test]
fn rows_are_what_the_grants_leave() {
    let rows =
        |scopes: &[&str]| {
            gate(FILTERED).rows(&caller(scopes), &Arguments::new()).unwrap().0.map(|rows| {
                rows.into_iter().map(|row| row["customer_id"].clone()).collect::<Vec<_>>()
            })
        };
    let of = |id: u32| format!("read:invoices.where(customer_id={id})");
    assert_eq!(rows(&["read:invoices"]), None);
    assert_eq!(rows(&[&of(17)]), Some(vec!["17".to_owned()]));
    assert_eq!(rows(&[&of(17), &of(18)]), Some(vec!["17".to_owned(), "18".to_owned()]));
    assert_eq!(rows(&[&of(17), "read:invoices", &of(18)]), None);
}

#[test]
fn a_text_that_is_no_scope_is_refused() {
    for bad in [
        "",
        "read invoices",
        "read:\"x\"",
        "read:\\x",
        "read:é",
        "read:x.where(",
        "read:x.where()",
        "read:x.where(a)",
        "read:x.where(a=)",
        "read:x.where(=1)",
        "read:x.where(a==1)",
        "read:x.where(a=b=c)",
        "read:x.where(a=1,a=2)",
        "read:x.where(a=1)b",
        "read:x.where(a=%)",
        "read:x.where(a=%zz)",
        "read:x.where(a=%ff)",
        ".where(a=1)",
        "read:x(y)",
    ] {
        let error = Grant::parse(bad).unwrap_err().to_string();
        assert!(error.contains("is not a scope"), "{error}");
    }
    let many: Vec<String> = (0..17).map(|n| format!("f{n}=1")).collect();
    assert!(Grant::parse(&format!("read:x.where({})", many.join(","))).is_err());
    // As a person writes it in a file.
    let spaced = Grant::parse("read:invoices.where(customer_id = 17, region = north)").unwrap();
    assert_eq!(spaced.to_string(), "read:invoices.where(customer_id=17,region=north)");
    // Words of OAuth that no tool asks for.
    assert_eq!(Grant::parse("openid").unwrap().token(), "openid");
}

#[test]
fn two_catalogues_must_agree() {
    const OTHER: Scopes = Scopes::new(&[ScopeEntry::new("write:payments", "Pay twice", &[])]);
    let mut catalogue = Catalogue::default();
    catalogue.add(CATALOGUE).unwrap();
    catalogue.add(CATALOGUE).unwrap();
    let problems = catalogue.add(OTHER).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("`write:payments`"), "{problems:?}");
}

#[test]
fn granted_values_become_the_functions_own_types() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Region {
        North,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Id(u64);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Mine {
        id: Id,
        region: Option<Region>,
        name: Option<String>,
        active: Option<bool>,
    }
    let row = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
    };
    let read = |pairs: &[(&str, &str)]| super::granted::typed::<Mine>(&row(pairs), |_| true);
    assert_eq!(
        read(&[("id", "17"), ("region", "north"), ("name", "12"), ("active", "true")]),
        Some(Mine {
            id: Id(17),
            region: Some(Region::North),
            name: Some("12".into()),
            active: Some(true),
        })
    );
    assert!(read(&[("id", "17")]).is_some());
    for bad in [&[("id", "x")][..], &[("id", "-1")], &[], &[("id", "1"), ("region", "south")]] {
        assert_eq!(read(bad), None, "{bad:?}");
    }
}

#[test]
fn a_function_keeps_every_constraint_that_is_left_to_it() {
    const BOTH: AccessDef = AccessDef::Scopes(&[ScopeDef::new(
        "read:invoices",
        &[Binding::new("customer_id", Some("customer")), Binding::new("region", None)],
    )]);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Mine {
        region: Option<String>,
    }
    #[derive(Debug, Deserialize)]
    struct Misspelled {
        #[serde(rename = "regoin")]
        _region: Option<String>,
    }
    let info = Arc::new(ToolInfo { access: BOTH, gate: gate(BOTH), ..tool() });
    let call_by = |scopes: &[&str]| {
        let mut call = call_of(&info, "anna", json!({ "customer": 17 }));
        let rows = info.gate.rows(&caller(scopes), call.arguments()).unwrap();
        call.extensions.insert(rows);
        call
    };
    let north = "read:invoices.where(customer_id=17,region=north)";
    let granted = Granted::<Mine>::from_call(&call_by(&[north])).unwrap();
    // That of an argument was compared already.
    assert_eq!(granted.rows(), Some(&[Mine { region: Some("north".into()) }][..]));
    assert!(granted.allows(|mine| mine.region.as_deref() == Some("north")));
    assert!(!granted.allows(|mine| mine.region.is_none()));

    for error in [
        Granted::<Misspelled>::from_call(&call_by(&[north])).unwrap_err(),
        Granted::<u64>::from_call(&call_by(&[north])).unwrap_err(),
    ] {
        assert_eq!(*error.code(), Code::InsufficientScope, "{error}");
    }
    let all = Granted::<Misspelled>::from_call(&call_by(&["read:invoices"])).unwrap();
    assert!(all.rows().is_none() && all.allows(|_| false));
    let undecided = call_of(&info, "anna", json!({ "customer": 17 }));
    let error = Granted::<Mine>::from_call(&undecided).unwrap_err();
    assert_eq!(*error.code(), Code::Internal, "nothing was decided, so nothing is granted");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(fields in proptest::collection::btree_map("[a-z_]{1,8}", ".{1,12}", 0..4)) {
        let pairs = fields.iter().map(|(field, value)| (field.as_str(), value.as_str()));
        let text = written("read:things", pairs);
        // RFC 6749, section 3.3.
        let fits = text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        prop_assert!(fits, "{}", text);
        let grant = Grant::parse(&text).unwrap();
        prop_assert_eq!(grant.constraints(), &fields);
        prop_assert_eq!(grant.to_string(), text);
    }

    #[test]
    fn reading_a_scope_never_panics(text in ".{0,60}") {
        let _ = Grant::parse(&text);
        let _ = Grant::parse(&format!("read:x.where({text})"));
    }

    /// Another grant never takes anything away.
    #[test]
    fn grants_only_add(first in 0usize..6, second in 0usize..6, customer in 17u32..20) {
        let all = [
            "read:invoices", "read:invoices.where(customer_id=17)", "admin:invoices",
            "read:invoices.where(customer_id=18)", "write:payments", "openid",
        ];
        let call = arguments(json!({ "customer": customer }));
        for access in [PLAIN, BY_CUSTOMER, FILTERED, TWO] {
            let gate = gate(access);
            let one = caller(&[all[first]]);
            let two = caller(&[all[first], all[second]]);
            prop_assert!(gate.admit(&one).is_err() || gate.admit(&two).is_ok());
            prop_assert!(gate.rows(&one, &call).is_err() || gate.rows(&two, &call).is_ok());
            // What lists show can be called with something, and nothing else can be.
            prop_assert!(gate.admit(&two).is_ok() || gate.rows(&two, &call).is_err());
        }
    }
}
