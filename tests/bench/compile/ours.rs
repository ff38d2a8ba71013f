use mcp_runtime::{Error, Server, tool, tools};

// For each tool:
/// Price an order of the kind INDEX.
#[tool(public)]
async fn price_INDEX(
    /// What is ordered.
    product: String,
    /// How many of it.
    count: u32,
) -> String {
    format!("{count} of {product}: {}", u64::from(count) * LITERAL)
}
// Until here.

#[tokio::main]
async fn main() -> Result<(), Error> {
    let tools = tools![
        // For each tool:
        price_INDEX,
        // Until here.
    ];
    Server::new("prices", "1.0.0").tools(tools).run().await
}
