//! Tools of every kind that answers, fails and is governed in a way of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mcp_runtime::raw::{RawContext, RawReply};
use mcp_runtime::{
    Caller, Content, Context, FromCall, NextAction, Reply, ResourceLink, State, ToolCall,
    ToolError, Tools, tool, tools,
};
use rmcp::model::{
    CallToolResult, ContentBlock, CreateTaskResult, ErrorCode, ErrorData, InputRequiredResult,
    Task, TaskStatus,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How often functions ran.
#[derive(Clone, Default)]
pub(super) struct Runs(Arc<AtomicU64>);

impl Runs {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Give a text back.
#[tool(public, read_only)]
async fn echo(text: String) -> String {
    text
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Item {
    name: String,
    amount: f64,
    count: Option<u64>,
    below: Vec<Value>,
}

/// Give data back.
#[tool(public, read_only)]
async fn data(item: Item) -> Item {
    item
}

/// Add up.
#[tool(public, read_only)]
async fn sum(#[arg(range(-9..=9))] a: i64, #[arg(default = 1)] b: i64) -> i64 {
    a + b
}

/// Do nothing.
#[tool(public, read_only)]
async fn nothing() {}

/// Show one block of each kind.
#[tool(public, read_only)]
async fn blocks(text: Option<String>) -> Vec<Content> {
    let text = text.unwrap_or_else(|| "a \"text\"\n\u{1f600}\u{7}".to_owned());
    let link = ResourceLink::new("test://a", "a").title(&text).description("d");
    vec![
        Content::text(&text),
        Content::image("aGk=", "image/png"),
        Content::audio("aGk=", "audio/wav"),
        Content::resource_text("test://b", "text/plain", &text),
        Content::resource_blob("test://c", "x/y", "aGk="),
        Content::ResourceText { uri: "test://d".into(), mime_type: None, text },
        Content::ResourceBlob { uri: "test://e".into(), mime_type: None, blob: String::new() },
        link.mime_type("text/csv").size(17).into(),
        Content::resource_link("test://f", "f"),
    ]
}

/// Answer with every part.
#[tool(public, read_only)]
async fn parts(before: bool) -> Reply {
    let reply = Reply::text("text").with_structured(json!({ "z": [1.0, null], "a": "\u{e9}" }));
    let name = if before { "a.b/c" } else { "z/z" };
    reply.with_meta(name, json!({ "k": 1 })).with_meta("io.modelcontextprotocol/serverInfo", 7)
}

/// Fail in a way.
#[tool(public)]
async fn fails(how: String) -> Result<(), ToolError> {
    Err(match how.as_str() {
        "later" => {
            let pause = Duration::from_millis(1_500);
            ToolError::new("backend_unavailable", "later").retry_after(pause)
        }
        "limited" => {
            ToolError::new("rate_limited", "slow down").retry_after(Duration::from_secs(3))
        }
        "mine" => ToolError::new("already_paid", "no").details(json!({ "é": [1] })),
        "stop" => ToolError::new("conflict", "no").next_action(NextAction::Stop),
        "panic" => panic!("told to"),
        "never" => {
            tokio::time::sleep(Duration::from_hours(1)).await;
            ToolError::new("not_found", "nobody waits so long")
        }
        how => ToolError::internal(how.to_owned()),
    })
}

/// Fail where an output schema is advertised.
#[tool(public, read_only)]
async fn schema_fails() -> Result<Item, ToolError> {
    Err(ToolError::new("not_found", "there is none"))
}

/// Say what the call is known by.
#[tool(public, read_only)]
async fn seen(ctx: Context, caller: Caller) -> Value {
    ctx.progress(1.0, None, Some("half")).await;
    let trace = ctx.trace().map(|trace| format!("{trace:?}"));
    json!({
        "request": ctx.request_id(), "meta": ctx.meta(), "tool": ctx.tool(), "trace": trace,
        "caller": caller.principal(), "left": ctx.remaining().as_secs(),
    })
}

/// What a client names in `_meta`.
struct Tenant(String);

impl FromCall for Tenant {
    fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
        let raw = RawContext::from_call(call)?;
        let tenant = call.context().meta().get("example.com/tenant").and_then(Value::as_str);
        let sent = raw.extensions().get::<axum::http::request::Parts>().is_some();
        Ok(Self(format!("{tenant:?} {sent}")))
    }
}

/// Say for whom.
#[tool(public, read_only)]
async fn tenant(Tenant(name): Tenant) -> String {
    name
}

/// Use the SDK's view of the request.
#[tool(public, read_only)]
async fn raw(context: RawContext) -> String {
    format!("{:?}", context.meta().client_info().map(|info| info.name))
}

/// Answer in the SDK's terms.
#[tool(public, read_only)]
async fn raw_reply(how: String) -> RawReply {
    let refused = |code| RawReply::error(ErrorData::new(ErrorCode(code), "no", Some(json!([1]))));
    match how.as_str() {
        "complete" => CallToolResult::structured_error(json!({ "a": 1 })).into(),
        "plain" => CallToolResult::success(vec![ContentBlock::text("x")]).into(),
        "input" => InputRequiredResult::new(None, Some("state".to_owned())).into(),
        "task" => {
            let task =
                Task::new("t", TaskStatus::Working, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
            CreateTaskResult::new(task).into()
        }
        code => refused(code.parse().unwrap_or(-32603)),
    }
}

/// Read invoices.
#[tool(scope = "read:invoices")]
async fn scoped(number: u64) -> u64 {
    number
}

/// Read one customer's invoices.
#[tool(scope = "read:invoices.where(customer_id = customer)")]
async fn rows(customer: u32) -> String {
    format!("rows of {customer}")
}

/// Read at a pace.
#[tool(public, read_only, rate_limit = "2/90s per tool burst 1")]
async fn paced() -> u64 {
    1
}

/// Read what may be old, for longer than the test lasts: when it ends is for chance to say.
#[tool(public, read_only, cache_ttl = "1d")]
async fn cached(symbol: String, State(runs): State<Runs>) -> String {
    format!("{symbol} {}", runs.next())
}

/// Pay once.
#[tool(public, idempotent, timeout = "30s")]
async fn pay(amount: u64, State(runs): State<Runs>) -> Result<u64, ToolError> {
    match amount {
        13 => Err(ToolError::new("conflict", "unlucky").effect(mcp_runtime::Effect::Applied)),
        _ => Ok(runs.next()),
    }
}

/// Pay once, with a key.
#[tool(public, idempotent(required))]
async fn pay_by_key(amount: u64, State(runs): State<Runs>) -> u64 {
    amount + runs.next()
}

/// Delete for good.
#[tool(public, destructive)]
async fn delete(number: u64) -> u64 {
    number
}

/// Take a secret.
#[tool(public)]
async fn sign_in(
    user: String,
    #[arg(secret, length(4..=8))] pin: String,
) -> Result<String, ToolError> {
    Err(ToolError::new("wrong_pin", format!("{user} can't sign in with {pin}")))
}

/// Take an argument that travels as a header.
#[tool(public, read_only)]
async fn routed(#[arg(header = "Region")] region: String) -> String {
    region
}

/// Read slowly, with signs of life.
#[tool(public, read_only, heartbeat = "1s", timeout = "10s")]
async fn slow(seconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    seconds
}

/// Read from elsewhere when there is nothing here.
#[tool(public, read_only, fallback = echo)]
async fn first(text: String) -> Result<String, ToolError> {
    Err(ToolError::new("backend_unavailable", text))
}

/// Read far too much.
#[tool(public, read_only, max_result = "1KB")]
async fn large(limit: Option<u32>) -> Vec<u32> {
    (0..limit.unwrap_or(1_000)).collect()
}

/// Read what fails so many times out of four.
#[tool(public, read_only, retry(attempts = 3, base = "10ms"))]
async fn again(failures: u64, State(runs): State<Runs>) -> Result<u64, ToolError> {
    let run = runs.next();
    if run % 4 < failures {
        return Err(ToolError::new("backend_unavailable", "try again").retryable());
    }
    Ok(run)
}

pub(super) fn all() -> Tools {
    tools![
        echo,
        data,
        sum,
        nothing,
        blocks,
        parts,
        fails,
        schema_fails,
        seen,
        tenant,
        raw,
        raw_reply,
        scoped,
        rows,
        paced,
        cached,
        pay,
        pay_by_key,
        delete,
        sign_in,
        routed,
        slow,
        large,
        again,
        first
    ]
}
