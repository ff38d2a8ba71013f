//! No field is silent, and no order matters: every value of a manifest is changed in turn.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::compare;
use super::{manifest, parsed};
use crate::manifest::Manifest;
use crate::manifest::model::{AccessPart, IdempotencyPart, KeyPart};

/// Not compared: every release has another version, and the digest follows from the rest.
const EXEMPT: [&str; 2] = ["/server/version", "/digest"];

/// Every edit of the fixture.
static EDITS: LazyLock<Vec<(String, Manifest)>> = LazyLock::new(|| edits(&manifest()));

/// Every way to another manifest by one edit of its JSON, with the place of the edit.
fn edits(manifest: &Manifest) -> Vec<(String, Manifest)> {
    let whole = serde_json::to_value(manifest).unwrap();
    let mut places = Vec::new();
    pointers(&whole, String::new(), &mut places);
    let mut edits = Vec::new();
    for place in places.iter().filter(|place| !EXEMPT.contains(&place.as_str())) {
        for replacement in others(whole.pointer(place).unwrap()) {
            let mut edited = whole.clone();
            *edited.pointer_mut(place).unwrap() = replacement;
            // Not everything else is a manifest.
            if let Ok(edited) = serde_json::from_value::<Manifest>(edited) {
                edits.push((place.clone(), edited));
            }
        }
    }
    edits.retain(|(_, edited)| edited != manifest && !is_repeated(edited));
    edits
}

fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, one) in members {
                pointers(one, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(items) => {
            for (index, one) in items.iter().enumerate() {
                pointers(one, format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
    all.push(at);
}

/// Values near to one.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(is) => vec![json!(!is)],
        Value::Number(number) => {
            let number = number.as_f64().unwrap();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let whole = number as u64;
            vec![json!(whole + 1), json!(whole.saturating_sub(1)), json!(number * 2.0 + 0.25)]
        }
        Value::String(text) => {
            let words = ["public", "unstated", "read", "write", "destructive", "integer", "object"];
            let words = words.into_iter().map(Value::from);
            words.chain([json!(format!("{text}2")), json!("")]).collect()
        }
        Value::Array(items) => {
            let without = |gone: usize| {
                let kept = items.iter().enumerate().filter(|(index, _)| *index != gone);
                kept.map(|(_, item)| item.clone()).collect()
            };
            let more = items.first().into_iter().chain(&[Value::Null]);
            let more = more.map(|one| items.iter().cloned().chain([one.clone()]).collect());
            (0..items.len()).map(without).chain(more).collect()
        }
        Value::Object(members) => {
            let without = members.keys().map(|gone| {
                let kept = members.iter().filter(|(key, _)| *key != gone);
                Value::Object(kept.map(|(key, one)| (key.clone(), one.clone())).collect())
            });
            without.chain([json!("public"), json!({})]).collect()
        }
        Value::Null => vec![json!(1)],
    }
}

/// Names are keys: a second element of the same name is no other manifest.
fn is_repeated(manifest: &Manifest) -> bool {
    let repeated = |mut names: Vec<&str>| {
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    repeated(manifest.tools.iter().map(|tool| &*tool.name).collect())
        || repeated(manifest.scopes.iter().map(|scope| &*scope.scope).collect())
        || manifest.tools.iter().any(|tool| {
            let scopes = match &tool.access {
                AccessPart::Scopes(scopes) => scopes.as_slice(),
                _ => &[],
            };
            repeated(scopes.iter().map(|one| &*one.scope).collect())
                || scopes
                    .iter()
                    .any(|one| repeated(one.constraints.iter().map(|one| &*one.field).collect()))
                || repeated(tool.policies.dependencies.iter().map(|one| &*one.name).collect())
        })
}

#[test]
fn no_field_is_silent() {
    let original = manifest();
    assert!(EDITS.len() > 500, "only {} edits", EDITS.len());
    for (place, edited) in EDITS.iter() {
        for (old, new) in [(&original, edited), (edited, &original)] {
            let changes = compare(old, new);
            assert!(!changes.is_empty(), "{place}: {:#}", json!(new).pointer(place).unwrap());
            for change in changes {
                // A schema that is written in another way is not shown.
                let is_whole = matches!(change.what.as_str(), "input" | "output");
                assert!(is_whole || change.from != change.to, "{place}: {change:?}");
                assert!(!change.why.is_empty(), "{place}: {change:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn the_order_of_a_list_never_matters(
        seed in any::<u64>(),
        edit in any::<prop::sample::Index>(),
    ) {
        let original = manifest();
        let (_, edited) = &EDITS[edit.index(EDITS.len())];
        let turned = shuffled(edited, seed);
        prop_assert_eq!(compare(edited, &turned), vec![]);
        prop_assert_eq!(compare(&original, edited), compare(&original, &turned));
        prop_assert_eq!(compare(edited, &original), compare(&turned, &original));
    }
}

/// Tools, scopes, and everything in a tool that is a set.
fn shuffled(manifest: &Manifest, seed: u64) -> Manifest {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut turned = manifest.clone();
    random.shuffle(&mut turned.tools);
    random.shuffle(&mut turned.scopes);
    for scope in &mut turned.scopes {
        random.shuffle(&mut scope.tools);
        random.shuffle(&mut scope.implies);
    }
    for tool in &mut turned.tools {
        random.shuffle(&mut tool.secrets);
        random.shuffle(&mut tool.checks);
        random.shuffle(&mut tool.policies.rate_limits);
        random.shuffle(&mut tool.policies.dependencies);
        if let AccessPart::Scopes(scopes) = &mut tool.access {
            random.shuffle(scopes);
        }
        if let Some(IdempotencyPart { key: KeyPart::Fields(names), .. }) =
            &mut tool.policies.idempotency
        {
            random.shuffle(names);
        }
        if let Some(audit) = &mut tool.policies.audit {
            random.shuffle(&mut audit.plain);
        }
    }
    parsed(json!(turned))
}
