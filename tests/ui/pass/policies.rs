//! Every policy in every shape, and fallbacks between tools that differ where they may.

use mcp_runtime::{
    Arguments, Caller, Context, Dependency, State, ToolError, dependency, tool, tools,
};

#[dependency(
    name = "exchange",
    concurrency = adaptive(max = 64),
    queue(depth = 10, wait = "500ms"),
    breaker(failures = 5, ratio = 0.5, slow = "2s", open = "5s"),
    retry_budget = "12.5%"
)]
pub(crate) enum Exchange {}

#[dependency(concurrency = 16, breaker)]
#[derive(Clone)]
struct Bank {
    rows: Vec<u8>,
}

mod other {
    #[mcp_runtime::dependency]
    pub(crate) union Mail {
        _a: u8,
    }
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Price(u64);

type Answer<T> = Result<T, ToolError>;

fn upper_case(_: &mut Arguments) {}

/// With all of them.
#[tool(
    read_only,
    timeout = "20s",
    retry(attempts = 3, attempt_timeout = "5s", base = "100ms"),
    dependency = [Exchange, Bank, other::Mail],
    concurrency = 16,
    queue(depth = 64, wait = "1s"),
    rate_limit = ["60/1m per caller burst 10", "1000/1m per tool", "9/1s per global"],
    cost = 0.02,
    cache_ttl = static,
    cache(shared, normalize = upper_case),
    stale_while_revalidate = "30s",
    stale_if_error = "10m",
    fallback = web::closing_price,
    blocking,
    heartbeat = "5s",
    max_result = "64KB"
)]
async fn price(symbol: String, limit: Option<u8>, State(bank): State<Bank>) -> Answer<Price> {
    let _ = limit;
    Ok(Price((symbol.len() + bank.rows.len()) as u64))
}

mod web {
    use super::{Caller, Context, Price, tool};

    /// With fewer arguments, other names for them, extractors of its own and no error; here, too,
    /// the types are more private than the function.
    #[tool(read_only, cache_ttl = semi_dynamic, cache(normalize = super::upper_case))]
    pub async fn closing_price(
        #[arg(rename = "symbol")] text: std::string::String,
        caller: Caller,
        context: Context,
    ) -> Price {
        drop((caller, context));
        Price(text.len() as u64)
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

/// With the same whole input under another name, after a repeat that is harmless.
#[tool(idempotent(natural), retry, cost = 1, concurrency = adaptive(max = 1), fallback = last_page)]
async fn page(#[arg(flatten)] page: Page) {
    let _ = page.number;
}

/// With nothing but the input.
#[tool(read_only, cache_ttl = realtime, rate_limit = "1/1s")]
async fn last_page(#[arg(flatten)] all: Page) -> Result<(), ToolError> {
    let _ = all.number;
    Ok(())
}

/// One name for an argument and an extractor.
#[tool(fallback = page)]
async fn mixed(#[arg(flatten)] all: Page, caller: Caller) {
    drop((all.number, caller));
}

fn is_dependency<D: Dependency>() {}

fn main() {
    let _ = tools![price, web::closing_price, page, last_page, mixed];
    is_dependency::<Exchange>();
    is_dependency::<Bank>();
}
