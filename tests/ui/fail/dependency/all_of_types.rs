#![allow(deprecated)]

use mcp_runtime::{dependency, tool, tools};

#[dependency]
struct Bank;

struct Mail;

/// Types that nothing is known about.
#[tool(dependency = Mail)]
async fn one() {}

/// The same among others.
#[tool(dependency = [Bank, crate::Mail])]
async fn several() {}

/// The same twice.
#[tool(dependency = [Bank, Bank])]
async fn twice() {}

/// In quotes.
#[tool(dependency = "Bank")]
async fn quoted() {}

/// No type.
#[tool(dependency = [])]
async fn none() {}

#[dependency(concurency = 16)]
struct Misspelt;

#[dependency(queue(depth = 64))]
struct Queue;

#[dependency(breaker(failures = 0, ratio = 50, open = "2m"))]
struct Breaker;

#[dependency(breaker(ratio = 1.5, slow = 2))]
struct Ratio;

#[dependency(breaker = 5)]
struct BreakerValue;

#[dependency(retry_budget = 0.1)]
struct Number;

#[dependency(retry_budget = "0.1")]
struct Share;

#[dependency(retry_budget = "110%", name = "the bank")]
struct More;

#[dependency]
struct Generic<T>(T);

#[dependency]
fn function() {}

/// A mistake there is no mistake here.
#[tool(dependency = [Misspelt, Queue, Breaker, Share])]
async fn depends() {}

fn main() {
    drop((one(), several(), twice(), quoted(), none(), depends()));
    drop((Generic(1), function(), Ratio, BreakerValue, Number, More));
    let _ = tools![twice, depends];
}
