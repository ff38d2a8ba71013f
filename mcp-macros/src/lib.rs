//! `#[tool]`, `tools![]`, `scopes!`, `#[dependency]` and `#[derive(ToolError)]`, for use through
//! `mcp-runtime`; `#[on_every_mode]` and `#[on_modes]`, through `mcp-testkit`.
//!
//! Each macro is four stages, and each stage takes one type and returns the next: `parse` reads
//! what was written, `model` holds it, `validate` checks it, `expand` writes it out. Errors
//! are collected in `diag` on the way, so that ten mistakes give ten errors; after any of them
//! the user's item still comes out, with a stand-in beside it, so that one mistake gives one.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod diag;
mod expand;
mod model;
mod modes;
mod parse;
mod paths;
mod stages;
mod validate;

#[cfg(test)]
mod extremes;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod page;
#[cfg(test)]
mod snapshots;

use stages::{
    expand_catalogue, expand_dependency, expand_error_type, expand_tool, expand_tool_list,
};

/// Makes an `async fn` a tool.
///
/// ```
/// use mcp_runtime::{State, ToolError, tool};
/// # #[derive(Clone)]
/// # struct Ledger;
/// # impl Ledger {
/// #     async fn find(&self, _: u64, _: &str) -> Result<Invoice, ToolError> { Ok(Invoice { total: 1 }) }
/// # }
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Invoice {
///     total: u64,
/// }
///
/// /// Fetch one invoice of a customer.
/// #[tool(read_only, timeout = "5s")]
/// async fn get_invoice(
///     /// The customer that owns the invoice.
///     customer_id: u64,
///     /// Invoice number as printed.
///     #[arg(pattern = r"^FV/\d{4}/\d{2}/\d+$", example = "FV/2026/03/17")]
///     number: String,
///     State(ledger): State<Ledger>,
/// ) -> Result<Invoice, ToolError> {
///     ledger.find(customer_id, &number).await
/// }
/// ```
///
/// The function stays as it is, and callable. Beside it stands a struct of the same name, by which
/// imports and `tools![get_invoice]` find the tool. (A link to the function in documentation is
/// written ``[`get_invoice()`]``, with parentheses.)
///
/// - The *description*, which models choose by, is the doc comment.
/// - A *parameter* with a plain name is an argument if its type is `Deserialize + JsonSchema`, and
///   an extractor if it is `FromCall`, such as `Context`. A pattern, such as
///   `State(ledger): State<Ledger>`, is always an extractor. Doc comments and `#[arg(…)]` describe
///   arguments.
/// - The *result* is anything that is `Serialize + JsonSchema`, or chooses its own content, alone
///   or in a `Result` whose error turns into a `ToolError`.
///
/// The function can be neither generic nor `unsafe`, and takes no `self`: its JSON Schema must be
/// fixed, and anyone may call it.
///
/// # Hints and limits
///
/// ```
/// use std::collections::BTreeMap;
///
/// use mcp_runtime::{Icon, tool};
///
/// #[tool(
///     name = "rates.set",
///     title = "Set a rate",
///     description = "Set the exchange rate of a currency pair for today.",
///     version = "2",
///     destructive,
///     idempotent(natural),
///     open_world,
///     timeout = "1500ms",
///     icons = [Icon::new("https://example.com/rate.png")],
///     meta = BTreeMap::from([("example.com/team", "billing")]),
///     crate = mcp_runtime,
/// )]
/// async fn set_rate(pair: String, rate: f64) {
///     # drop((pair, rate));
/// }
/// ```
///
/// # Who may call
///
/// A tool states the scopes that a caller needs, or that it is `public`. With authentication on, a
/// server doesn't start while one of its tools states neither.
///
/// ```standalone_crate
/// use mcp_runtime::{Granted, tool};
///
/// mcp_runtime::scopes! {
///     "read:invoices" => "Read invoices",
///     "delete:invoices" => "Delete invoices for good",
///     "admin:invoices" => "Everything about invoices" implies ["read:invoices", "delete:invoices"],
/// }
///
/// /// Count the invoices of a customer.
/// #[tool(
///     scope = "read:invoices.where(customer_id = customer)",
///     cache_ttl = "30s",
///     timeout = "10s",
///     idempotent,
/// )]
/// async fn count_invoices(#[arg(rename = "customerId")] customer: u64) -> u64 {
///     # let _ = customer;
///     3
/// }
///
/// /// What the grants of a caller say about rows.
/// #[derive(serde::Deserialize)]
/// struct Mine {
///     customer_id: u64,
/// }
///
/// /// List the customers whose invoices you may see.
/// #[tool(scope = "read:invoices.where(customer_id)")]
/// async fn customers(granted: Granted<Mine>) -> Vec<u64> {
///     let mut all = vec![17, 18, 19];
///     all.retain(|id| granted.allows(|mine| mine.customer_id == *id));
///     all
/// }
///
/// /// Delete an invoice for good.
/// #[tool(scope = ["read:invoices", "delete:invoices"], destructive)]
/// async fn delete_invoice(number: String) {
///     # drop(number);
/// }
///
/// /// Empty the bin. What is in it was confirmed when it got there.
/// #[tool(scope = "delete:invoices", destructive, confirm = "never")]
/// async fn empty_bin() {}
///
/// /// Say what this server is for.
/// #[tool(public, read_only)]
/// async fn about() -> &'static str {
///     "invoices"
/// }
/// # fn main() {}
/// ```
///
/// - A scope is `verb:resource`. Of several, the caller needs all.
/// - `.where(…)` names the fields by which a grant may be constrained: a grant of
///   `read:invoices.where(customer_id=17)` allows `count_invoices` for customer 17 alone, and one of
///   `read:invoices` for every customer. A field is compared with the argument that it is bound to,
///   a `Scalar`; where it stands alone, the function gets what was granted as
///   `Granted<…>` and filters by it, else it doesn't compile. A grant with a field that the tool
///   doesn't name never allows it.
/// - A tool whose scopes all `read` is `read_only` without the word. `destructive` contradicts that,
///   and `read_only` contradicts a scope to `write`, `create`, `update` or `delete`; neither
///   compiles. Every other verb leaves the effect to the words.
/// - The catalogue is optional: see `scopes!`. Where there is one, the scopes of its
///   crate's tools must be in it.
///
/// # Policies
///
/// Each is off until it is written, and none of them can be written where it would do harm: a
/// `retry` of what is not safe to repeat, or a cached write, doesn't compile.
///
/// ```
/// use mcp_runtime::{Arguments, dependency, tool};
///
/// /// The exchange that prices come from.
/// #[dependency(concurrency = 32, breaker(failures = 5, open = "5s"), retry_budget = "10%")]
/// struct Exchange;
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Price {
///     cents: u64,
/// }
///
/// /// "AAPL" and "aapl " are the same question.
/// fn upper_case(arguments: &mut Arguments) {
///     if let Some(symbol) = arguments.get_mut("symbol") {
///         let text = symbol.as_str().unwrap_or_default().trim().to_uppercase();
///         *symbol = text.into();
///     }
/// }
///
/// /// The price of a share, as the exchange has it now.
/// #[tool(
///     read_only,
///     dependency = Exchange,
///     timeout = "20s",
///     retry(attempts = 3, attempt_timeout = "5s"),
///     cache_ttl = realtime,
///     cache(shared, normalize = upper_case),
///     stale_if_error = "10m",
///     rate_limit = ["60/1m per caller burst 10", "1000/1m per tool"],
///     cost = 0.02,
///     fallback = closing_price,
/// )]
/// async fn price(symbol: String) -> Price {
///     # drop(symbol);
///     Price { cents: 4217 }
/// }
///
/// /// The price of a share when the exchange last closed.
/// #[tool(read_only, concurrency = adaptive(max = 64), queue(depth = 64, wait = "1s"))]
/// async fn closing_price(symbol: String) -> Price {
///     # drop(symbol);
///     Price { cents: 4200 }
/// }
///
/// /// The value of a whole portfolio, which takes a while to compute.
/// #[tool(read_only, timeout = "60s", blocking, heartbeat = "5s", max_result = "64KB")]
/// async fn portfolio_value(symbols: Vec<String>) -> u64 {
///     symbols.len() as u64
/// }
/// ```
///
/// # Once for each key, and what is written down
///
/// An answer can be lost after the work is done. With a key the client may call again: it gets the
/// first call's answer, and nothing happens twice.
///
/// ```
/// use mcp_runtime::{Context, State, ToolError, tool};
///
/// #[derive(Clone)]
/// struct Bank;
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Payment {
///     reference: String,
/// }
/// # impl Bank {
/// #     async fn pay(&self, _: &str, _: u64) -> Result<Payment, ToolError> { Ok(Payment { reference: "".into() }) }
/// #     async fn payment(&self, _: &str) -> Result<Option<Payment>, ToolError> { Ok(None) }
/// # }
///
/// /// The payment of an invoice, if it was made.
/// async fn find(invoice_id: &str, bank: &Bank) -> Result<Option<Payment>, ToolError> {
///     bank.payment(invoice_id).await
/// }
///
/// /// Pay an invoice.
/// #[tool(
///     scope = "write:payments",
///     idempotent(key(invoice_id), ttl = "48h", in_flight = "reject", reconcile = find(invoice_id, bank)),
///     audit(result = "redacted", retention = "3650d"),
/// )]
/// async fn pay_invoice(
///     #[arg(audit = "plain")] invoice_id: String,
///     cents: u64,
///     State(bank): State<Bank>,
/// ) -> Result<Payment, ToolError> {
///     bank.pay(&invoice_id, cents).await
/// }
///
/// /// Send a message. Its client has to say which calls are the same.
/// #[tool(idempotent(required))]
/// async fn send_message(to: String, text: String) {
///     # drop((to, text));
/// }
///
/// /// Move money between accounts of one database.
/// #[tool(idempotent(key(..), ttl = "5m", transaction))]
/// async fn transfer(from: u64, to: u64, cents: u64, context: Context) {
///     # drop((from, to, cents, context));
/// }
/// ```
///
/// - The key is the client's, in `_meta` or the header `Idempotency-Key`; without one it is made of
///   the arguments that `key(…)` names, or of all. It belongs to a caller and a tool. Used for other
///   arguments it is refused.
/// - Where nobody knows whether the effect of an earlier call happened, as after a crash, the key is
///   refused, unless `reconcile` finds out: an `async fn` that returns
///   `Result<Option<T>, E>`, where `T` is what the tool returns, and is given references as a check
///   is. With `transaction` it is always known.
/// - Every call is recorded in the audit log, with digests of its arguments and its result. What is
///   to be read there is said by `audit = "plain"` and `audit(result = "redacted")`; a `secret` never
///   is.
///
/// # Rules for arguments
///
/// They are part of the JSON Schema that clients see, and are enforced before the function runs.
///
/// ```
/// use mcp_runtime::tool;
///
/// /// Search invoices.
/// #[tool(read_only)]
/// async fn search(
///     #[arg(rename = "q", description = "Words to look for.", length(1..=200))] query: String,
///     #[arg(default = 20, range(1..=100))] limit: u32,
///     #[arg(items(..=10), example = ["2026-03"])] months: Vec<String>,
///     #[arg(format = "email")] sender: Option<String>,
///     #[arg(header = "Region", pattern = "^[a-z]{2}$")] region: String,
/// ) -> Vec<String> {
///     # drop((limit, months, sender, region));
///     vec![query]
/// }
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Page {
///     number: u32,
/// }
///
/// /// List invoices.
/// #[tool(read_only)]
/// async fn list(#[arg(flatten)] page: Page) -> u32 {
///     page.number
/// }
/// ```
///
/// # Rules that no schema can say
///
/// A check is a function, `async` or not, that gets references to arguments and returns
/// `Result<(), E>`. `E` is a text for the model, which becomes one of the violations of
/// `invalid_arguments`, or turns into a `ToolError` and is the answer. A check runs once the
/// arguments that it looks at keep the schema.
///
/// ```
/// use mcp_runtime::{State, ToolError, tool};
///
/// #[derive(Clone)]
/// struct Ledger;
/// # impl Ledger {
/// #     async fn is_paid(&self, _: &str) -> bool { false }
/// # }
///
/// fn in_order(issued: &String, due: &String) -> Result<(), &'static str> {
///     if issued <= due { Ok(()) } else { Err("`due` must not come before `issued`") }
/// }
///
/// async fn not_paid(number: &str, ledger: &Ledger) -> Result<(), ToolError> {
///     if ledger.is_paid(number).await {
///         return Err(ToolError::new("conflict", "this invoice is paid already"));
///     }
///     Ok(())
/// }
///
/// fn not_trivial(pin: &str) -> Result<(), &'static str> {
///     if pin == "0000" { Err("must not be 0000") } else { Ok(()) }
/// }
///
/// /// Set when an invoice is due.
/// #[tool(idempotent(natural), check = [in_order(issued, due), not_paid(number, ledger)])]
/// async fn set_due(
///     number: String,
///     #[arg(format = "date")] issued: String,
///     #[arg(format = "date")] due: String,
///     #[arg(secret, check = not_trivial)] pin: String,
///     State(ledger): State<Ledger>,
/// ) {
///     # let _ = (number, issued, due, pin, ledger);
/// }
/// ```
///
/// A check of a `#[tool]` names what it gets, each by reference: parameters, and names that a
/// pattern binds. `check = path` alone gets all parameters with a plain name, in their order. A check
/// of an `#[arg]` gets its argument; beside `flatten`, the whole struct.
///
/// # Warnings
///
/// What compiles can be unwise. Stable Rust has one way for a macro to warn, the lint `deprecated`,
/// so that is what these are called; nothing in them is on its way out.
///
/// | name | unwise | what to do |
/// |---|---|---|
/// | `write_without_scope` | The tool may change something, and says neither `scope` nor `public`. With authentication on, its server doesn't start. | Say who may call it, or `read_only`. |
/// | `argument_without_description` | A model fills it in by its name alone. | A `///` comment above the parameter. |
/// | `read_without_arguments` | A model can ask for all of it or nothing, and all of it takes up its context. | An argument that narrows it down, or `max_result`. |
///
/// `#[allow(deprecated)]` silences them: on a parameter for itself, on a function for its tool, on a
/// module or a crate for all of its tools. `#[deny(deprecated)]` makes errors of them in the same
/// places. (`#[expect(deprecated)]` on a function looks for a use inside of it, and finds none.) A
/// tool that is `#[deprecated]` itself has no warnings.
///
/// ```
/// use mcp_runtime::tool;
///
/// /// Say what this server is for.
/// #[tool(read_only)]
/// #[allow(deprecated, reason = "it is one sentence")]
/// async fn about() -> &'static str {
///     "It keeps the invoices."
/// }
/// ```
///
#[doc = include_str!("../../docs/attributes.md")]
#[proc_macro_attribute]
pub fn tool(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand_tool(arguments.into(), &item.into()).into()
}

/// Makes a type stand for something that tools depend on and that fails as a whole: a database,
/// an upstream service.
///
/// The type stays as it is. A tool names it in `#[tool(dependency = …)]`; the breaker, the limit of
/// concurrency and the retry budget belong to the dependency, and all tools that name it share them.
/// Often it is the type of the pool or the client that the tools take as their `State`.
///
/// ```
/// use mcp_runtime::{State, dependency, tool};
///
/// /// The bank's API, which takes 16 calls at a time.
/// #[dependency(concurrency = 16, breaker(failures = 5, ratio = 0.5, slow = "2s", open = "5s"))]
/// #[derive(Clone)]
/// struct Bank {
///     # balance: i64,
/// }
///
/// /// The balance of an account, in cents.
/// #[tool(read_only, dependency = Bank, retry = 3)]
/// async fn balance(account: String, State(bank): State<Bank>) -> i64 {
///     # drop(account);
///     bank.balance
/// }
/// ```
///
/// The keys are listed with those of [`tool`](macro@tool). The type cannot be generic: each
/// dependency is one thing that can fail.
#[proc_macro_attribute]
pub fn dependency(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand_dependency(arguments.into(), &item.into()).into()
}

/// Turns an error type into what a model and a program can act on: implements
/// `From<Self> for ToolError`.
///
/// A variant with `#[tool_error(code = "…")]` travels: its code and its message, which is the
/// `Display` text unless `message` says otherwise. Every other variant is `internal`: the model
/// learns that something failed. In both cases the `Display` text and its sources are logged.
///
/// ```
/// use mcp_runtime::{Effect, ToolError};
///
/// #[derive(Debug, thiserror::Error, ToolError)]
/// enum LedgerError {
///     #[error("no row for {number} in invoices_{year}")]
///     #[tool_error(code = "not_found", message = "there is no invoice {number}", effect = "none")]
///     NotFound { number: String, year: u16 },
///
///     #[error("no connection within the limit")]
///     #[tool_error(
///         code = "backend_unavailable",
///         message = "the ledger is busy",
///         retryable,
///         retry_after = "30s",
///         next = "retry"
///     )]
///     Busy,
///
///     #[error(transparent)]
///     #[tool_error(transparent)]
///     Limit(ToolError),
///
///     #[error("cannot read {0}")]
///     Io(String),
/// }
///
/// let error = ToolError::from(LedgerError::NotFound { number: "17".into(), year: 2026 });
/// assert_eq!(error.message(), "there is no invoice 17");
/// assert_eq!(error.stated_effect(), Some(Effect::None));
///
/// let error = ToolError::from(LedgerError::Io("/var/ledger".into()));
/// assert!(!error.to_json().to_string().contains("/var"));
/// ```
///
/// The type must be a `std::error::Error`. A code that is nearly one of the runtime's own doesn't
/// compile, since it would be a misspelling more often than not.
#[proc_macro_derive(ToolError, attributes(tool_error))]
pub fn derive_tool_error(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_error_type(input.into()).into()
}

/// For use through `mcp-testkit`, whose documentation has it: a test on each way in.
#[proc_macro_attribute]
pub fn on_every_mode(
    listed: proc_macro::TokenStream,
    function: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    modes::on_every_mode(&listed.into(), &function.into()).into()
}

/// For use through `mcp-testkit`, whose documentation has it: a test on each way in that is listed.
#[proc_macro_attribute]
pub fn on_modes(
    listed: proc_macro::TokenStream,
    function: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    modes::on_modes(listed.into(), &function.into()).into()
}

/// The work of the runtime's `tools!`, which puts its own path in front of the list.
#[doc(hidden)]
#[proc_macro]
pub fn __tools(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_tool_list(input.into()).into()
}

/// The work of the runtime's `scopes!`, which puts its own path in front of the entries.
#[doc(hidden)]
#[proc_macro]
pub fn __scopes(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_catalogue(input.into()).into()
}

/// The keys of all attributes as documented constants, which an editor shows.
#[doc(hidden)]
#[proc_macro]
pub fn __keys(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand::words::keys().into()
}
