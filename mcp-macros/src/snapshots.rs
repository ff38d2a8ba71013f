//! Expansions as a reader would see them. `cargo insta review` shows what changed.

use std::str::FromStr as _;

use proc_macro2::TokenStream;

use crate::stages::{
    expand_catalogue, expand_dependency, expand_error_type, expand_tool, expand_tool_list,
};

pub(crate) fn tokens(text: &str) -> TokenStream {
    TokenStream::from_str(text).unwrap_or_default()
}

/// Formats items; what isn't one stays a line of tokens.
pub(crate) fn pretty(expansion: &TokenStream) -> String {
    match syn::parse2(expansion.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => expansion.to_string(),
    }
}

#[test]
fn tool() {
    let expansion = expand_tool(
        tokens(r#"read_only, timeout = "5s", title = "Fetch""#),
        &tokens(
            r#"
            /// Fetch one invoice.
            #[cfg(unix)]
            pub async fn get_invoice(
                /// Number as printed.
                #[arg(pattern = "^FV", header = "Number")]
                number: String,
                #[cfg(feature = "x")] year: u16,
                #[arg(default = 20, range(1..=100))] limit: u8,
                State(ledger): State<Ledger>,
            ) -> Result<Invoice, LedgerError> {
                ledger.find(number, limit).await
            }
            "#,
        ),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn tool_without_anything() {
    let expansion = expand_tool(tokens("crate = rt"), &tokens("/// Wait.\nasync fn wait() {}"));
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn tool_with_mistakes() {
    let expansion = expand_tool(
        tokens(r#"timeout = "5 sec", colour = "red""#),
        &tokens("/// Wait.\n#[inline] pub async fn wait(#[arg(rename = \"\")] time: u8) { body }"),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn tool_with_policies() {
    let expansion = expand_tool(
        tokens(
            r#"
            read_only,
            timeout = "20s",
            retry(attempts = 3, attempt_timeout = "5s", base = "200ms"),
            dependency = [Exchange, bank::Bank],
            concurrency = 16,
            queue(depth = 64),
            rate_limit = ["60/1m per caller burst 10", "9/1s per global"],
            cost = 0.02,
            cache_ttl = static,
            cache(shared, normalize = keys::upper_case),
            stale_while_revalidate = "30s",
            stale_if_error = "10m",
            fallback = web::closing_price,
            blocking,
            heartbeat = "5s",
            max_result = "64KB",
            "#,
        ),
        &tokens(
            r"
            /// The price of a share.
            pub async fn price(symbol: String, #[cfg(unix)] at: Option<Time>) -> Result<Price, E> {}
            ",
        ),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn tool_with_scopes_and_checks() {
    let expansion = expand_tool(
        tokens(
            r#"
            scope = ["read:invoices.where(customer_id = customer, year)", "read:reports"],
            check = [in_order, rules::known(number, ledger)],
            "#,
        ),
        &tokens(
            r#"
            /// Fetch one invoice.
            pub async fn get_invoice(
                #[arg(rename = "customerId")] customer: u64,
                #[cfg(unix)] number: String,
                #[arg(secret, check = not_trivial)] pin: String,
                State(mut ledger): State<Ledger>,
                granted: Granted<Mine>,
            ) {}
            "#,
        ),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn tool_with_records() {
    let expansion = expand_tool(
        tokens(
            r#"
            scope = "write:payments",
            idempotent(
                key(invoice, r#type),
                ttl = "48h",
                required,
                in_flight = "reject",
                reconcile = ledger::find(invoice, pool),
            ),
            audit(result = "redacted", retention = "365d"),
            "#,
        ),
        &tokens(
            r#"
            /// Pay an invoice.
            pub async fn pay_invoice(
                #[arg(rename = "invoiceId", audit = "plain")] invoice: String,
                #[cfg(unix)] r#type: u8,
                State(mut pool): State<Pool>,
            ) -> Result<Payment, LedgerError> {}
            "#,
        ),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn tool_with_a_key_of_all_arguments() {
    let expansion = expand_tool(
        tokens("idempotent(key(..), transaction), audit(retention = \"7d\")"),
        &tokens("/// Pay.\nasync fn pay(amount: u64) -> u64 {}"),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn tool_that_destroys() {
    let expansion = expand_tool(
        tokens(r#"public, destructive, confirm = "never""#),
        &tokens("/// Forget all.\nasync fn forget() {}"),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn catalogue() {
    let expansion = expand_catalogue(tokens(
        r#"
        rt;
        "read:invoices" => "Read invoices",
        "admin:invoices" => "Everything" implies ["read:invoices"],
        "#,
    ));
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn dependency() {
    let expansion = expand_dependency(
        tokens(
            r#"
            name = "bank",
            concurrency = adaptive(max = 64),
            queue(depth = 10, wait = "500ms"),
            breaker(failures = 5, ratio = 0.5, slow = "2s", open = "5s"),
            retry_budget = "10%",
            "#,
        ),
        &tokens("/// The bank.\n#[cfg(unix)] pub struct Bank { pool: Pool<Row> }"),
    );
    insta::assert_snapshot!(pretty(&expansion));
}

#[test]
fn tool_list() {
    let expansion = expand_tool_list(tokens("rt; search, #[cfg(unix)] web::fetch,"));
    insta::assert_snapshot!(pretty(&as_function(&expansion)));
}

#[test]
fn error_type() {
    let expansion = expand_error_type(tokens(
        r#"
        enum LedgerError<T> {
            #[tool_error(code = "not_found", message = "no {number:?} in {year}", effect = "none")]
            NotFound { number: String, year: T, row: u64 },
            #[tool_error(code = "overloaded", retry_after = "30s", next = "retry")]
            Busy(u8),
            #[tool_error(transparent)]
            Wrapped(Inner<T>),
            Io(Error),
        }
        "#,
    ));
    insta::assert_snapshot!(pretty(&expansion));
}

fn as_function(expression: &TokenStream) -> TokenStream {
    quote::quote!(fn list() { #expression })
}
