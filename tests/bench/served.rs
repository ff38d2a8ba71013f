//! What the servers over HTTP and stdio offer: one name, with more and more around it.

use std::time::Duration;

use mcp_runtime::{dependency, tool};

use crate::invoice::{Invoice, invoice};
use crate::tools::not_zero;

/// The ledger, as far as it can take.
#[dependency(breaker, concurrency = 64)]
struct Ledger;

/// Look up an invoice.
#[tool(name = "get_invoice", read_only, public)]
pub async fn none(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(
    name = "get_invoice",
    scope = "read:invoices",
    rate_limit = "1000000/1s per caller",
    timeout = "5s"
)]
pub async fn usual(
    #[arg(length(1..=32), pattern = r"^FV-\d{8}$")] number: String,
    #[arg(range(1..))] customer_id: u64,
    with_lines: bool,
) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice, under a rate by which a caller is remembered for six
/// minutes after one call.
#[tool(
    name = "get_invoice",
    scope = "read:invoices",
    rate_limit = "10/1h per caller",
    timeout = "5s"
)]
pub async fn seldom(
    #[arg(length(1..=32), pattern = r"^FV-\d{8}$")] number: String,
    #[arg(range(1..))] customer_id: u64,
    with_lines: bool,
) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice, once in a day.
#[tool(name = "get_invoice", read_only, public, cache_ttl = "1d")]
pub async fn kept(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(
    name = "get_invoice",
    scope = "read:invoices.where(customer_id = customer_id)",
    check = not_zero(customer_id),
    rate_limit = "1000000/1s per caller",
    cost = 1,
    timeout = "5s",
    dependency = Ledger,
    concurrency = 64,
    retry(attempts = 3, attempt_timeout = "1s"),
    cache_ttl = "1h",
    max_result = "64KB",
    heartbeat = "2s"
)]
pub async fn all(
    #[arg(length(1..=32), pattern = r"^FV-\d{8}$")] number: String,
    #[arg(range(1..))] customer_id: u64,
    with_lines: bool,
) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Issue an invoice, once.
#[tool(
    name = "get_invoice",
    scope = "write:invoices",
    rate_limit = "1000000/1s per caller",
    timeout = "5s",
    idempotent(key(number))
)]
pub async fn once(
    #[arg(length(1..=32), pattern = r"^FV-\d{8}$")] number: String,
    #[arg(range(1..))] customer_id: u64,
    with_lines: bool,
) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice, and take your time: what a running call holds is measured.
#[tool(name = "get_invoice", read_only, public, timeout = "10m")]
pub async fn slow(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    tokio::time::sleep(Duration::from_mins(5)).await;
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice under the usual policies, and take your time.
#[tool(
    name = "get_invoice",
    scope = "read:invoices",
    rate_limit = "1000000/1s per caller",
    timeout = "10m"
)]
pub async fn usual_slow(
    #[arg(length(1..=32), pattern = r"^FV-\d{8}$")] number: String,
    #[arg(range(1..))] customer_id: u64,
    with_lines: bool,
) -> Invoice {
    tokio::time::sleep(Duration::from_mins(5)).await;
    invoice(number, customer_id, with_lines)
}
