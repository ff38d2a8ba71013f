use schemars::JsonSchema;
use serde::Deserialize;
use tower_mcp::{BoxError, CallToolResult, Error, McpRouter, StdioTransport, tool_fn};

// For each tool:
#[derive(Deserialize, JsonSchema)]
struct OrderINDEX {
    /// What is ordered.
    product: String,
    /// How many of it.
    count: u32,
}

#[tool_fn(name = "price_INDEX", description = "Price an order of the kind INDEX.")]
async fn price_INDEX(order: OrderINDEX) -> Result<CallToolResult, Error> {
    let OrderINDEX { product, count } = order;
    let text = format!("{count} of {product}: {}", u64::from(count) * LITERAL);
    Ok(CallToolResult::text(text))
}
// Until here.

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let router = McpRouter::new()
        .server_info("prices", "1.0.0")
        // For each tool:
        .tool(price_INDEX_tool())
        // Until here.
        ;
    StdioTransport::new(router).run().await?;
    Ok(())
}
