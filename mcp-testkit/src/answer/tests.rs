use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use mcp_runtime::{Code, Effect, NextAction, Reply, ToolError, tool, tools};
use serde_json::json;

use super::Answer;
use crate::{TestServer, caller};

/// Give back what came.
#[tool(read_only)]
async fn number(value: u32) -> Result<u32, ToolError> {
    match value {
        7 => Err(ToolError::new(Code::RateLimited, "slow down")
            .retry_after(Duration::from_secs(30))
            .effect(Effect::None)
            .developer("seven of nine")),
        8 => Err(ToolError::new("no_eight", "never").next_action(NextAction::Stop)),
        value => Ok(value),
    }
}

/// Say something.
#[tool(read_only)]
async fn word() -> &'static str {
    "word"
}

/// Show an image.
#[tool(read_only)]
async fn image() -> mcp_runtime::Content {
    mcp_runtime::Content::image("aaaa", "image/png")
}

async fn answer(tool: &str, value: u32) -> Answer {
    let server = TestServer::new(tools![number, word, image]);
    let arguments = if tool == "number" { json!({ "value": value }) } else { json!({}) };
    server.as_caller(caller("anna").scope("read:a")).call(tool, arguments).await
}

/// The message of an assertion that must fail.
fn message(answer: &Answer, assertion: impl FnOnce(&Answer)) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| assertion(answer))).expect_err("it holds");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast_ref::<&str>().unwrap()).to_owned(),
    }
}

#[tokio::test]
async fn what_holds_passes() {
    let good = answer("number", 1).await;
    assert_eq!(good.ok().conforms().data::<u32>(), 1);
    assert_eq!(answer("word", 0).await.conforms().data::<String>(), "word");
    let limited = answer("number", 7).await;
    limited
        .is_error(Code::RateLimited)
        .is_error("rate_limited")
        .retryable()
        .retry_after(Duration::from_secs(30))
        .retry_within(Duration::from_secs(30))
        .effect(Effect::None)
        .next_action(NextAction::Retry);
    let never = answer("number", 8).await;
    never.is_error("no_eight").not_retryable().next_action(NextAction::Stop);
    answer("number", 1).await.ok();
}

#[tokio::test]
async fn what_does_not_hold_fails() {
    let (good, limited) = (answer("number", 1).await, answer("number", 7).await);
    let never = answer("number", 8).await;
    let invalid = {
        let server = TestServer::new(tools![number]);
        server.call("number", json!({ "value": "one" })).await
    };
    let second = Duration::from_secs(1);
    let cases: Vec<(String, &str)> = vec![
        (message(&limited, |a| _ = a.ok()), "was to succeed"),
        (message(&limited, |a| _ = a.data::<u32>()), "was to succeed"),
        (message(&good, |a| _ = a.data::<String>()), "is of another form: invalid type"),
        (message(&good, |a| _ = a.meta("x/y")), "has no `x/y` in its `_meta`"),
        (message(&good, |a| _ = a.error()), "was to fail"),
        (message(&good, |a| _ = a.is_error("x")), "was to be the error `x`"),
        (message(&limited, |a| _ = a.is_error("x")), "was to be the error `x`"),
        (message(&never, |a| _ = a.retryable()), "was to be retryable"),
        (message(&limited, |a| _ = a.not_retryable()), "was not to be retryable"),
        (message(&limited, |a| _ = a.retry_after(second)), "was to be retryable after 1s"),
        (message(&never, |a| _ = a.retry_after(second)), "was to be retryable after 1s"),
        (message(&limited, |a| _ = a.retry_within(second)), "was to be retryable within 1s"),
        (message(&never, |a| _ = a.retry_within(second)), "was to be retryable within 1s"),
        (message(&never, |a| _ = a.effect(Effect::Applied)), "the effect \"applied\""),
        (message(&never, |a| _ = a.next_action(NextAction::Retry)), "the next action \"retry\""),
        (message(&limited, |a| _ = a.violates("/value", "type")), "error `invalid_arguments`"),
        (
            message(&invalid, |a| _ = a.violates("/value", "minimum")),
            "was to name the rule `minimum` at `/value`",
        ),
        (
            message(&invalid, |a| _ = a.violates("/other", "type")),
            "was to name the rule `type` at `/other`",
        ),
        (message(&answer("image", 0).await, |a| _ = a.text()), "has no text"),
    ];
    invalid.violates("/value", "type");
    for (message, expected) in cases {
        let (first, rest) = message.split_once('\n').unwrap();
        assert!(first.starts_with("the answer ") && first.contains(expected), "{message}");
        assert!(rest.contains("  call: "), "{message}");
    }
}

