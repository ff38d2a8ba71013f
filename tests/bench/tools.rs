//! One tool, with one policy at a time and with several.

use mcp_runtime::{Tools, dependency, tool, tools};

use crate::invoice::{Invoice, invoice};

/// Look up an invoice.
#[tool(read_only, public)]
async fn bare(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public)]
async fn rules(
    #[arg(length(1..=32), pattern = r"^FV-\d{8}$")] number: String,
    #[arg(range(1..))] customer_id: u64,
    with_lines: bool,
) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(scope = "read:invoices")]
async fn scope(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(scope = "read:invoices.where(customer_id = customer_id)")]
async fn rows(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, rate_limit = "1000000/1s per caller")]
async fn rate_limit(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, timeout = "5s")]
async fn timeout(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, retry = 3)]
async fn retry(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, retry(attempts = 3, attempt_timeout = "2s"))]
async fn attempt_timeout(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// The ledger.
#[dependency(breaker)]
struct Ledger;

/// The ledger as far as it can take.
#[dependency(breaker, concurrency = 64)]
struct Bounded;

/// Look up an invoice.
#[tool(read_only, public, dependency = Ledger)]
async fn breaker(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, concurrency = 64)]
async fn bulkhead(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, cost = 1)]
async fn cost(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, max_result = "64KB")]
async fn max_result(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, heartbeat = "5s")]
async fn heartbeat(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "a check gets references")]
pub fn not_zero(customer_id: &u64) -> Result<(), &'static str> {
    if *customer_id == 0 { Err("customer_id: no customer has this id") } else { Ok(()) }
}

/// Look up an invoice.
#[tool(read_only, public, check = not_zero(customer_id))]
async fn check(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(read_only, public, cache_ttl = "1h")]
async fn cache(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Issue an invoice.
#[tool(public)]
async fn write(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Issue an invoice, once.
#[tool(public, idempotent(key(number)))]
async fn idempotent(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// Look up an invoice.
#[tool(
    scope = "read:invoices",
    rate_limit = "1000000/1s per caller",
    timeout = "5s",
    retry = 3,
    dependency = Bounded,
    concurrency = 64
)]
async fn together(
    #[arg(length(1..=32), pattern = r"^FV-\d{8}$")] number: String,
    #[arg(range(1..))] customer_id: u64,
    with_lines: bool,
) -> Invoice {
    invoice(number, customer_id, with_lines)
}

/// An object of eight properties, each with rules.
#[tool(read_only, public)]
#[allow(clippy::too_many_arguments, reason = "it is what is measured")]
async fn eight(
    #[arg(length(1..=32), pattern = r"^FV-\d{8}$")] number: String,
    #[arg(range(1..))] customer_id: u64,
    #[arg(length(1..=64))] customer: String,
    #[arg(length(3..=3), pattern = "^[A-Z]{3}$")] currency: String,
    #[arg(range(0..=1_000_000_000))] net_cents: u64,
    #[arg(range(0.0..=1.0))] tax: f64,
    #[arg(items(..=10))] tags: Vec<String>,
    paid: Option<bool>,
) -> u64 {
    let text = number.len() + customer.len() + currency.len() + tags.len();
    text as u64 + customer_id + net_cents + u64::from(tax > 0.5) + u64::from(paid.is_some())
}

/// The tools whose policies are measured one by one.
pub fn each() -> Tools {
    tools![
        bare,
        rules,
        scope,
        rows,
        rate_limit,
        timeout,
        retry,
        attempt_timeout,
        breaker,
        bulkhead,
        cost,
        max_result,
        heartbeat,
        check,
        cache,
        write,
        idempotent,
        together,
        eight,
    ]
}

/// The tool without a policy, alone.
pub fn alone() -> Tools {
    tools![bare]
}

/// Tools of one kind, of these numbers; number 0 is the tool itself. Written out as the macro would,
/// since there are many.
pub fn many(numbers: std::ops::Range<usize>) -> Tools {
    use mcp_runtime::private::{
        Param, ParamDef, PlainOutput as _, ToolDef, argument, output, respond,
    };

    const NUMBER: Param<String> = argument::<String>("number");
    const CUSTOMER: Param<u64> = argument::<u64>("customer_id");
    const LINES: Param<bool> = argument::<bool>("with_lines");
    const PARAMS: &[ParamDef] = &[NUMBER.def(), CUSTOMER.def(), LINES.def()];

    let named = |name: String| -> &'static ToolDef {
        let name = String::leak(name);
        Box::leak(Box::new(
            ToolDef::new(
                name,
                "Look up an invoice.",
                PARAMS,
                |generator| output::<Invoice>().codec().schema(generator),
                |call| {
                    let number = NUMBER.take(call)?;
                    let customer_id = CUSTOMER.take(call)?;
                    let with_lines = LINES.take(call)?;
                    respond(
                        async move { invoice(number, customer_id, with_lines) },
                        output::<Invoice>().codec().reply(),
                    )
                },
            )
            .public()
            .read_only(),
        ))
    };
    let name = |number| match number {
        0 => "get_invoice".to_owned(),
        _ => format!("get_invoice_{number:04}"),
    };
    let all: Vec<(usize, &'static ToolDef)> =
        numbers.map(|number| named(name(number))).enumerate().collect();
    Tools::new(&all)
}
