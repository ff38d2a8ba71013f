//! The file: what it may say, and what happens when it changes.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use tempfile::TempDir;
use tokio::time::advance;

use super::file::{Keys, parse};
use super::form::{hash, hash_text};
use super::write::{NewKey, append};
use super::{ApiKeys, KeyFile};
use crate::auth::Refused;
use crate::clock::Clock;

/// 2027-01-31T00:00:00Z.
const EXPIRY: u64 = 1_801_353_600;

const SCOPE: &[&str] = &["read:invoices"];

fn anna() -> NewKey<'static> {
    NewKey { id: "anna", principal: "customer:17", scopes: SCOPE, expires: None }
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    (folder, path)
}

fn clock() -> Clock {
    Clock::starting_at(UNIX_EPOCH + Duration::from_secs(EXPIRY - 100))
}

fn invalid(refused: Refused) -> (&'static str, String) {
    match refused {
        Refused::Invalid { reason, detail } => (reason, detail),
        Refused::Unavailable { detail, .. } => panic!("unavailable: {detail}"),
    }
}

fn entry(changes: &[(&str, Option<&str>)]) -> String {
    let hash = format!("\"{}\"", hash_text(&hash("k")));
    let mut fields = vec![
        ("id", "\"anna\"".to_owned()),
        ("principal", "\"customer:17\"".to_owned()),
        ("hash", hash),
        ("scopes", "[]".to_owned()),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.extend(value.map(|value| (*name, value.to_owned())));
    }
    let lines: Vec<String> =
        fields.into_iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    format!("[[key]]\n{}", lines.concat())
}

fn problems(text: &str) -> Vec<String> {
    parse(text).err().unwrap_or_default()
}

#[test]
fn whatever_is_wrong_is_named_by_its_key() {
    for (changes, expected) in [
        (("id", None), "key number 1: `id` is missing"),
        (("id", Some("1")), "key number 1: `id` must be a string"),
        (("id", Some("\"a.b\"")), "key number 1: `id` must be 1 to 64 of letters"),
        (("principal", None), "key `anna`: `principal` is missing"),
        (("principal", Some("\"\"")), "key `anna`: `principal` is empty"),
        (("principal", Some("\"a\\nb\"")), "key `anna`: `principal` has a control character"),
        (("hash", None), "key `anna`: `hash` is missing"),
        (("hash", Some("\"mcp_anna_secret\"")), "key `anna`: `hash` must be \"sha256:\" and 64"),
        (("scopes", None), "key `anna`: `scopes` must be a list"),
        (("scopes", Some("\"read:x\"")), "key `anna`: `scopes` must be a list"),
        (("scopes", Some("[1]")), "key `anna`: `scopes` must be a list"),
        (("scopes", Some("[\"read x\"]")), "key `anna`: `read x` is not a scope"),
        (("expires", Some("\"2027-01-31\"")), "key `anna`: `expires` must be a time"),
        (("expires", Some("2027-01-31T00:00:00")), "key `anna`: `expires` must be a time"),
        (("expires", Some("1801353600")), "key `anna`: `expires` must be a time"),
        (("note", Some("1")), "key `anna`: `note` must be a string"),
        (("scope", Some("[]")), "key `anna`: unknown field `scope`; did you mean `scopes`?"),
    ] {
        let text = entry(&[changes]);
        let problems = problems(&text);
        assert_eq!(problems.len(), 1, "{text}{problems:?}");
        assert!(problems[0].starts_with(expected), "{expected}: {problems:?}");
        assert!(!problems[0].contains("mcp_anna"), "{problems:?}");
    }
}

#[test]
fn everything_is_named_at_once_and_not_without_end() {
    let wrong = entry(&[("hash", None), ("scopes", Some("[\"\"]"))]);
    let two = format!("{wrong}{}", entry(&[]));
    assert_eq!(problems(&two).len(), 2, "{:?}", problems(&two));
    let twins = format!("{}{}", entry(&[]), entry(&[]));
    assert_eq!(problems(&twins), ["key `anna`: another key has this id"]);
    let all = wrong.repeat(50);
    assert_eq!(problems(&all).len(), 21);
    assert_eq!(problems("keys = 1"), ["unknown field `keys`; did you mean `key`?"]);
    assert_eq!(problems("key = 1"), ["a key is written `[[key]]`"]);
    assert_eq!(problems("key = [1]"), ["key number 1: a key is written `[[key]]`"]);
    assert_eq!(problems("\n[[key]]\nid = mcp_secret"), ["line 3 is not TOML"]);
}

