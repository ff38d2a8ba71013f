use mcp_runtime::{Code, Effect, State, Store, ToolError, tool, tools};
use serde_json::json;

use super::{Audit, RECORDS};
use crate::{Fault, Folder, Mode, TestServer, caller, local, message};

/// Pay an invoice.
#[tool(scope = "write:payments", idempotent)]
async fn pay(
    #[arg(audit = "plain")] number: String,
    remark: String,
    #[arg(secret)] code: String,
) -> Result<String, ToolError> {
    let _ = (remark, code);
    match number.as_str() {
        "FV/0" => Err(ToolError::new("no_such_invoice", "there is none").effect(Effect::None)),
        number => Ok(format!("paid {number}")),
    }
}

/// Look something up.
#[tool(read_only, retry(attempts = 2))]
async fn look(State(answer): State<u32>) -> u32 {
    answer
}

fn server() -> TestServer {
    TestServer::new(tools![pay, look]).state(42_u32)
}

fn arguments(number: &str) -> serde_json::Value {
    json!({ "number": number, "remark": "with \"thanks\"", "code": "s3cret-code" })
}

#[tokio::test]
async fn what_holds_passes_on_every_way_in() {
    for mode in Mode::ALL {
        let server = server().mode(mode);
        let anna = server.as_caller(caller("anna").scope("write:payments")).key("monday");
        let paid = anna.call("pay", arguments("FV/7")).await;
        paid.recorded()
            .intents(1)
            .outcomes(1)
            .refusals(0)
            .replays(0)
            .outcome("ok")
            .effect(Effect::Applied)
            .plain("number", "FV/7")
            .digested("remark")
            .secret("code")
            .says("FV/7")
            .never_says("with \"thanks\"")
            .never_says("s3cret")
            .complete()
            .chain_holds();
        let again = anna.call("pay", arguments("FV/7")).await;
        let first = paid.recorded()[0].call_id().map(str::to_owned);
        let replayed = again.recorded();
        replayed.replays(1).outcome("ok");
        assert!(replayed.iter().any(|record| record.replay_of() == first.as_deref()));

        anna.key("tuesday")
            .call("pay", arguments("FV/0"))
            .await
            .recorded()
            .outcome("no_such_invoice")
            .effect(Effect::None);
        let eve = server.as_caller(caller("eve"));
        for _ in 0..3 {
            let refused = eve.call("pay", arguments("FV/7")).await;
            if matches!(mode, Mode::Typed | Mode::Stdio) {
                refused.recorded().intents(0).refusals(1).refused(Code::InsufficientScope);
            }
        }
        server.call("look", json!({})).await.recorded().outcome("ok").effect(Effect::None);

        let audit = server.audit();
        audit.clone().of("pay").intents(3).outcomes(3).complete();
        audit.clone().by("eve").refusals(3).intents(0).refused(Code::InsufficientScope);
        audit.clone().of("look").by(local().principal()).intents(1).outcomes(1);
        audit.clone().such("of nobody", |record| record.principal().is_none()).intents(0);
        assert!(audit.of("look").by("eve").is_empty());
    }
}

