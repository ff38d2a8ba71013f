//! A server with a tool for each thing that a manifest can say.

use std::any::TypeId;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::{Binding, ScopeDef, ScopeEntry, Scopes};
use crate::app::App;
use crate::check::CheckDef;
use crate::error::ToolError;
use crate::output::OutputSchema;
use crate::params::{Bound, ParamDef, param};
use crate::policies::{
    Audit, Breaker, Cache, Dependency, DependencyDef, Idempotency, Per, RateLimit, Retry,
};
use crate::server::Server;
use crate::tool::{ToolDef, Tools};

/// What `get_invoice` gives.
#[derive(Serialize, JsonSchema)]
struct Invoice {
    /// As printed.
    number: String,
    /// In cents.
    total: i64,
    lines: Vec<Line>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Line {
    /// What was sold.
    item: String,
    amount: u32,
}

/// A tree, so that a schema refers to itself.
#[derive(Deserialize, JsonSchema)]
struct Folder {
    #[allow(dead_code, reason = "only its schema is used")]
    folders: Vec<Folder>,
}

struct Bank;

impl Dependency for Bank {
    const DEF: &'static DependencyDef = &DependencyDef::new::<Self>("bank")
        .concurrency(8)
        .queue(16, 500)
        .breaker(Breaker::new().slow_ms(2_000))
        .retry_budget(0.2);
}

const CATALOGUE: Scopes = Scopes::new(&[
    ScopeEntry::new("admin:invoices", "Everything about `invoices`", &["write:invoices"]),
    ScopeEntry::new("audit:log", "Read the audit log", &[]),
    ScopeEntry::new("read:invoices", "Read invoices", &[]),
    ScopeEntry::new("write:invoices", "Change invoices", &["read:invoices"]),
    ScopeEntry::new("write:payments", "Pay", &[]),
]);

const fn tool(
    name: &'static str,
    description: &'static str,
    params: &'static [ParamDef],
    output: fn(&mut schemars::SchemaGenerator) -> OutputSchema,
) -> ToolDef {
    ToolDef::new(name, description, params, output, |_| Err(ToolError::new("no_function", "")))
}

pub(super) const GET_INVOICE: ToolDef = tool(
    "get_invoice",
    "Fetch one invoice of a customer.\n\nIts `total` is in cents.",
    &[
        param::<u64, _>("customer_id").description("The customer that owns the invoice.").def(),
        param::<String, _>("number")
            .description("As printed: `FV/2026|03`.")
            .pattern(r"^FV/\d{4}\|\d{2}$")
            .length(1, Some(64))
            .def(),
        param::<u8, _>("lines").default(|| Ok(json!(10))).maximum(Bound::Int(100)).def(),
    ],
    |generator| OutputSchema(Some(generator.subschema_for::<Invoice>())),
)
.title("One invoice")
.version("2")
.read_only()
.timeout_ms(10_000)
.scopes(
    &[ScopeDef::new("read:invoices", &[Binding::new("customer_id", Some("customer_id"))])],
    CATALOGUE,
)
.retry(Retry::new(3).attempt_timeout_ms(2_500))
.rate_limits(&[RateLimit::new(60, 60_000, Per::Caller).burst(10)])
.concurrency(16)
.cache(Cache::new(30_000).stale_while_revalidate_ms(10_000).stale_if_error_ms(600_000))
.fallback(&CACHED_INVOICE)
.max_result(64 << 10);

/// Answers for `get_invoice`, and isn't listed.
pub(super) const CACHED_INVOICE: ToolDef = tool(
    "cached_invoice",
    "Fetch an invoice as it was last night.",
    &[param::<u64, _>("customer_id").def(), param::<String, _>("number").def()],
    |_| OutputSchema(None),
)
.read_only()
.scopes(&[ScopeDef::new("read:invoices", &[Binding::new("tenant", None)])], CATALOGUE)
.cache(Cache::new(1_500).shared());

pub(super) const PAY_INVOICE: ToolDef = tool(
    "pay_invoice",
    "Pay an invoice from the customer's default account.",
    &[
        param::<String, _>("number")
            .description("Which one.")
            .header("Invoice")
            .audit_plain()
            .def(),
        param::<String, _>("pin").secret().def(),
        param::<Vec<Line>, _>("parts").items(0, Some(3)).def(),
    ],
    |_| OutputSchema(None),
)
.once(Idempotency::new().key_of(&["parts", "number"]).ttl_ms(172_800_000).reject())
.audit(Audit::new().keep_result().retention_ms(31_536_000_000))
.timeout_ms(30_000)
.scopes(&[ScopeDef::new("write:payments", &[]), ScopeDef::new("read:invoices", &[])], CATALOGUE)
.checks(&[CheckDef::new(&["number", "parts"], || false, |_| Err(ToolError::new("x_y", "")))])
.dependencies(&[Bank::DEF])
.cost(0.02)
.blocking()
.heartbeat_ms(5_000);

pub(super) const VOID_INVOICE: ToolDef =
    tool("void_invoice", "Void an invoice.", &[param::<String, _>("number").def()], |_| {
        OutputSchema(None)
    })
    .destructive()
    .scopes(&[ScopeDef::new("write:invoices", &[])], CATALOGUE)
    .adaptive(4)
    .queue(2, 250);

pub(super) const PURGE: ToolDef =
    tool("purge", "Delete everything that is old.", &[], |_| OutputSchema(None))
        .destructive()
        .confirm_never()
        .public();

pub(super) const SEARCH: ToolDef =
    tool("search", "Search the web.", &[param::<Folder, _>("within").def()], |_| {
        OutputSchema(None)
    })
    .read_only()
    .open_world();

pub(super) const ALL: [&ToolDef; 5] = [&GET_INVOICE, &PAY_INVOICE, &VOID_INVOICE, &PURGE, &SEARCH];

/// A server with these tools.
pub(super) fn server(tools: &[&'static ToolDef]) -> Server {
    let listed: Vec<_> = tools.iter().copied().enumerate().collect();
    Server::new("invoices", "1.2.0").title("Invoices & payments").tools(Tools::new(&listed))
}

pub(super) fn app(tools: &[&'static ToolDef]) -> App {
    server(tools).build().unwrap()
}

/// A constant's copy, changed.
pub(super) fn changed(def: &ToolDef, change: fn(&mut ToolDef)) -> &'static ToolDef {
    let mut def = *def;
    change(&mut def);
    def.id = TypeId::of::<fn()>();
    Box::leak(Box::new(def))
}
