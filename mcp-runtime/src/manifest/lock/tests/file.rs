//! Lock files: written, read, and refused.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::compare;
use super::super::file::{parse, read};
use super::{manifest, parsed, with};
use crate::manifest::Manifest;
use crate::manifest::digest::digest;

fn sealed(mut manifest: Manifest) -> Manifest {
    manifest.digest = digest(&manifest);
    manifest
}

fn lock() -> Value {
    json!(sealed(manifest()))
}

fn problem(lock: &Value) -> String {
    parse(lock.to_string().as_bytes()).unwrap_err()
}

#[test]
fn a_lock_reads_back_as_it_was_written() {
    let manifest = sealed(manifest());
    let text = manifest.json();
    assert!(text.ends_with("}\n"));
    assert_eq!(parse(text.as_bytes()).unwrap(), manifest);
}

#[test]
fn a_lock_from_before_tools_spoke_of_keys_and_the_log_is_read() {
    let bare = with(&manifest(), "/tools/0/policies/idempotency", Value::Null);
    let bare = with(&bare, "/tools/0/policies/audit", Value::Null);
    let text = sealed(bare).json();
    assert!(!text.contains("idempotency") && !text.contains("audit"), "{text}");
    let read = parse(text.as_bytes()).unwrap();
    assert_eq!(read.tools[0].policies.idempotency, None);
    assert_eq!(read.tools[0].policies.audit, None);
}

#[test]
fn a_lock_that_was_changed_by_hand_says_so() {
    for (pointer, value) in [
        ("/tools/0/policies/timeout_ms", json!(1)),
        ("/tools/1/access", json!("public")),
        ("/tools/0/input_schema/required", json!([])),
        ("/server/version", json!("9")),
        ("/digest", json!("sha256:00")),
    ] {
        let mut lock = lock();
        *lock.pointer_mut(pointer).unwrap() = value;
        assert!(problem(&lock).contains("changed by hand"), "{pointer}: {}", problem(&lock));
    }
}

#[test]
fn what_is_no_lock_is_refused_with_its_reason() {
    let edited = |pointer: &str, value: Value| {
        let mut lock = lock();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        lock.pointer_mut(parent).unwrap()[key] = value;
        lock
    };
    let twice = |list: &str| {
        let mut lock = json!(manifest());
        let items = lock[list].as_array_mut().unwrap();
        items.push(items[0].clone());
        json!(sealed(parsed(lock)))
    };
    for (lock, expected) in [
        (json!([]), "no JSON object"),
        (json!({}), "does not say its form"),
        (edited("/manifest", json!(2)), "form 2, and this server reads form 1"),
        (edited("/manifest", json!("1")), "does not say its form"),
        (edited("/tools/0/policies/timeout_ms", json!("10s")), "tools[0].policies.timeout_ms"),
        (edited("/tools/0/policies/sudo", json!(true)), "does not know, at /tools/0/policies/sudo"),
        (edited("/audit", json!({})), "does not know, at /audit"),
        (twice("tools"), "names `get` twice"),
        (twice("scopes"), "names `admin:invoices` twice"),
    ] {
        assert!(problem(&lock).contains(expected), "{expected}: {}", problem(&lock));
    }
    assert!(parse(b"{\"manifest\": 1,").unwrap_err().contains("not JSON: EOF"));
    assert!(parse(&vec![b' '; (16 << 20) + 1]).unwrap_err().contains("larger than 16 MiB"));
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    assert!(parse(deep.as_bytes()).unwrap_err().contains("recursion limit"));
}

#[test]
fn a_file_that_is_not_there_says_how_to_make_it() {
    let error = read(std::path::Path::new("/nowhere/tools.lock")).unwrap_err().to_string();
    assert_eq!(
        error,
        "/nowhere/tools.lock: there is no lock here; write one with `manifest --lock`"
    );
}

proptest! {
    /// Floats, too, are the same after a file.
    #[test]
    fn any_numbers_survive_a_lock(cost in any::<f64>(), timeout in any::<u64>()) {
        let manifest = with(&manifest(), "/tools/0/policies/cost", json!(cost));
        let manifest = sealed(with(&manifest, "/tools/0/policies/timeout_ms", json!(timeout)));
        let read = parse(manifest.json().as_bytes());
        prop_assert_eq!(read.as_ref().map(|read| compare(read, &manifest)), Ok(vec![]));
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(parse(&bytes).is_err());
    }
}
