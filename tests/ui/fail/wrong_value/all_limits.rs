use mcp_runtime::{tool, tools};

/// Numbers of calls that are none.
#[tool(concurrency = 0)]
async fn none() {}

#[tool(description = "Too many.", concurrency = 100_000)]
async fn many() {}

#[tool(description = "In the wrong place.", concurrency(16))]
async fn call() {}

#[tool(description = "Adaptive to what?", concurrency = adaptive)]
async fn adaptive() {}

#[tool(description = "Adaptive from what?", concurrency = adaptive(min = 1, max = 2))]
async fn adaptive_from() {}

#[tool(description = "Unlimited.", concurrency = unlimited)]
async fn unlimited() {}

/// A queue before nothing.
#[tool(queue(depth = 64))]
async fn queue() {}

/// A queue for longer than the call.
#[tool(concurrency = 1, timeout = "1s", queue(wait = "1s"))]
async fn long_queue() {}

#[tool(description = "A queue of nobody.", concurrency = 1, queue(depth = 0, length = 2))]
async fn empty_queue() {}

/// Rates in other words.
#[tool(rate_limit = "60 per minute")]
async fn words() {}

#[tool(description = "No period.", rate_limit = "10/s")]
async fn period() {}

#[tool(description = "No quotes.", rate_limit = 60)]
async fn number() {}

#[tool(description = "Several.", rate_limit = ["60/1m per user", "60/1m burst 0", "0/1m", "1/1m a"])]
async fn several() {}

#[tool(description = "No rate.", rate_limit = [])]
async fn no_rate() {}

/// Costs that are none.
#[tool(cost = 0)]
async fn free() {}

#[tool(description = "Gains.", cost = -0.5)]
async fn gains() {}

/// Sizes in other words.
#[tool(max_result = "64 kb")]
async fn size() {}

#[tool(description = "No unit.", max_result = "65536")]
async fn unit() {}

#[tool(description = "No quotes.", max_result = 65536)]
async fn bytes() {}

#[tool(description = "Too large.", max_result = "2048MB")]
async fn large() {}

/// News too late.
#[tool(heartbeat = "10s")]
async fn late() {}

/// News too often.
#[tool(heartbeat = "10ms")]
async fn hasty() {}

/// Not quite blocking.
#[tool(blocking = false)]
async fn not_blocking() {}

fn main() {
    drop((none(), many(), call(), adaptive(), adaptive_from(), unlimited(), queue(), long_queue()));
    drop((empty_queue(), words(), period(), number(), several(), no_rate(), free(), gains()));
    drop((size(), unit(), bytes(), large(), late(), hasty(), not_blocking()));
    let _ = tools![none, words, size];
}
