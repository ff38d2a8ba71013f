//! How long a thousand calls take on each way in, one after the other, with every policy at work:
//!
//! ```sh
//! cargo run -p mcp-testkit --example speed
//! cargo run -p mcp-testkit --example speed --release
//! ```

use mcp_runtime::{tool, tools};
use mcp_testkit::{Mode, TestServer, caller};
use serde_json::json;
use tokio::time::Instant;

const CALLS: u32 = 1_000;

/// Look up the price of a thing.
#[tool(
    scope = "read:prices.where(shop = shop)",
    timeout = "5s",
    rate_limit = "1000000/1s per caller",
    cost = 1,
    concurrency = 64,
    retry,
    cache_ttl = "1m",
    max_result = "64KB"
)]
async fn price(
    /// The shop's number.
    #[arg(range(1..))]
    shop: u32,
    /// What is sold there, and its number, such as `lamp-17`.
    #[arg(length(1..=40), pattern = "^[a-z]+-[0-9]+$")]
    thing: String,
) -> String {
    format!("{thing} in {shop}")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let optimised = if cfg!(debug_assertions) { "without" } else { "with" };
    println!("{CALLS} calls, {optimised} optimisation:");
    for mode in Mode::ALL {
        let server = TestServer::new(tools![price]).mode(mode);
        let anna = server.as_caller(caller("anna").scope("read:prices.where(shop=7)"));
        anna.listed().await;
        let begun = Instant::now();
        for number in 0..CALLS {
            // Another thing each time, so that no call is answered by the cache.
            let thing = format!("thing-{number}");
            anna.call("price", json!({ "shop": 7, "thing": thing })).await.ok();
        }
        let took = begun.elapsed();
        println!("{:>11}: {took:>8.1?}, {:>7.1?} each", mode.to_string(), took / CALLS);
    }
}
