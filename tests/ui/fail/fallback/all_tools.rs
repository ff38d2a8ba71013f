#![allow(deprecated)]

use mcp_runtime::{Caller, Context, ToolError, tool, tools};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Price(u64);

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Quote(u64);

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

struct Struct;

/// By number.
#[tool(read_only)]
async fn by_number(symbol: u64) -> Price {
    Price(symbol)
}

/// By more.
#[tool(read_only)]
async fn by_market(symbol: String, market: String) -> Price {
    Price((symbol + &market).len() as u64)
}

/// In another form.
#[tool(read_only)]
async fn quote(symbol: String) -> Result<Quote, ToolError> {
    Ok(Quote(symbol.len() as u64))
}

/// With an effect.
#[tool(idempotent(natural))]
async fn write(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

/// By a struct.
#[tool(read_only)]
async fn by_page(#[arg(flatten)] page: Page) -> Price {
    Price(page.number.into())
}

/// With a mistake of its own.
#[tool(read_only, tiemout = "5s")]
async fn broken(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

/// Not a tool.
#[tool(read_only, fallback = Struct)]
async fn to_struct(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

/// In quotes.
#[tool(read_only, fallback = "quote")]
async fn to_text(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

/// To itself.
#[tool(read_only, fallback = to_itself)]
async fn to_itself(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

/// An argument of another type.
#[tool(read_only, fallback = by_number)]
async fn price(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

/// An argument that isn't there.
#[tool(read_only, fallback = by_market)]
async fn price_anywhere(symbol: String, context: Context) -> Price {
    drop(context);
    Price(symbol.len() as u64)
}

/// An argument that is something else here.
#[tool(read_only, fallback = by_number)]
async fn price_of_caller(#[arg(rename = "number")] _number: u64, symbol: Caller) -> Price {
    drop(symbol);
    Price(1)
}

/// Another result.
#[tool(read_only, fallback = quote)]
async fn price_in_cents(symbol: String) -> Result<Price, ToolError> {
    Ok(Price(symbol.len() as u64))
}

/// An effect that this one says it doesn't have.
#[tool(read_only, fallback = write)]
async fn read(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

/// A whole input.
#[tool(read_only, fallback = by_page)]
async fn by_symbol(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

/// A mistake there is no mistake here.
#[tool(read_only, fallback = broken)]
async fn to_broken(symbol: String) -> Price {
    Price(symbol.len() as u64)
}

fn main() {
    let _ = tools![quote, to_broken];
    let text = String::new;
    drop((by_number(1), by_market(text(), text()), quote(text()), write(text())));
    drop((by_page(Page { number: 1 }), broken(text()), to_struct(text())));
    drop((to_text(text()), to_itself(text()), price(text()), price_in_cents(text())));
    drop((read(text()), by_symbol(text()), to_broken(text()), Struct));
    let _ = (price_anywhere, price_of_caller);
}
