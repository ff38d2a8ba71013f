//! What is no longer as it was fails its test, and is written where that is asked for.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use mcp_runtime::{Server, tool, tools};
use serde_json::json;

use super::{Snapshot, asked, hold};
use crate::{Mode, TestServer, caller};

/// Say hello.
#[tool(read_only)]
async fn hello(#[arg(length(..=20))] name: String) -> String {
    name
}

/// Read the minutes.
#[tool(scope = "read:minutes")]
async fn minutes() {}

mod changed {
    /// Say hello.
    #[mcp_runtime::tool(read_only)]
    pub(super) async fn hello(#[arg(length(..=10))] name: String) -> String {
        name
    }
}

fn place() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn wrong(snapshot: &Snapshot, path: &Path) -> String {
    snapshot.compare(path, false).unwrap_err()
}

#[test]
fn a_text_that_is_another_fails_with_the_lines_that_differ() {
    let place = place();
    let path = place.path().join("deep/kept.txt");
    let (old, new) = (Snapshot::of("one\ntwo\nthree"), Snapshot::of("one\n2\nthree"));

    let missing = wrong(&old, &path);
    assert!(
        missing.ends_with("kept.txt isn't there: write it with MCP_TEST_UPDATE=1, and review it")
    );
    assert!(!path.exists(), "a comparison writes nothing");

    old.compare(&path, true).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\n");
    old.compare(&path, false).unwrap();

    let differs = wrong(&new, &path);
    assert!(differs.contains("\n one\n-two\n+2\n three\nif it is meant to be"), "{differs}");
    new.compare(&path, true).unwrap();
    new.compare(&path, false).unwrap();
}

#[test]
fn line_breaks_of_another_system_are_none_of_its_business() {
    let place = place();
    let path = place.path().join("kept.txt");
    fs::write(&path, "one\r\ntwo\r\n").unwrap();
    let same = Snapshot::of("one\ntwo");
    same.compare(&path, false).unwrap();
    same.compare(&path, true).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\r\ntwo\r\n", "what is the same isn't written");
}

#[test]
fn what_cannot_be_read_or_written_is_told() {
    let place = place();
    let snapshot = Snapshot::of("text");
    for update in [false, true] {
        snapshot.compare(place.path(), update).unwrap_err();
    }
    fs::write(place.path().join("file"), "").unwrap();
    let beneath = place.path().join("file/beneath");
    snapshot.compare(&beneath, true).unwrap_err();
}

#[test]
fn json_has_sorted_keys() {
    let mut fields = serde_json::Map::new();
    fields.insert("b".into(), json!([{ "d": 1, "c": 2 }]));
    fields.insert("a".into(), json!(null));
    let expected =
        "{\n  \"a\": null,\n  \"b\": [\n    {\n      \"c\": 2,\n      \"d\": 1\n    }\n  ]\n}\n";
    assert_eq!(Snapshot::of_json(&fields.into()).text(), expected);
}

#[tokio::test]
async fn a_list_is_what_the_caller_is_shown() {
    let server = || TestServer::new(tools![hello, minutes]);
    let all = server().listed_snapshot().await;
    assert!(
        all.text().contains("\"name\": \"hello\"") && all.text().contains("\"name\": \"minutes\"")
    );
    let few = server().as_caller(caller("eve")).listed_snapshot().await;
    assert!(!few.text().contains("minutes"), "{few}");
    let changed = TestServer::new(tools![changed::hello, minutes]).listed_snapshot().await;
    assert_ne!(all, changed, "a schema is part of it");
    let wire = server().mode(Mode::Http).listed_snapshot().await;
    assert!(wire.text().contains("\"name\": \"hello\""), "{wire}");
}

#[test]
fn pipelines_are_those_of_all_tools() {
    let text = TestServer::new(tools![hello, minutes]).pipelines_snapshot();
    assert!(text.text().starts_with("hello\n  trace\n"), "{text}");
    assert!(text.text().contains("\nminutes\n  trace\n"), "{text}");
    assert!(text.text().contains("\n  scope\n"), "{text}");
}

#[test]
fn a_lock_is_held_by_what_a_change_means() {
    let place = place();
    let path = place.path().join("tools.lock");
    let of = |server: Server| TestServer::from(server).manifest();
    let one = of(Server::new("s", "1.0.0").tools(tools![hello]));

    let missing = hold(&one, &path, false).unwrap_err();
    assert!(
        missing.contains("tools.lock isn't there: write it with `manifest --lock "),
        "{missing}"
    );
    hold(&one, &path, true).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), one.json());
    hold(&one, &path, false).unwrap();

    // Another version, and one tool more: nobody relied on that.
    let more = of(Server::new("s", "1.1.0").tools(tools![hello, minutes]));
    hold(&more, &path, false).unwrap();

    let less = of(Server::new("s", "1.0.0").tools(tools![changed::hello]));
    let breaks = hold(&less, &path, false).unwrap_err();
    assert!(breaks.contains("BREAKING: "), "{breaks}");
    assert!(breaks.contains("input.name maxLength: 20 → 10"), "{breaks}");
    assert!(breaks.contains("with `manifest --lock ") && breaks.ends_with("MCP_TEST_UPDATE=1"));

    // Tightening and widening fail too.
    let slower = of(Server::new("s", "1.0.0")
        .timeout(std::time::Duration::from_secs(7))
        .tools(tools![hello]));
    let differs = hold(&slower, &path, false).unwrap_err();
    assert!(differs.contains("TIGHTENING: "), "{differs}");

    fs::write(&path, one.json().replace("hello", "hullo")).unwrap();
    assert!(hold(&one, &path, false).unwrap_err().contains("changed by hand"));
}

#[test]
#[should_panic(expected = "tests/no-such.lock")]
fn a_lock_that_is_not_there_fails_the_test() {
    TestServer::new(tools![hello]).assert_lock("tests/no-such.lock");
}

#[test]
#[should_panic(expected = "tests/no-such.txt isn't there")]
fn a_file_that_is_not_there_fails_the_test() {
    Snapshot::of("text").matches("tests/no-such.txt");
}

#[test]
fn nothing_is_written_where_nobody_reviews_it() {
    for (update, ci, expected) in [
        (None, None, Some(false)),
        (None, Some("true"), Some(false)),
        (Some(""), Some("true"), Some(false)),
        (Some("0"), Some("true"), Some(false)),
        (Some("1"), None, Some(true)),
        (Some("1"), Some(""), Some(true)),
        (Some("1"), Some("0"), Some(true)),
        (Some("1"), Some("false"), Some(true)),
        (Some("1"), Some("true"), None),
        (Some("yes"), Some("1"), None),
    ] {
        let is = asked(update.map(OsStr::new), ci.map(OsStr::new));
        assert_eq!(is.clone().ok(), expected, "{update:?} {ci:?}");
        if let Err(why) = is {
            assert!(why.starts_with("MCP_TEST_UPDATE is set, and CI too: "), "{why}");
        }
    }
}
