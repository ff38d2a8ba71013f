//! What many callers, many results and many records do to a server, in process. Figures are printed
//! as lines of JSON.

mod callers;
mod records;
mod results;

use std::time::{Duration, Instant};

use mcp_runtime::{App, Caller, ToolError};
use serde_json::{Value, json};

pub use callers::callers;
pub use records::records;
pub use results::results;

/// How many calls are made ready and then timed together.
const BATCH: u64 = 1_000;

/// One call, ready to be made.
struct Ready {
    caller: Caller,
    arguments: Value,
}

fn arguments(number: u64) -> Value {
    json!({ "number": format!("FV-{number:08}"), "customer_id": 4711, "with_lines": true })
}

/// Makes calls of these numbers, one after the other: what one of them takes, in nanoseconds.
/// Making them ready is not counted.
#[allow(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2⁵³")]
async fn calls(
    app: &App,
    tool: &str,
    numbers: std::ops::Range<u64>,
    ready: impl Fn(u64) -> Ready,
) -> Result<f64, ToolError> {
    let mut taken = Duration::ZERO;
    let count = (numbers.end - numbers.start) as f64;
    let mut next = numbers.start;
    while next < numbers.end {
        let end = numbers.end.min(next + BATCH);
        let batch: Vec<Ready> = (next..end).map(&ready).collect();
        let begun = Instant::now();
        for Ready { caller, arguments } in batch {
            let reply = app.request(tool, arguments).caller(caller).await?;
            drop(std::hint::black_box(reply));
        }
        taken += begun.elapsed();
        next = end;
    }
    Ok(taken.as_secs_f64() * 1e9 / count)
}

/// The resident memory of this process in KB, where the system tells it.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
