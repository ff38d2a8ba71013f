//! The tools: what a model can ask the [`Market`].
//!
//! The attributes say what happens to a call when exchanges fail, and the functions don't mention
//! it. From the inside out: [`Market::quote`] goes on to another exchange; where all of them fail,
//! the call is tried again; where they go on failing they are left alone, and the last known price
//! is served with a mark, or else the closing price.
//!
//! Nobody needs a key unless the operator sets `auth.keys`. Then prices need `read:quotes`, and the
//! last close is there for every caller.

#![allow(
    clippy::missing_errors_doc,
    reason = "the docs are written for models; what can go wrong stands at `MarketError`"
)]

use mcp_runtime::{Arguments, Context, Partial, State, ToolError, Tools, dependency, tool, tools};
use serde_json::Value;

use crate::listing::Symbol;
use crate::market::{self, Market, MarketError, Quote};

/// All of them, as the server and its tests take them.
pub fn all() -> Tools {
    tools![price, prices, closing_price]
}

/// The exchanges as a whole: what the tools that need them share.
#[dependency(
    name = "exchange",
    concurrency = 64,
    queue(depth = 128, wait = "500ms"),
    breaker(failures = 5, slow = "2s", open = "1s"),
    retry_budget = "10%"
)]
#[derive(Debug)]
pub struct Exchange;

/// Get the present price of one share.
///
/// Use it for what a share costs now; for several at once, use `prices`. The price is in US
/// cents, and `at` says from when it is: seconds ago in general, minutes ago or the last closing
/// price (`source` is `closing`) when the exchanges fail. Say so when you pass on such a price.
#[tool(
    scope = "read:quotes",
    open_world,
    timeout = "3s",
    dependency = Exchange,
    retry(attempts = 3, attempt_timeout = "800ms", base = "100ms"),
    concurrency = 32,
    queue(depth = 64, wait = "500ms"),
    rate_limit = "1200/1m per caller burst 200",
    cache_ttl = realtime,
    stale_while_revalidate = "1s",
    stale_if_error = "10m",
    cache(shared, normalize = one_spelling),
    fallback = closing_price
)]
pub async fn price(
    /// Symbol of the share: one to five letters.
    #[arg(example = "AAPL")]
    symbol: Symbol,
    State(market): State<Market>,
) -> Result<Quote, MarketError> {
    market.quote(&symbol).await
}

/// `aapl ` and `AAPL` are one entry of the cache.
fn one_spelling(arguments: &mut Arguments) {
    if let Some(Value::String(symbol)) = arguments.get_mut("symbol") {
        *symbol = Symbol::spelling(symbol);
    }
}

/// Get the present prices of up to 20 shares, as many as can be had.
///
/// Prices are in US cents. The answer begins with how many of them are there; `missing` names the
/// others, each with a reason. Ask again for those that are `retryable`, or take their
/// `closing_price`.
#[tool(
    scope = "read:quotes",
    open_world,
    timeout = "3s",
    dependency = Exchange,
    rate_limit = "120/1m per caller burst 20"
)]
pub async fn prices(
    /// Symbols of the shares.
    #[arg(items(1..=20), example = ["AAPL", "MSFT"])]
    symbols: Vec<Symbol>,
    State(market): State<Market>,
    ctx: Context,
) -> Result<Partial<Quote>, ToolError> {
    let market = &market;
    Partial::collect_until(ctx.deadline(), symbols, 8, |symbol| async move {
        market.quote(&symbol).await
    })
    .await
    .into_result()
}

/// Get the price of one share as the market last closed.
///
/// Use it for a reference value, or when no present price can be had. The price is in US cents;
/// `at` is the time of the close. It is known at all times, except for a share that was not traded
/// before today.
#[tool(read_only, public, timeout = "1s")]
pub async fn closing_price(
    /// Symbol of the share: one to five letters.
    #[arg(example = "AAPL")]
    symbol: Symbol,
) -> Result<Quote, MarketError> {
    market::closing_price(symbol)
}
