//! Secret arguments, against functions and checks that tell all they know.

use std::collections::BTreeMap;

use mcp_runtime::private::{
    CheckDef, CheckError, Checking, Param, ToolDef, argument, output, param, respond,
};
use mcp_runtime::{Missing, Server, ToolCall, ToolError, Tools};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tracing::Level;

use crate::support::Log;

/// What stands in every secret and nowhere else.
const CORE: &str = "w0rd";
const SECRET: &str = "\"q'\\n\n\\\u{e9}\u{1f600} w0rd\u{202e}";
const KEY: &str = "k/~\"w0rd";

/// A key that says which text it doesn't like.
#[derive(Debug, JsonSchema)]
#[schemars(transparent)]
struct Token(String);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.starts_with("bad") {
            return Err(serde::de::Error::custom(format!("no token: {text:?}")));
        }
        Ok(Self(text))
    }
}

type Tokens = BTreeMap<String, Token>;

const HOW: Param<String> = param("how");
const TOKENS: Param<Tokens> = argument::<Tokens>("tokens").secret();

static LOG_IN: ToolDef = ToolDef::new(
    "log_in",
    "Log in.",
    &[HOW.def(), TOKENS.def()],
    |generator| output::<Result<String, ToolError>>().codec().schema(generator),
    |call| {
        let (how, tokens) = (HOW.take(call)?, TOKENS.take(call)?);
        respond(log_in(how, tokens), output::<Result<String, ToolError>>().codec().reply())
    },
)
.destructive()
.checks(&[
    CheckDef::new(&["how", "tokens"], || false, |call| objects(call, "check")),
    CheckDef::new(&["how", "tokens"], || true, |call| objects(call, "check that waits")),
]);

fn objects(call: &mut ToolCall, when: &'static str) -> Result<Checking, ToolError> {
    let (how, tokens) = (HOW.take(call)?, TOKENS.take(call)?);
    Ok(Box::pin(async move {
        if how == "words that are cut" {
            return Err(CheckError::Rule(cut(&tokens)));
        }
        if how == when {
            Err(CheckError::Rule(format!("{tokens:?} {}", all(&tokens))))
        } else {
            Ok(())
        }
    }))
}

fn all(tokens: &Tokens) -> String {
    tokens.iter().flat_map(|(key, token)| [key, "=", &token.0, ";"]).collect()
}

/// Long enough that the secrets stand where the words are cut.
fn cut(tokens: &Tokens) -> String {
    format!("{}{}", "x".repeat(495 - KEY.len()), all(tokens))
}

async fn log_in(how: String, tokens: Tokens) -> Result<String, ToolError> {
    let plain = all(&tokens);
    let as_json = json!({ "in": [json!(plain).to_string()], plain.clone(): plain });
    let failed = |message: String| ToolError::new("failed", message);
    Err(match how.as_str() {
        "message" => failed(plain),
        "debug" => failed(format!("{tokens:?}")),
        "json" => failed(as_json.to_string()),
        "json in json" => failed(Value::from(as_json.to_string()).to_string()),
        "code" => ToolError::new(plain, "failed"),
        "fallback" => failed("x".into()).fallback_tool(plain),
        "details" => failed("x".into()).details(as_json),
        "partial data" => failed("x".into()).partial_data(as_json),
        "developer" => failed("x".into()).developer(format!("{plain} {tokens:?}")),
        "internal" => ToolError::internal(plain),
        "panic" => panic!("{plain} {tokens:?}"),
        "missing" => {
            let missing = Missing::new("part", ToolError::internal(plain));
            return Ok(missing.message().to_owned());
        }
        _ => return Ok("done".to_owned()),
    })
}

#[tokio::test]
async fn no_answer_and_no_log_tells_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(lines);
    let app = Server::new("t", "0").tools(Tools::new(&[(0, &LOG_IN)])).build().unwrap();
    let own = [
        "message",
        "debug",
        "json",
        "json in json",
        "code",
        "fallback",
        "details",
        "partial data",
        "developer",
        "internal",
        "panic",
        "missing",
    ];
    let good = || json!({ KEY: SECRET });
    let mut calls: Vec<(&str, Value)> = own.map(|how| (how, good())).to_vec();
    calls.extend([
        ("check", good()),
        ("check that waits", good()),
        ("words that are cut", json!({ "k": format!("w0rd{SECRET}") })),
        ("does not deserialise", json!({ KEY: format!("bad {SECRET}") })),
        ("breaks the schema", json!({ KEY: { KEY: SECRET } })),
        ("breaks the schema", json!([SECRET])),
        ("unconfirmed", good()),
        ("done", good()),
    ]);
    let mut answers = 0;
    for (how, tokens) in calls {
        let request = app.request("log_in", json!({ "how": how, "tokens": tokens }));
        let request = if how == "unconfirmed" { request } else { request.confirmed() };
        let shown = match request.await {
            Ok(reply) => format!("{reply:?}"),
            Err(error) => format!("{error} {error:?} {}", error.to_json()),
        };
        assert!(!shown.contains(CORE), "{how}: {shown}");
        answers += 1;
        let lines = log.text();
        assert_eq!(lines.matches("outcome=").count(), answers, "the log is heard: {lines}");
        assert!(!lines.contains(CORE), "{how}: {lines}");
    }
    let lines = log.text();
    assert!(lines.contains("[redacted]") && lines.contains("part of a result is missing"));
}
