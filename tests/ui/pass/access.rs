//! Every way to say who may call a tool, and every check.

use std::borrow::Cow;

use mcp_runtime::{Context, Granted, Scalar, State, ToolError, scopes, tool, tools};

scopes! {
    "read:invoices" => "Read invoices",
    "write:invoices" => "Change invoices",
    "delete:invoices" => "Delete invoices",
    "admin:invoices" => "Everything about invoices" implies ["read:invoices", "write:invoices"],
    "read:reports/yearly.v2:final" => "Read the final reports",
}

#[derive(Clone)]
struct Ledger {
    rows: Vec<u64>,
}

#[derive(Clone, serde::Deserialize, schemars::JsonSchema)]
struct CustomerId(u64);

impl Scalar for CustomerId {}

#[derive(serde::Deserialize)]
struct Mine {
    customer_id: u64,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

/// As the announcement has it.
#[tool(scope = "read:invoices", cache_ttl = "30s", timeout = "10s", idempotent)]
async fn count_invoices() -> u64 {
    0
}

/// Of one customer; the argument has another name on the wire.
#[tool(scope = "read:invoices.where(customer_id = customer, region = region)", retry)]
async fn get_invoice(
    #[arg(rename = "customerId")] customer: CustomerId,
    region: Option<String>,
    #[cfg(target_pointer_width = "16")] other: Missing,
) -> Option<u64> {
    let _ = region;
    Some(customer.0)
}

/// Of the caller's own.
#[tool(scope = "read:invoices.where(customer_id)")]
async fn list_invoices(granted: Granted<Mine>) -> Vec<u64> {
    granted.rows().iter().flat_map(|rows| rows.iter()).map(|row| row.customer_id).collect()
}

/// One field is compared, the other left to the function.
#[tool(scope = ["read:reports/yearly.v2:final", "admin:invoices.where(year, customer_id = id)"])]
async fn reports(id: u64, granted: Granted<Mine>) -> bool {
    granted.allows(|row| row.customer_id == id)
}

/// For everyone.
#[tool(public, read_only)]
async fn greet() -> &'static str {
    "hello"
}

/// Nobody is asked.
#[tool(scope = "delete:invoices", destructive, confirm = "never")]
async fn forget(
    id: u64,
    #[arg(secret, length(4..=8), check = not_trivial)] pin: String,
) -> String {
    drop(id);
    pin
}

fn not_trivial(pin: &str) -> Result<(), &'static str> {
    if pin == "0000" { Err("must not be 0000") } else { Ok(()) }
}

fn in_order(from: &u32, to: &u32) -> Result<(), String> {
    if from <= to { Ok(()) } else { Err(format!("`from` is {}", to)) }
}

mod rules {
    use std::borrow::Cow;

    pub(crate) async fn known(
        ledger: &super::Ledger,
        from: &u32,
    ) -> Result<(), mcp_runtime::ToolError> {
        tokio::task::yield_now().await;
        if ledger.rows.contains(&u64::from(*from)) {
            return Ok(());
        }
        Err(mcp_runtime::ToolError::new("not_found", "there is no such row"))
    }

    pub(crate) fn short(text: &Option<String>) -> Result<(), Cow<'static, str>> {
        match text {
            Some(text) if text.len() > 100 => Err(Cow::Borrowed("is too long")),
            _ => Ok(()),
        }
    }

    pub(crate) fn of_page(page: &super::Page) -> Result<(), &'static str> {
        if page.number > 0 { Ok(()) } else { Err("pages are counted from 1") }
    }

    pub(crate) fn generic<T: PartialOrd>(a: &T, b: &T) -> Result<(), &'static str> {
        if a < b { Ok(()) } else { Err("must rise") }
    }
}

/// With all kinds of checks.
#[tool(
    read_only,
    public,
    check = [in_order(from, to), rules::known(ledger, from), rules::generic::<u32>(from, to), fresh(ctx, to), borrows(note)]
)]
async fn checked(
    from: u32,
    to: u32,
    #[arg(check = rules::short)] note: Option<String>,
    ctx: Context,
    State(mut ledger): State<Ledger>,
) -> u64 {
    drop((from, to, note, ctx));
    ledger.rows.push(1);
    ledger.rows[0]
}

fn fresh(_: &Context, _: &u32) -> impl Future<Output = Result<(), ToolError>> + Send {
    std::future::ready(Ok(()))
}

async fn borrows(note: &Option<String>) -> Result<(), &'static str> {
    tokio::task::yield_now().await;
    if note.as_deref() == Some("") { Err("must not be empty") } else { Ok(()) }
}

/// All arguments, in their order.
#[tool(public, check = in_order)]
async fn between(from: u32, State(_): State<Ledger>, to: u32) -> u32 {
    to - from
}

/// The struct as a whole.
#[tool(public, read_only)]
async fn paged(#[arg(flatten, check = rules::of_page)] page: Page) -> u32 {
    page.number
}

/// In a module, with the catalogue of the root.
mod inner {
    pub(crate) mod deeper {
        /// Nothing.
        #[mcp_runtime::tool(scope = "read:invoices")]
        pub(crate) async fn nothing() {}
    }
}

fn main() {
    /// In a function.
    #[tool(scope = "write:invoices", idempotent(natural))]
    async fn local() {}

    let _: Cow<'_, str> = "".into();
    let _ = tools![
        count_invoices, get_invoice, list_invoices, reports, greet, forget, checked, between,
        paged, inner::deeper::nothing, local
    ];
    drop(in_order(&1, &2));
}
