//! What is called in process, by name.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use mcp_runtime::{App, AuditLog, Caller, Reply, Server, Store, ToolCall, ToolService};
use serde_json::{Value, json};
use tower::{Layer, Service};

use crate::tools;

/// A call that is made again and again.
pub struct Subject {
    pub app: Option<App>,
    pub tool: &'static str,
    pub caller: Caller,
    pub arguments: fn(u64) -> Value,
}

fn another(number: u64) -> Value {
    json!({ "number": format!("FV-{number:08}"), "customer_id": 4711, "with_lines": true })
}

fn same(_: u64) -> Value {
    another(0)
}

fn eight(number: u64) -> Value {
    json!({
        "number": format!("FV-{number:08}"),
        "customer_id": 4711,
        "customer": "Northern Light Shipping and Storage",
        "currency": "EUR",
        "net_cents": 62_997,
        "tax": 0.19,
        "tags": ["hours", "parts"],
        "paid": false,
    })
}

/// Answers in place of everything further in.
#[derive(Clone)]
struct Answering;

impl Layer<ToolService> for Answering {
    type Service = Self;

    fn layer(&self, _: ToolService) -> Self {
        Self
    }
}

impl Service<ToolCall> for Answering {
    type Response = Reply;
    type Error = Infallible;
    type Future = Ready<Result<Reply, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: ToolCall) -> Self::Future {
        ready(Ok(Reply::text("answered")))
    }
}

impl Subject {
    pub fn new(name: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let server = || Server::new("bench", "1.0.0").store(Store::memory());
        let plain = || server().audit(AuditLog::off()).tools(tools::each());
        let audited = || server().audit(AuditLog::memory()).tools(tools::each());
        let (server, tool, arguments): (Server, _, fn(u64) -> Value) = match name {
            "arguments" => (plain(), "", another),
            "alone" => (server().audit(AuditLog::off()).tools(tools::alone()), "bare", another),
            "bare" => (plain(), "bare", another),
            "rules" => (plain(), "rules", another),
            "scope" => (plain(), "scope", another),
            "rows" => (plain(), "rows", another),
            "rate limit" => (plain(), "rate_limit", another),
            "timeout" => (plain(), "timeout", another),
            "retry" => (plain(), "retry", another),
            "attempt timeout" => (plain(), "attempt_timeout", another),
            "breaker" => (plain(), "breaker", another),
            "bulkhead" => (plain(), "bulkhead", another),
            "cost" => (plain(), "cost", another),
            "max_result" => (plain(), "max_result", another),
            "heartbeat" => (plain(), "heartbeat", another),
            "check" => (plain(), "check", another),
            "cache miss" => (plain(), "cache", another),
            "cache hit" => (plain(), "cache", same),
            "together" => (plain(), "together", another),
            "audit" => (audited(), "bare", another),
            "write" => (plain(), "write", another),
            "idempotent" => (plain(), "idempotent", another),
            "replay" => (plain(), "idempotent", same),
            "audited write" => (audited(), "write", another),
            "audited idempotent" => (audited(), "idempotent", another),
            "before validation" => (plain().layer(Answering), "eight", eight),
            "after validation" => (plain().function_layer(Answering), "eight", eight),
            _ => return Err(format!("there is no subject `{name}`").into()),
        };
        let app = server.build()?;
        let caller = Caller::new("bench").with_scope("read:invoices")?;
        let app = (!tool.is_empty()).then_some(app);
        Ok(Self { app, tool, caller, arguments })
    }

    /// The call of this number. It succeeds, or the measurement is void.
    pub async fn call(&self, number: u64) -> Result<(), mcp_runtime::ToolError> {
        let arguments = (self.arguments)(number);
        let Some(app) = &self.app else {
            drop(std::hint::black_box(arguments));
            return Ok(());
        };
        let reply = app.request(self.tool, arguments).caller(self.caller.clone()).await?;
        drop(std::hint::black_box(reply));
        Ok(())
    }
}
