//! Every key of every attribute.

use alloc::collections::BTreeMap;
use core::future::ready;

use sdk::{Arguments, Context, Granted, State, ToolError, Tools, dependency, tool, tools};
use serde::Deserialize;

use crate::errors::Failure;

/// What prices come from.
#[dependency(
    crate = sdk,
    name = "exchange",
    concurrency = adaptive(max = 64),
    queue(depth = 64, wait = "1s"),
    breaker(failures = 5, ratio = 0.5, slow = "2s", open = "5s"),
    retry_budget = "10%"
)]
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Exchange;

/// What payments go to.
#[dependency(crate = sdk, breaker)]
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Bank;

/// A page of results.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Page {
    /// From 0.
    pub number: u32,
}

/// The rows of one customer.
#[derive(Debug, Clone, Copy, Deserialize)]
#[non_exhaustive]
pub struct Mine {
    /// Whose they are.
    pub customer_id: u64,
}

/// The price of a share, as the exchange has it now.
#[tool(
    crate = sdk,
    name = "prices.now",
    title = "Price",
    version = "2",
    read_only,
    idempotent,
    open_world,
    public,
    timeout = "20s",
    retry(attempts = 3, attempt_timeout = "5s", base = "100ms"),
    dependency = [Exchange, Bank],
    concurrency = 16,
    queue(depth = 64, wait = "1s"),
    rate_limit = ["60/1m per caller burst 10", "1000/1m per tool", "9/1s per global"],
    cost = 0.02,
    cache_ttl = realtime,
    cache(shared, normalize = upper_case),
    stale_while_revalidate = "30s",
    stale_if_error = "10m",
    fallback = closing_price,
    heartbeat = "5s",
    max_result = "64KB",
    icons = ["data:,"],
    meta = BTreeMap::from([("team", "billing")]),
)]
pub async fn price(
    /// The symbol, such as `AAPL`.
    #[arg(length(1..=5), pattern = "^[A-Z]+$", header = "Symbol")]
    symbol: String,
) -> Result<u64, Failure> {
    pause().await;
    if symbol.is_empty() { Err(Failure::Closed) } else { Ok(1) }
}

/// The price of a share when the exchange last closed.
#[tool(crate = sdk, public, read_only, concurrency = adaptive(max = 8), retry, blocking)]
pub async fn closing_price(
    /// The symbol, such as `AAPL`.
    symbol: String,
) -> u64 {
    pause().await;
    u64::from(symbol.is_empty())
}

/// Pay an invoice.
#[tool(
    crate = sdk,
    scope = "write:payments.where(customer_id = customer)",
    check = [small(cents), open(number, bank)],
    idempotent(
        key(number),
        ttl = "48h",
        required,
        in_flight = "reject",
        reconcile = find(number, bank),
    ),
    audit(result = "redacted", retention = "365d"),
)]
pub async fn pay(
    /// Whose invoice it is.
    #[arg(rename = "customerId", example = 1020)]
    customer: u64,
    /// The invoice.
    #[arg(audit = "plain", format = "uuid")]
    number: String,
    #[arg(description = "How much.", default = 1, range(1..=1_000_000))] cents: u64,
    /// The customer's own.
    #[arg(secret, check = hard)]
    pin: String,
    State(bank): State<Bank>,
    context: Context,
) -> Result<String, ToolError> {
    pause().await;
    drop((customer, cents, pin, bank));
    if context.remaining().is_zero() {
        return Err(ToolError::new("late", "there is no time left"));
    }
    Ok(number)
}

/// Move money between accounts of one database.
#[tool(crate = sdk, scope = "write:payments", idempotent(key(..), ttl = "5m", transaction))]
pub async fn transfer(
    /// How much.
    cents: u64,
    context: Context,
) -> u64 {
    pause().await;
    drop(context);
    cents
}

/// List the invoices that you may see.
#[tool(
    crate = sdk,
    scope = ["read:invoices.where(customer_id)", "read:reports"],
    retry = 2,
    cache_ttl = "30s",
)]
pub async fn list(#[arg(flatten, check = counted)] page: Page, granted: Granted<Mine>) -> Vec<u64> {
    pause().await;
    let mut all = vec![u64::from(page.number)];
    all.retain(|id| granted.allows(|mine| mine.customer_id == *id));
    all
}

/// Not what models read.
#[tool(
    crate = sdk,
    description = "Delete invoices for good.",
    scope = "delete:invoices",
    destructive,
    idempotent(natural),
    confirm = "never"
)]
pub async fn delete(
    /// Their numbers.
    #[arg(items(1..=10))]
    numbers: Vec<String>,
) {
    pause().await;
    drop(numbers);
}

/// "AAPL" and "aapl" are the same question.
fn upper_case(arguments: &mut Arguments) {
    if let Some(symbol) = arguments.get_mut("symbol") {
        let text = symbol.as_str().unwrap_or_default().to_uppercase();
        *symbol = text.into();
    }
}

/// Not too much at once.
const fn small(cents: &u64) -> Result<(), &'static str> {
    if *cents < 1_000 { Ok(()) } else { Err("is too much at once") }
}

/// Not paid yet.
async fn open(number: &str, bank: &Bank) -> Result<(), Failure> {
    pause().await;
    let _: (&str, &Bank) = (number, bank);
    Ok(())
}

/// The payment, if it was made.
async fn find(number: &str, bank: &Bank) -> Result<Option<String>, ToolError> {
    pause().await;
    let _: (&str, &Bank) = (number, bank);
    Ok(None)
}

/// Not to be guessed.
fn hard(pin: &str) -> Result<(), &'static str> {
    if pin == "0000" { Err("must not be 0000") } else { Ok(()) }
}

/// From 1.
const fn counted(page: &Page) -> Result<(), &'static str> {
    if page.number == 0 { Err("is zero") } else { Ok(()) }
}

/// Something that waits.
async fn pause() {
    ready(()).await;
}

/// All of them.
#[must_use]
#[inline]
pub fn all() -> Tools {
    tools![price, closing_price, pay, transfer, list, delete]
}
