//! The guide's table of layers, and the pipelines of real tools.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

use std::collections::BTreeSet;

use mcp_runtime::{Code, State, ToolError, dependency, tool, tools};
use mcp_testkit::{Fault, Faults, TestServer, assert_pipeline};
use tower::layer::util::Identity;

const GUIDE: &str = include_str!("../../docs/guide/08-policies.md");

#[dependency(concurrency = 4, breaker)]
struct Bank;

#[derive(Clone)]
struct Accounts;

/// Look a balance up.
#[tool(
    scope = "read:balances.where(customer = customer)",
    dependency = Bank,
    retry(attempts = 2, attempt_timeout = "1s"),
    cache_ttl = "1m",
    rate_limit = "60/1m",
    cost = 1.0,
    max_result = "1KB",
    heartbeat = "1s",
    fallback = last_balance
)]
async fn balance(
    customer: u32,
    #[arg(secret)] pin: String,
    State(_accounts): State<Accounts>,
) -> Result<u32, ToolError> {
    let _ = pin;
    Err(ToolError::new(Code::BackendUnavailable, format!("nobody knows {customer}")))
}

/// Look up the last balance that is known.
#[tool(read_only)]
async fn last_balance(customer: u32) -> u32 {
    customer
}

/// Whether the account is open.
async fn open(customer: &u32) -> Result<(), ToolError> {
    let _ = customer;
    Ok(())
}

/// Close an account.
#[tool(destructive, idempotent, check = open, blocking)]
async fn close(customer: u32) -> u32 {
    customer
}

/// The names in the guide's table, in its order.
fn documented() -> Vec<&'static str> {
    let (_, order) = GUIDE.split_once("## The order").unwrap();
    let (order, _) = order.split_once("\n## ").unwrap();
    let names = order.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").nth(1));
    names.filter_map(|name| name.strip_prefix('`')?.strip_suffix('`')).collect()
}

#[test]
fn the_guide_names_every_layer_in_its_order() {
    let documented = documented();
    let server = TestServer::new(tools![balance, close])
        .state(Accounts)
        .configure(|server| server.layer(Identity::new()));
    let mut found = BTreeSet::new();
    for tool in server.list() {
        let mut rest = documented.iter();
        for layer in tool.pipeline() {
            // The one that has two places: before a fallback, where there is one.
            assert!(rest.any(|name| name == layer), "{layer} of {:?}", tool.pipeline());
            found.insert(*layer);
        }
    }
    assert_eq!(found, documented.iter().copied().collect(), "no name is of nothing");
    assert_eq!(found.len(), documented.len(), "no name is of two");
}

#[test]
fn each_layer_is_where_it_should_be() {
    assert_pipeline!(
        balance,
        [
            "trace",
            "redact",
            "refusals",
            "loop_guard",
            "contain",
            "cancel",
            "timeout",
            "scope",
            "heartbeat",
            "rate_limit",
            "validation",
            "rows",
            "journal",
            "budget",
            "fallback",
            "cache",
            "admission",
            "result_limit",
            "retry",
            "breaker",
            "attempt_timeout",
        ]
    );
    assert_pipeline!(
        close,
        [
            "trace",
            "refusals",
            "loop_guard",
            "contain",
            "cancel",
            "timeout",
            "validation",
            "journal",
            "check",
            "confirm",
            "start",
            "blocking",
        ]
    );
}

#[test]
fn what_the_kit_adds_is_shown_too() {
    let faults = Faults::seeded(1).tool("last_balance", Fault::hang());
    let server = TestServer::new(tools![last_balance]).faults(&faults);
    assert_pipeline!(
        server,
        "last_balance",
        [
            "trace",
            "refusals",
            "loop_guard",
            "contain",
            "cancel",
            "timeout",
            "validation",
            "journal",
            "function_layer",
        ]
    );
}
