#![allow(deprecated)]

use mcp_runtime::{Context, State, scopes, tool, tools};

scopes! {
    "read:invoices" => "Read invoices",
    "write:invoices" => "Change invoices",
    "read:a" => "Short",
}

/// Two scopes in one text.
#[tool(scope = "read:invoices write:invoices")]
async fn two() {}

#[tool(description = "A space too much.", scope = "read:invoices .where(id = id)")]
async fn space(id: u64) {}

/// No verb.
#[tool(scope = "invoices")]
async fn verb() {}

/// Nothing to read.
#[tool(scope = "read:")]
async fn resource() {}

/// A character that OAuth has no room for.
#[tool(scope = "read:\"invoices\"")]
async fn quotes() {}

/// Constraints without the word.
#[tool(scope = "read:invoices(customer_id = customer_id)")]
async fn word(customer_id: u64) {}

/// Never closed.
#[tool(scope = "read:invoices.where(customer_id = customer_id")]
async fn open(customer_id: u64) {}

/// No field.
#[tool(scope = "read:invoices.where()")]
async fn empty() {}

/// A value.
#[tool(scope = "read:invoices.where(customer_id = 17)")]
async fn value(customer_id: u64) {}

/// A field twice.
#[tool(scope = "read:invoices.where(id = a, id = b)")]
async fn field(a: u64, b: u64) {}

/// A scope twice.
#[tool(scope = ["read:invoices", "write:invoices", "read:invoices.where(id = id)"])]
async fn twice(id: u64) {}

/// No scope at all.
#[tool(scope = [])]
async fn none() {}

/// No text.
#[tool(scope = read)]
async fn shape() {}

/// Not an argument.
#[tool(scope = "read:invoices.where(customer_id = custmer_id)")]
async fn get_invoice(customer_id: u64) {}

/// Parts of other things.
#[tool(scope = "read:invoices.where(a = ledger, b = page, c = pin)")]
async fn bound(
    State(ledger): State<u8>,
    #[arg(flatten)] page: Page,
    #[arg(secret)] pin: String,
) {
}

/// Both of them.
#[tool(scope = "read:invoices", public)]
async fn both() {}

/// The other way round.
#[tool(public, scope = "read:invoices")]
async fn round() {}

/// Types that no grant can be compared with.
#[tool(scope = "read:invoices.where(tags = tags, context = context)")]
async fn types(tags: Vec<String>, context: Context) {
    drop((tags, context));
}

/// Nearly in the catalogue.
#[tool(scope = "read:invoice")]
async fn near() {}

/// Far from it.
#[tool(scope = ["write:invoices", "read:payments"])]
async fn far() {}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

/// Nothing is wrong with this one.
#[tool(scope = ["read:invoices.where(customer_id = customer_id)", "write:invoices"])]
async fn correct(customer_id: u64) {}

fn main() {
    let _ = tools![two, near, correct];
    drop((two(), space(1), verb(), resource(), quotes(), word(1), open(1), empty(), value(1)));
    drop((field(1, 2), twice(1), none(), shape(), get_invoice(1), both(), round(), near(), far()));
    drop((bound(State(1), Page { number: 1 }, String::new()), correct(1)));
    let _ = types;
}