#[tokio::test]
async fn refusals_that_nobody_looked_at_are_counted_together() {
    let server = server();
    let eve = server.as_caller(caller("eve"));
    for _ in 0..5 {
        eve.call("pay", arguments("FV/7")).await.error();
    }
    let refused = server.audit().by("eve");
    refused.refusals(5);
    assert_eq!(refused.len(), 2, "the first by itself");
    let last = eve.call("pay", arguments("FV/7")).await;
    last.recorded().refusals(1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_tries_again_has_the_records_of_each_attempt() {
    let busy = ToolError::new(Code::Overloaded, "busy").retryable().effect(Effect::None);
    let server = server().fault("pay", Fault::error(busy).times(2));
    let anna = server.as_caller(caller("anna").scope("write:payments"));
    let paid = anna.retrying().call("pay", arguments("FV/7")).await;
    assert_eq!(paid.ok().attempts(), 3);
    paid.recorded().intents(3).outcomes(3).complete();
    // Attempts of the server's own are one call.
    server.call("look", json!({})).await.recorded().intents(1);
}

#[tokio::test]
async fn what_does_not_hold_fails_and_shows_the_records() {
    let server = server();
    let anna = server.as_caller(caller("anna").scope("write:payments")).key("monday");
    anna.call("pay", arguments("FV/7")).await.ok();
    anna.call("pay", arguments("FV/7")).await.ok();
    anna.key("tuesday").call("pay", arguments("FV/0")).await.error();
    server.as_caller(caller("eve")).call("pay", arguments("FV/7")).await.error();
    let pay = || server.audit().of("pay").by("anna");
    let refused = || server.audit().by("eve");
    let none = || server.audit().of("look");
    for (assertion, expected) in [
        (&(|| _ = pay().intents(1)) as &dyn Fn(), "was to have 1 intents, and has 3"),
        (&|| _ = pay().outcomes(4), "was to have 4 outcomes, and has 3"),
        (&|| _ = pay().refusals(1), "was to have 1 refused calls, and has 0"),
        (&|| _ = pay().replays(2), "was to have 2 replays, and has 1"),
        (&|| _ = pay().outcome("ok"), "has the outcome 6, which was to have the outcome `ok`"),
        (&|| _ = none().outcome("ok"), "has no outcome, which was to have the outcome `ok`"),
        (
            &|| _ = pay().effect(Effect::Applied),
            "has the outcome 6, which was to have the effect \"applied\"",
        ),
        (
            &|| _ = none().effect(Effect::None),
            "has no outcome, which was to have the effect \"none\"",
        ),
        (
            &|| _ = pay().refused(Code::Overloaded),
            "has no refusal, which was to have the code `overloaded`",
        ),
        (
            &|| _ = refused().refused("other"),
            "has the refusal 7, which was to have the code `other`",
        ),
        (
            &|| _ = pay().plain("number", "FV/7"),
            "has the intent 5, which was to have `number` as \"FV/7\"",
        ),
        (
            &|| _ = pay().plain("remark", "a"),
            "has the intent 1, which was to have `remark` as \"a\"",
        ),
        (
            &|| _ = pay().digested("number"),
            "has the intent 1, which was to have `number` as a digest",
        ),
        (&|| _ = pay().digested("code"), "has the intent 1, which was to have `code` as a digest"),
        (&|| _ = pay().secret("remark"), "has the intent 1, which was to have `remark` as secret"),
        (&|| _ = none().secret("code"), "has no intent, which was to have `code` as secret"),
        (&|| _ = pay().says("FV/8"), "doesn't say `FV/8`"),
        (&|| _ = pay().never_says("FV/7"), "says `FV/7` in"),
        (&|| _ = none().never_says("FV/7"), "was to have a record, without which nothing follows"),
        (&|| _ = none().complete(), "was to have an intent"),
        (
            &|| _ = pay().such("that began", |r| r.kind() == "intent").complete(),
            "was to have an outcome of intent 1",
        ),
    ] {
        let text = message(assertion);
        assert!(text.lines().next().unwrap().ends_with(expected), "{text}");
        assert!(
            text.starts_with("the audit log of `") || text.starts_with("the audit log by `"),
            "{text}"
        );
    }
    let text = message(|| _ = pay().such("half", |r| r.seq() != 1).complete());
    assert!(text.contains("has the outcome 2 of record 1, which is no intent here"), "{text}");
}

#[tokio::test]
async fn a_message_shows_what_is_on_record() {
    let server = server();
    let anna = server.as_caller(caller("anna").scope("write:payments"));
    let answer = anna.call("pay", arguments("FV/7")).await;
    let text = message(|| _ = answer.recorded().refusals(1));
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("the audit log of pay {\"code\":"), "{text}");
    assert!(
        lines[1].starts_with("  1 intent: pay {\"code\":\"(secret)\",\"number\":\"FV/7\""),
        "{text}"
    );
    assert_eq!(lines[2], "  2 outcome ok, effect applied: pay by anna");
    // In JSON, and yet the same text.
    let quoted = anna.call("pay", arguments("FV/\"8\"")).await;
    let text = message(|| _ = quoted.recorded().never_says("FV/\"8\""));
    assert!(text.contains(" says `FV/\"8\"` in\n"), "{text}");
    let text = message(|| _ = server.audit().of("look").intents(1));
    assert!(text.ends_with("\n  there is no such record"), "{text}");
}

#[tokio::test]
async fn a_chain_that_was_broken_is_found() {
    let folder = Folder::new();
    let path = folder.join("records.db");
    let server = server().configure(|server| server.store(Store::file(&path)));
    server.call("look", json!({})).await.recorded().intents(1).outcomes(1).chain_holds();
    let raw = mcp_runtime::rusqlite::Connection::open(&path).unwrap();
    let body = json!({ "seq": 1, "kind": "intent" }).to_string().into_bytes();
    raw.execute("UPDATE records SET body = ?1 WHERE seq = 1", [body]).unwrap();
    let text = message(|| _ = server.audit().chain_holds());
    assert!(text.starts_with("the audit log's chain is broken:\n  record 1 was changed"), "{text}");
}

#[tokio::test]
#[should_panic(expected = "the audit log is off")]
async fn a_log_that_is_off_says_nothing() {
    let server = server().configure(|server| server.audit(mcp_runtime::AuditLog::off()));
    let _: Audit = server.audit();
}

#[tokio::test]
#[should_panic(expected = "the server has no tool `lok`: it has [\"pay\", \"look\"]")]
async fn records_of_a_tool_that_is_not_there_are_a_mistake() {
    let _ = server().audit().of("lok");
}

#[tokio::test]
async fn nothing_follows_from_the_newest_records_alone() {
    let server = server();
    let first = server.call("look", json!({})).await;
    // Two records each, so that all of them fit.
    for _ in 1..RECORDS / 2 {
        server.call("look", json!({})).await;
    }
    server.audit().of("look").intents(RECORDS / 2).never_says("hidden").complete();
    server.call("look", json!({})).await;
    for assertion in [
        &(|| _ = first.recorded().intents(0)) as &dyn Fn(),
        &|| _ = server.audit().of("look").outcome("ok"),
        &|| _ = server.audit().of("look").never_says("hidden"),
        &|| _ = server.audit().of("look").complete(),
    ] {
        let text = message(assertion);
        assert!(text.contains(" has more records than can be looked at: what the older"), "{text}");
    }
}

/// A log in memory has room for so many bytes, too.
#[tokio::test]
async fn nothing_follows_from_a_log_that_has_dropped_its_oldest_records() {
    /// Copy a text.
    #[tool(read_only, public, audit(result = "redacted"))]
    async fn copy() -> String {
        "x".repeat(15 << 10)
    }
    let server = TestServer::new(tools![copy]);
    let first = server.call("copy", json!({})).await;
    first.recorded().intents(1);
    let is_there = |server: &TestServer| server.audit().iter().any(|record| record.seq() == 1);
    while is_there(&server) {
        for _ in 0..500 {
            server.call("copy", json!({})).await;
        }
    }
    assert!(server.audit().len() < RECORDS, "{}", server.audit().len());
    let text = message(|| _ = first.recorded().intents(0));
    assert!(text.contains(" has more records than can be looked at: what the older"), "{text}");
}