#[tokio::test]
async fn a_message_shows_the_call_and_what_came() {
    assert_eq!(
        message(&answer("number", 7).await, |a| _ = a.ok()),
        "the answer was to succeed\n  \
         call: number {\"value\":7} as anna [read:a], typed\n \
         error: {\"code\":\"rate_limited\",\"effect\":\"none\",\"message\":\"slow down\",\
         \"next_action\":\"retry\",\"retry_after\":30,\"retryable\":true}\n   \
         log: seven of nine"
    );
    assert_eq!(
        message(&answer("number", 1).await.after(3), |a| _ = a.error()),
        "the answer was to fail\n  \
         call: number {\"value\":1} as anna [read:a], typed (3 attempts)\n\
         result: {\"meta\":{},\"structured\":{\"result\":1},\"text\":\"{\\\"result\\\":1}\"}"
    );
}

#[tokio::test]
async fn a_result_is_held_against_the_schema_that_the_tool_states() {
    let changed = |mut answer: Answer, reply| {
        answer.outcome = Ok(reply);
        answer
    };
    let number = answer("number", 1).await;
    let bad = changed(number, Reply::text("x").with_structured(json!({ "result": "one" })));
    let text = message(&bad, |a| _ = a.conforms());
    assert!(text.contains("breaks the tool's output schema: `/result` "), "{text}");

    let none = changed(answer("number", 1).await, Reply::text("x"));
    let text = message(&none, |a| _ = a.conforms());
    assert!(text.contains("has no data, of which the tool states a schema"), "{text}");

    let more = changed(answer("word", 0).await, Reply::text("x").with_structured(json!({})));
    let text = message(&more, |a| _ = a.conforms());
    assert!(text.contains("has data, of which the tool states no schema"), "{text}");
}

#[tokio::test]
async fn what_is_long_is_cut() {
    /// Give back what came.
    #[tool(read_only)]
    async fn echo(text: String) -> String {
        text
    }
    let server = TestServer::new(tools![echo]);
    let answer = server.call("echo", json!({ "text": "ä".repeat(100_000) })).await;
    let text = message(&answer, |a| _ = a.error());
    assert!(text.len() < 6_000 && text.contains("… (200011 bytes)"), "{text}");
}

/// What a failed test prints is kept by whoever runs it.
#[tokio::test]
async fn a_message_holds_no_secret_argument() {
    /// Pay by card.
    #[tool]
    async fn pay(cents: u32, #[arg(secret)] card: String, #[arg(secret)] pin: Vec<u32>) -> u32 {
        cents + u32::try_from(card.len() + pin.len()).unwrap_or_default()
    }
    let server = TestServer::new(tools![pay]);
    let sent = json!({ "cents": 500, "card": "4111111111111111", "pin": [9517, 3] });
    let paid = server.call("pay", sent).await;
    let told = message(&paid, |answer| _ = answer.error());
    for shown in [r#""cents":500"#, r#""card":"(secret)""#, r#""pin":"(secret)""#] {
        assert!(told.contains(shown), "{told}");
    }
    assert!(!format!("{told}{paid:?}").contains("4111"), "{told}{paid:?}");
    let odd = server.call("pay", "4111111111111111").await;
    let told = message(&odd, |answer| _ = answer.reply());
    assert!(told.contains(r#"  call: pay "(secret)" as "#) && !told.contains("4111"), "{told}");
}
