//! Expansions as a reader would see them. `cargo insta review` shows what changed.

use std::str::FromStr as _;

use proc_macro2::TokenStream;

use crate::{expand_error_type, expand_tool, expand_tool_list};

fn tokens(text: &str) -> TokenStream {
    TokenStream::from_str(text).unwrap_or_default()
}

/// Formats items; what isn't one stays a line of tokens.
fn pretty(expansion: &TokenStream) -> String {
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
