//! Tools that keep every promise, and some that lie.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mcp_runtime::{Caller, Context, Granted, State, ToolError, dependency, tool, tools};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::TestServer;

pub(super) const CARD: &str = "4444444444444444";

#[derive(Clone, Default)]
pub(super) struct Paid(Arc<AtomicU32>);

impl Paid {
    /// One more, and how many there were before.
    pub(super) fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed).into()
    }
}

#[derive(Serialize, JsonSchema)]
struct Receipt {
    number: u32,
}

#[dependency(breaker(failures = 3, open = "5s"))]
struct Bank;

/// Pay an invoice.
#[tool(
    scope = "write:payments.where(customer = customer)",
    idempotent,
    timeout = "2s",
    rate_limit = "3/1m",
    dependency = Bank
)]
async fn pay(
    #[arg(range(1..=99))] customer: u32,
    #[arg(secret, pattern = "^4{16}$")] card: String,
    State(paid): State<Paid>,
) -> Receipt {
    let _ = (customer, card);
    Receipt { number: paid.next() }
}

/// Look something up.
#[tool(scope = ["read:rows", "read:columns"], cache_ttl = "1m", retry(attempts = 2))]
async fn look(#[arg(length(1..=8))] name: String) -> usize {
    name.len()
}

/// A grant of one customer's rows.
#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "the tool that takes it is never run")]
struct Mine {
    customer: u32,
}

/// List one's own rows.
#[tool(scope = "read:rows.where(customer)", cache_ttl = "1m")]
async fn mine(granted: Granted<Mine>) -> bool {
    granted.rows().is_none()
}

/// Say hello.
#[tool(read_only)]
async fn hello() -> &'static str {
    "hello"
}

/// Remove something.
#[tool(destructive, rate_limit = "2/1m per tool")]
async fn remove(name: Option<String>) {
    let _ = name;
}

/// Divide.
#[tool(read_only)]
async fn divide(#[arg(range(0..=1000))] by: u32) -> u32 {
    1_000 / by
}

#[dependency(breaker(failures = 3, open = "5s"))]
struct Vault;

/// Look into a vault, whose results are kept for longer than anything else.
#[tool(
    read_only,
    dependency = Vault,
    retry(attempts = 2, base = "1ms"),
    cache_ttl = "1h",
    stale_while_revalidate = "30m",
    cache(shared),
    fallback = inventory
)]
async fn contents() -> u32 {
    7
}

/// Look into the list of what was in a vault.
#[tool(read_only)]
async fn inventory() -> u32 {
    7
}

/// Look up a customer, whose results are kept too.
#[tool(read_only, cache_ttl = "1h")]
async fn owner(#[arg(secret, pattern = "^4{16}$")] card: String) -> usize {
    card.len()
}

/// Check a secret that is too short to be found anywhere.
#[tool(read_only)]
async fn unlock(#[arg(secret, length(..=3))] pin: String) -> bool {
    pin.is_empty()
}

/// Send a card, with a note that is put on record.
#[tool(read_only)]
async fn send(
    #[arg(secret, pattern = "^4{16}$")] card: String,
    #[arg(audit = "plain")] note: String,
) -> usize {
    card.len() + note.len()
}

/// Pick a number, and fail far from the edges.
#[tool(read_only)]
async fn pick(#[arg(range(0..=1000))] number: u32) -> u32 {
    assert!(!(300..=700).contains(&number), "not this one");
    number
}

struct Lie;

impl Serialize for Lie {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("number", "seven")])
    }
}

impl JsonSchema for Lie {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Lie".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "properties": { "number": { "type": "integer" } } })
    }
}

/// Answer in another form than it says.
#[tool(read_only)]
async fn lie() -> Lie {
    Lie
}

/// Greet a team.
#[tool(read_only)]
async fn greet(caller: Caller) -> Result<String, ToolError> {
    let team = caller.claim("team").and_then(|team| team.as_str());
    let nobody = || ToolError::new("no_team", "you are in no team");
    team.map(|team| format!("hello {team}")).ok_or_else(nobody)
}

/// Tell what was sent.
#[tool(read_only)]
async fn gossip(#[arg(secret, pattern = "^4{16}$")] card: String, ctx: Context) {
    tracing::info!(call = %ctx.call_id(), "paying by {card}");
}

pub(super) fn hello_alone() -> mcp_runtime::Tools {
    tools![hello]
}

pub(super) fn pay_alone() -> mcp_runtime::Tools {
    tools![pay]
}

pub(super) fn server() -> TestServer {
    TestServer::new(tools![
        pay, look, mine, hello, remove, contents, owner, unlock, send, pick, divide, lie, greet,
        gossip
    ])
    .state(Paid::default())
}
