use mcp_runtime::{ToolError, tool, tools};
use serde_json::json;
use tracing::{Level, info_span};

use super::{Kept, Log, MAX_EVENTS, SHOWN};
use crate::{Mode, TestServer, local, message};

/// Log within a span of its own.
#[tool(read_only)]
async fn speak(word: String) -> Result<(), ToolError> {
    let span = info_span!("speaking", word, volume = tracing::field::Empty, tool = "mouth");
    span.in_scope(|| tracing::debug!(times = 2, "said it"));
    span.record("volume", 7);
    span.in_scope(|| tracing::warn!(name: "loud", good = false, "shouted"));
    if word == "no" { Err(ToolError::new("refused", "no").developer("shy")) } else { Ok(()) }
}

fn server() -> TestServer {
    TestServer::new(tools![speak]).capture_log()
}

#[tokio::test]
async fn events_have_fields_and_spans_on_every_way_in() {
    for mode in Mode::ALL {
        let server = server().mode(mode);
        let yes = server.call("speak", json!({ "word": "yes" })).await;
        let no = server.call("speak", json!({ "word": "no" })).await;
        let events = || server.log().events();
        events().of(&yes).within("call").with("outcome", "ok").once();
        events().of(&no).with("outcome", "refused").with("detail", "shy").once();
        events().of(&no).with("outcome", "ok").never();
        let said = events().of(&yes).saying("said");
        let said = &said.once()[0];
        assert_eq!((said.level(), said.message()), (Level::DEBUG, "said it"));
        assert_eq!(said.spans().collect::<Vec<_>>(), ["speaking", "call"]);
        assert_eq!((said.field("times"), said.field("word")), (Some("2"), Some("yes")));
        assert_eq!((said.field("volume"), said.field("none")), (None, None));
        // The innermost has it.
        assert_eq!(said.field("tool"), Some("mouth"));
        assert_eq!(said.field("caller"), Some(local().principal()));
        assert!(said.target().ends_with("log::tests"), "{}", said.target());
        events().of(&yes).at(Level::WARN).with("volume", "7").with("good", "false").once();
    }
}

#[tokio::test]
async fn a_test_may_send_a_trace_of_its_own() {
    let server = server();
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traced =
        server.as_caller(local()).meta("traceparent", format!("00-{id}-00f067aa0ba902b7-01"));
    let answer = traced.call("speak", json!({ "word": "a" })).await;
    server.log().events().with("trace_id", id).with("outcome", "ok").once();
    server.log().events().of(&answer).with("outcome", "ok").once();
    answer.recorded().intents(1).outcomes(1);

    // One that isn't well formed is nobody's, and so is an empty one.
    let untraced = server.as_caller(local()).meta("traceparent", "yesterday");
    let answer = untraced.call("speak", json!({ "word": "a" })).await;
    server.log().events().of(&answer).never();
    answer.recorded().intents(0);
}

#[tokio::test]
async fn what_does_not_hold_fails_and_shows_the_events() {
    let server = server();
    let answer = server.call("speak", json!({ "word": "a" })).await;
    let loud = || server.log().events().of(&answer).at(Level::WARN);
    let text = message(|| _ = loud().never());
    let (first, rest) = text.split_once('\n').unwrap();
    assert!(first.starts_with("the events of speak {\"word\":\"a\"} as "), "{text}");
    assert!(first.ends_with(", typed at WARN were to be 0, and are 1"), "{text}");
    assert!(rest.starts_with("  WARN mcp_testkit::log::tests call{call_id="), "{text}");
    assert!(rest.ends_with("} speaking{tool=mouth volume=7 word=a}: shouted good=false"), "{text}");
    for (assertion, expected) in [
        (&(|| _ = loud().times(2)) as &dyn Fn(), "were to be 2, and are 1"),
        (&|| _ = loud().saying("whispered").once(), "saying `whispered` were to be 1, and are 0"),
        (&|| _ = loud().within("bed").once(), "within `bed` were to be 1, and are 0"),
        (&|| _ = loud().with("good", "true").once(), "with good=true were to be 1, and are 0"),
    ] {
        let text = message(assertion);
        assert!(text.lines().next().unwrap().ends_with(expected), "{text}");
    }
}

