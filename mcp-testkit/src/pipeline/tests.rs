//! A pipeline that is another one fails its test, and is shown.

use mcp_runtime::{State, tool, tools};

use super::difference;
use crate::{TestServer, assert_pipeline};

#[derive(Clone)]
struct Bank;

mod deep {
    use super::{Bank, State};

    /// Pay an invoice.
    #[mcp_runtime::tool(scope = "write:payments", idempotent, name = "pay_invoice")]
    pub(super) async fn pay(number: String, State(_bank): State<Bank>) -> String {
        number
    }
}

/// Say hello.
#[tool(read_only)]
async fn hello() {}

const HELLO: [&str; 8] =
    ["trace", "refusals", "loop_guard", "contain", "cancel", "timeout", "validation", "journal"];

#[test]
fn a_tool_is_looked_at_by_its_path_and_without_states() {
    assert_pipeline!(
        deep::pay,
        [
            "trace",
            "refusals",
            "loop_guard",
            "contain",
            "cancel",
            "timeout",
            "scope",
            "validation",
            "journal",
            "start",
        ],
    );
    assert_pipeline!(
        self::hello,
        [HELLO[0], HELLO[1], "loop_guard", "contain", "cancel", "timeout", "validation", "journal"]
    );
}

#[test]
#[should_panic(expected = "the pipeline of `pay_invoice` is not as stated:\n    \
    trace\n    refusals\n    loop_guard\n    contain\n    cancel\n    timeout\n    scope\n  \
    + validation      moved: is here\n    journal\n  \
    - validation      moved: stated here\n  \
    - cache           missing\n  \
    + start           extra")]
fn another_pipeline_fails_and_is_shown() {
    assert_pipeline!(
        deep::pay,
        [
            "trace",
            "refusals",
            "loop_guard",
            "contain",
            "cancel",
            "timeout",
            "scope",
            "journal",
            "validation",
            "cache"
        ]
    );
}

#[test]
fn a_server_adds_what_its_settings_and_layers_say() {
    let plain = || TestServer::new(tools![hello]);
    super::__assert_pipeline(&plain(), Some("hello"), &HELLO);
    let layered = plain().configure(|server| {
        server.layer(tower::layer::util::Identity::new()).layer(tower::layer::util::Identity::new())
    });
    let with = |at: usize, more: &[&'static str]| {
        let mut all = HELLO.to_vec();
        all.splice(at..at, more.iter().copied());
        all
    };
    super::__assert_pipeline(&layered, Some("hello"), &with(6, &["layer", "layer"]));
    let silent = plain().configure(|server| server.audit(mcp_runtime::AuditLog::off()));
    assert_pipeline!(
        silent,
        "hello",
        ["trace", "loop_guard", "contain", "cancel", "timeout", "validation"]
    );
    let faulty = plain().faults(&crate::Faults::seeded(1).tool("hello", crate::Fault::hang()));
    super::__assert_pipeline(&faulty, Some("hello"), &with(8, &["function_layer"]));
}

#[test]
#[should_panic(expected = "the server has no tool `rum`: it has [\"hello\"]")]
fn a_tool_that_is_not_there_is_told() {
    assert_pipeline!(TestServer::new(tools![hello]), "rum", []);
}

#[test]
fn a_difference_says_what_is_missing_extra_and_moved() {
    let table: [(&[&str], &[&str], &str); 5] = [
        (&["a", "b"], &["a"], "    a\n  - b               missing\n"),
        (&["a"], &["b", "a"], "  + b               extra\n    a\n"),
        (
            &["a", "b"],
            &["b", "a"],
            "  + b               moved: is here\n    a\n  - b               moved: stated here\n",
        ),
        (&["layer"], &["layer", "layer"], "    layer\n  + layer           extra\n"),
        (&[], &[], ""),
    ];
    for (stated, found, expected) in table {
        assert_eq!(difference(stated, found), expected, "{stated:?} {found:?}");
    }
}

#[test]
fn the_guide_shows_what_a_failing_test_does() {
    let guide = include_str!("../../../docs/guide/05-testing.md");
    let outer = ["trace", "refusals", "loop_guard", "contain", "cancel", "timeout"];
    let stated = [&outer[..], &["rate_limit", "scope", "validation", "journal", "cache"]].concat();
    let found = [&outer[..], &["scope", "rate_limit", "validation", "journal", "start"]].concat();
    let shown = format!(
        "```text\nthe pipeline of `pay_invoice` is not as stated:\n{}```\n",
        difference(&stated, &found)
    );
    assert!(guide.contains(&shown), "{shown}");
}
