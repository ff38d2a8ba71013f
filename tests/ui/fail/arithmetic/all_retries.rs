use mcp_runtime::{dependency, tool, tools};

#[dependency]
struct Bank;

/// A second payment is a second payment.
#[tool(retry)]
async fn pay_invoice() {}

/// So is a second deletion.
#[tool(destructive, retry = 3)]
async fn delete_invoice() {}

/// Numbers that are none.
#[tool(read_only, retry = 1)]
async fn once() {}

#[tool(description = "Too often.", read_only, retry(attempts = 11))]
async fn often() {}

#[tool(description = "In quotes.", read_only, retry = "3")]
async fn quoted() {}

#[tool(description = "Without its key.", read_only, retry(3))]
async fn bare() {}

#[tool(description = "Misspelt.", read_only, retry(attemps = 3))]
async fn misspelt() {}

/// Attempts that don't fit.
#[tool(read_only, timeout = "10s", retry(attempts = 3, attempt_timeout = "5s"))]
async fn long() {}

/// Attempts that don't fit into what nobody wrote.
#[tool(idempotent(natural), retry(attempt_timeout = "3400ms", base = "200ms"))]
async fn unstated() {}

/// Attempts that don't fit into the time for other systems.
#[tool(read_only, dependency = Bank, retry(attempt_timeout = "10s"))]
async fn outside() {}

/// A pause that never happens.
#[tool(read_only, retry(base = "10s"))]
async fn pause() {}

/// One mistake at a time.
#[tool(raed_only, retry = 3)]
async fn one() {}

fn main() {
    drop((pay_invoice(), delete_invoice(), once(), often(), quoted(), bare(), misspelt()));
    drop((long(), unstated(), outside(), pause(), one()));
    let _ = tools![pay_invoice, long];
}
