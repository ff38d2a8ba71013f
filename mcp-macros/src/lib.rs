//! `#[tool]`, `tools![]` and `#[derive(ToolError)]`, for use through `mcp-runtime`.
//!
//! Each macro is four stages, and each stage takes one type and returns the next: `parse` reads
//! what was written, `model` holds it, `validate` checks it, `expand` writes it out. Errors
//! are collected in `diag` on the way, so that ten mistakes give ten errors; after any of them
//! the user's item still comes out, with a stand-in beside it, so that one mistake gives one.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod diag;
mod expand;
mod model;
mod parse;
mod paths;
mod validate;

#[cfg(test)]
mod snapshots;

use diag::Diagnostics;
use paths::Runtime;
use proc_macro2::TokenStream;
use quote::quote;

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
#[doc = include_str!("../../docs/attributes.md")]
#[proc_macro_attribute]
pub fn tool(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand_tool(arguments.into(), &item.into()).into()
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

/// The work of the runtime's `tools!`, which puts its own path in front of the list.
#[doc(hidden)]
#[proc_macro]
pub fn __tools(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_tool_list(input.into()).into()
}

fn expand_tool(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let attribute = parse::tool_attribute::parse(arguments, &mut diagnostics);
    let Some(function) = parse::function::parse(item, &mut diagnostics) else {
        let errors = diagnostics.into_compile_errors();
        return quote!(#item #errors);
    };
    let runtime = Runtime::new(attribute.runtime.as_ref().map(|given| &given.value));
    let item = function.item;
    let tool = validate::tool::check(
        attribute,
        &item,
        function.docs,
        function.parameters,
        &mut diagnostics,
    );
    let beside = if diagnostics.is_empty() {
        expand::tool::contract(&item, &tool, &runtime)
    } else if item.signature.receiver().is_some() {
        // A method: nothing can stand beside it.
        TokenStream::new()
    } else {
        expand::tool::fallback(&item, &runtime)
    };
    let function = expand::tool::function(&item);
    let errors = diagnostics.into_compile_errors();
    quote!(#function #beside #errors)
}

fn expand_error_type(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(input) = parse::error_type::parse(input, &mut diagnostics) else {
        return diagnostics.into_compile_errors();
    };
    let runtime = Runtime::new(input.runtime.as_ref().map(|given| &given.value));
    let fallback = expand::error_type::fallback(&input, &runtime);
    let error = validate::error_type::check(input, &mut diagnostics);
    if diagnostics.is_empty() {
        return expand::error_type::conversion(&error, &runtime);
    }
    let errors = diagnostics.into_compile_errors();
    quote!(#fallback #errors)
}

fn expand_tool_list(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(list) = parse::tool_list::parse(input, &mut diagnostics) else {
        let errors = diagnostics.into_compile_errors();
        return quote!({ #errors });
    };
    let runtime = Runtime::new(Some(&list.runtime));
    if diagnostics.is_empty() {
        return expand::tool_list::list(&list.tools, &runtime);
    }
    let errors = diagnostics.into_compile_errors();
    expand::tool_list::fallback(&runtime, &errors)
}