#[test]
fn a_key_is_good_until_its_expiry_and_says_so_only_to_its_holder() {
    let key = super::form::generate("anna").unwrap();
    let text = entry(&[
        ("hash", Some(&format!("\"{}\"", hash_text(&hash(&key))))),
        ("scopes", Some("[\"read:invoices.where(customer_id = 17, year = 2026)\"]")),
        ("expires", Some("\"2027-01-31T00:00:00Z\"")),
    ]);
    let keys = parse(&text).unwrap_or_default();
    let caller = keys.check(&key, EXPIRY - 1).unwrap();
    assert_eq!(caller.principal(), "customer:17");
    assert_eq!(caller.scopes(), ["read:invoices.where(customer_id=17,year=2026)"]);
    assert_eq!(invalid(keys.check(&key, EXPIRY).unwrap_err()).0, "the token has expired");
    // Another secret of the same id, an id that isn't there: the same words to the client.
    for other in [super::form::generate("anna").unwrap(), super::form::generate("bert").unwrap()] {
        let (reason, detail) = invalid(keys.check(&other, EXPIRY).unwrap_err());
        assert_eq!(reason, "the credential is not valid");
        assert!(!detail.contains(&other), "{detail}");
    }
}

#[test]
fn the_star_is_every_scope() {
    let key = super::form::generate("anna").unwrap();
    let hash = format!("\"{}\"", hash_text(&hash(&key)));
    for (scopes, everything) in [("[\"*\"]", true), ("[\"read:x\", \"*\"]", true), ("[]", false)] {
        let keys: Keys =
            parse(&entry(&[("hash", Some(&hash)), ("scopes", Some(scopes))])).unwrap_or_default();
        let caller = keys.check(&key, 0).unwrap();
        let all = *caller.grants() == crate::access::Grants::Everything;
        assert_eq!(all, everything, "{scopes}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_added_or_taken_out_counts_after_a_second() {
    let (_folder, path) = folder();
    let key = append(&path, anna()).unwrap();
    let file = KeyFile::open(&path, &clock()).unwrap();
    assert!(file.authenticate(&key).await.is_ok());
    let bert = append(&path, NewKey { id: "bert", ..anna() }).unwrap();
    assert!(file.authenticate(&bert).await.is_err(), "looked at within the second");
    advance(Duration::from_secs(1)).await;
    assert!(file.authenticate(&bert).await.is_ok());
    assert!(file.authenticate(&key).await.is_ok());
    fs::write(&path, "").unwrap();
    advance(Duration::from_secs(1)).await;
    assert!(file.authenticate(&bert).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_becomes_wrong_or_vanishes_leaves_the_keys_as_they_were() {
    let (_folder, path) = folder();
    let key = append(&path, anna()).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let file = KeyFile::open(&path, &clock()).unwrap();
    fs::write(&path, "[[key]]\nid = ").unwrap();
    advance(Duration::from_secs(1)).await;
    assert!(file.authenticate(&key).await.is_ok());
    fs::remove_file(&path).unwrap();
    advance(Duration::from_secs(1)).await;
    assert!(file.authenticate(&key).await.is_ok());
    // Back, and then without the key.
    fs::write(&path, &good).unwrap();
    advance(Duration::from_secs(1)).await;
    assert!(file.authenticate(&key).await.is_ok());
    fs::write(&path, "# no key").unwrap();
    advance(Duration::from_secs(1)).await;
    assert!(file.authenticate(&key).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_replaced_file_of_the_same_length_is_another_one() {
    let (_folder, path) = folder();
    let key = append(&path, anna()).unwrap();
    let file = KeyFile::open(&path, &clock()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let revoked = text.replace("sha256:", "sha256:0").replacen(
        &text[text.find("sha256:").unwrap() + 7..text.find("\"\nscopes").unwrap()],
        &"0".repeat(63),
        1,
    );
    assert_eq!(revoked.len(), text.len());
    fs::write(&path, revoked).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    advance(Duration::from_secs(1)).await;
    assert!(file.authenticate(&key).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_key_expires_by_the_servers_clock_without_a_look_at_the_file() {
    let (_folder, path) = folder();
    let expires = Some("2027-01-31T00:00:00Z");
    let key = append(&path, NewKey { expires, ..anna() }).unwrap();
    let clock = clock();
    let file = KeyFile::open(&path, &clock).unwrap();
    assert!(file.check_now(&key).is_ok());
    clock.forward(Duration::from_secs(100));
    assert!(file.check_now(&key).is_err());
    clock.back(Duration::from_secs(1));
    assert!(file.check_now(&key).is_ok());
}

#[test]
fn a_file_is_made_once_and_added_to() {
    let (_folder, path) = folder();
    let keys = ApiKeys::create_file(&path, &[("anna", "a", SCOPE), ("bert", "b", &["*"])]).unwrap();
    assert_eq!(keys.len(), 2);
    let again = ApiKeys::create_file(&path, &[("anna", "a", SCOPE)]).unwrap_err();
    assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);
    let twin = append(&path, anna()).unwrap_err();
    assert!(twin.to_string().contains("another key has this id"), "{twin}");
    // A person's own lines stay.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("# ours\n{text}")).unwrap();
    let cleo = append(&path, NewKey { id: "cleo", ..anna() }).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# ours\n"), "{text}");
    assert!(!text.contains(&cleo), "{text}");
    let read = parse(&text).unwrap_or_default();
    assert!(keys.iter().all(|(_, key)| read.check(key, 0).is_ok()));
    assert!(read.check(&cleo, 0).is_ok());
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    let (_folder, path) = folder();
    for wrong in [
        NewKey { id: "a b", ..anna() },
        NewKey { principal: "", ..anna() },
        NewKey { scopes: &["read invoices"], ..anna() },
        NewKey { expires: Some("tomorrow"), ..anna() },
    ] {
        assert!(append(&path, wrong).is_err(), "{wrong:?}");
        assert!(!path.exists());
    }
    let odd = "\"customer\\17\" 'x' # ü";
    let key = append(&path, NewKey { principal: odd, ..anna() }).unwrap();
    let read = parse(&fs::read_to_string(&path).unwrap()).unwrap_or_default();
    assert_eq!(read.check(&key, 0).unwrap().principal(), odd);
}

#[test]
fn two_writers_at_a_time_are_one_too_many() {
    let (_folder, path) = folder();
    fs::write(path.with_file_name("keys.toml.new"), "").unwrap();
    let error = append(&path, anna()).unwrap_err();
    assert!(error.to_string().contains("another program writes this file"), "{error}");
    assert!(path.with_file_name("keys.toml.new").exists(), "the other's draft");
}

#[cfg(unix)]
#[test]
fn a_file_is_its_owners_and_one_that_everyone_may_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = folder();
    append(&path, anna()).unwrap();
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!(mode(), 0o600);
    set(0o644);
    append(&path, NewKey { id: "bert", ..anna() }).unwrap();
    assert_eq!(mode(), 0o644, "it keeps its mode");
    assert!(KeyFile::open(&path, &clock()).is_ok());
    set(0o602);
    let problems = KeyFile::open(&path, &clock()).err().unwrap();
    assert!(problems[0].contains("everyone on this machine may write it"), "{problems:?}");
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_owner() {
    use std::os::unix::fs::{MetadataExt, chown};
    let (_folder, path) = folder();
    append(&path, anna()).unwrap();
    // Who isn't an administrator can't give a file away.
    if chown(&path, Some(4711), Some(4712)).is_err() {
        return;
    }
    append(&path, NewKey { id: "bert", ..anna() }).unwrap();
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (4711, 4712));
    assert_eq!(metadata.mode() & 0o777, 0o600);
}
