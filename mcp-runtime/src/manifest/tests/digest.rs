//! The digest stands for every part of a manifest, and for nothing else.

use std::fmt::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fixture::{ALL, PAY_INVOICE, app, changed};
use crate::manifest::digest::digest;
use crate::manifest::model::Manifest;
use crate::params::{Bound, param};

#[test]
fn other_programs_can_make_it() {
    let manifest = app(&ALL).manifest();
    let mut all: Value = serde_json::from_str(&manifest.json()).unwrap();
    all.as_object_mut().unwrap().remove("digest");
    all.sort_all_objects();
    let hex = Sha256::digest(all.to_string()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    assert_eq!(manifest.digest(), format!("sha256:{hex}"));
}

#[test]
fn numbers_are_written_as_every_program_writes_them() {
    let def = changed(&PAY_INVOICE, |def| {
        def.policies.cost = Some(2.0);
        def.params = const { &[param::<f64, _>("share").minimum(Bound::Float(0.0)).def()] };
        def.checks = &[];
    });
    let text = app(&[def]).manifest().json();
    assert!(text.contains("\"cost\": 2,") && text.contains("\"minimum\": 0,"), "{text}");
}

#[test]
fn it_does_not_depend_on_itself() {
    let mut manifest = app(&ALL).manifest();
    let made = manifest.digest.clone();
    manifest.digest = "another".into();
    assert_eq!(digest(&manifest), made);
}

#[test]
fn every_part_changes_it() {
    let manifest = app(&ALL).manifest();
    let whole = serde_json::to_value(&manifest).unwrap();
    let mut pointers = Vec::new();
    leaves(&whole, "", &mut pointers);
    assert!(pointers.len() > 200, "{}", pointers.len());
    for pointer in pointers.iter().filter(|pointer| *pointer != "/digest") {
        let mut other = whole.clone();
        let leaf = other.pointer_mut(pointer).unwrap();
        *leaf = another(leaf);
        let other: Manifest =
            serde_json::from_value(other).unwrap_or_else(|error| panic!("{pointer}: {error}"));
        assert_ne!(digest(&other), manifest.digest, "{pointer}");
    }
}

fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{at}/{index}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// Another value that a manifest can hold in the same place.
fn another(value: &Value) -> Value {
    match value {
        Value::Null => json!(false),
        Value::Bool(truth) => json!(!truth),
        Value::Number(number) => match number.as_u64() {
            Some(whole) => json!(whole + 1),
            None => json!(number.as_f64().unwrap_or_default() / 2.0),
        },
        Value::String(text) => match text.as_str() {
            "read" => json!("write"),
            "write" => json!("destructive"),
            "destructive" => json!("read"),
            "public" => json!("unstated"),
            "unstated" => json!("public"),
            "wait" => json!("reject"),
            "reject" => json!("wait"),
            other => json!(format!("{other}x")),
        },
        Value::Array(_) | Value::Object(_) => unreachable!("no leaf"),
    }
}