#[tokio::test]
async fn nothing_follows_from_a_list_that_was_cut() {
    let log = Log::of_this_runtime();
    for _ in 0..=MAX_EVENTS {
        tracing::trace!("x");
    }
    assert_eq!(log.events().len(), MAX_EVENTS);
    let text = message(|| _ = log.events().saying("y").never());
    assert!(text.contains("more events were logged than are kept"), "{text}");
    let text = message(|| _ = log.never_says("y"));
    assert!(text.contains("were logged"), "{text}");
}

/// In each form in which a log may write it, and over several lines.
#[tokio::test]
async fn a_secret_is_found_however_it_is_written() {
    let secret = "first \"line\"\nC:\\second\u{7f}";
    let log = || {
        let log = Log::of_this_runtime();
        *log.kept() = Kept::default();
        log
    };
    for write in [
        (&|| tracing::info!("it is {secret}")) as &dyn Fn(),
        &|| tracing::info!("it is {secret:?}"),
        &|| tracing::info!("it is {}", json!(secret)),
        &|| tracing::info!(%secret, "a field"),
        &|| tracing::info!(secret, "a field"),
        &|| tracing::info!(secret = ?secret, "a field"),
        &|| tracing::info!(list = ?[secret], "a field"),
        &|| tracing::info!(body = %json!({ "it": secret }), "a field"),
        &|| info_span!("around", secret).in_scope(|| tracing::info!("a span")),
    ] {
        let log = log();
        write();
        tracing::info!("after it");
        let text = message(|| _ = log.never_says(secret));
        assert!(text.starts_with(&format!("the log says `{secret}`:\n")), "{text}");
        assert!(!text.contains("after it"), "{text}");
        log.never_says("first \"line\"\nC:\\third");

        // The events alone have it, as of a writer that escapes in another way.
        log.kept().text = "a line\n".to_owned();
        let text = message(|| _ = log.never_says(secret));
        assert!(text.contains("`:\nINFO mcp_testkit::log::tests"), "{text}");
    }
    // Of several lines, those that hold it.
    let log = log();
    log.kept().text = "a\nb one\ntwo c\nd\n".to_owned();
    assert_eq!(
        message(|| _ = log.never_says("one\ntwo")),
        "the log says `one\ntwo`:\nb one\ntwo c"
    );
    assert_eq!(message(|| _ = log.never_says("b one\n")), "the log says `b one\n`:\nb one");
    log.never_says("c d").never_says("two\none");
}

#[tokio::test]
async fn nothing_follows_from_nothing() {
    let log = Log::of_this_runtime();
    let nothing = "nothing was logged at all: was there a call?";
    assert_eq!(message(|| _ = log.events().saying("y").never()), nothing);
    assert_eq!(message(|| _ = log.never_says("y")), nothing);
    tracing::info!("x");
    log.events().saying("y").never();
    log.never_says("y");
    for assertion in [(&|| _ = log.never_says("")) as &dyn Fn(), &|| _ = log.says("")] {
        let text = message(assertion);
        assert_eq!(text, "an empty text stands everywhere: look for another one");
    }
}

#[tokio::test]
async fn a_failure_shows_the_newest_lines() {
    let log = Log::of_this_runtime();
    tracing::info!("line one");
    let text = message(|| _ = log.says("y"));
    assert!(text.starts_with("the log doesn't say `y`:\n") && text.ends_with("line one"), "{text}");
    (0..SHOWN).for_each(|line| tracing::info!(line));
    let text = message(|| _ = log.says("y"));
    assert!(text.contains("`:\n… 1 before\n") && !text.contains("line one"), "{text}");
    assert_eq!(text.lines().count(), 2 + SHOWN, "{text}");
}

/// Whoever uses the `log` crate, before or after a log is captured.
#[tokio::test]
async fn the_logger_of_another_crate_is_left_alone() {
    struct Theirs;

    impl ::log::Log for Theirs {
        fn enabled(&self, _: &::log::Metadata<'_>) -> bool {
            false
        }

        fn log(&self, _: &::log::Record<'_>) {}

        fn flush(&self) {}
    }

    ::log::set_logger(&Theirs).expect("no logger is installed by the kit");
    let log = Log::of_this_runtime();
    tracing::info!("captured");
    log.says("captured");
}
