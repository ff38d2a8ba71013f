use rmcp::{ServiceExt, handler::server::wrapper::Parameters, tool, tool_router, transport::stdio};
use schemars::JsonSchema;
use serde::Deserialize;

// For each tool:
#[derive(Deserialize, JsonSchema)]
struct OrderINDEX {
    /// What is ordered.
    product: String,
    /// How many of it.
    count: u32,
}
// Until here.

struct Prices;

#[tool_router(server_handler)]
impl Prices {
    // For each tool:
    /// Price an order of the kind INDEX.
    #[tool]
    async fn price_INDEX(
        &self,
        Parameters(OrderINDEX { product, count }): Parameters<OrderINDEX>,
    ) -> String {
        format!("{count} of {product}: {}", u64::from(count) * LITERAL)
    }
    // Until here.
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    Prices.serve(stdio()).await?.waiting().await?;
    Ok(())
}
