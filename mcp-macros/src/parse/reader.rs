//! One entry of an attribute, and how to go on after a broken one.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, ExprPath, Ident, Token,
    ext::IdentExt as _,
    parse::{ParseStream, discouraged::Speculative as _},
};

use super::keys::Key;
use crate::diag::{Diagnostics, listed};

/// What stands after a key.
pub(super) enum Value {
    None,
    Expression(Expr),
    List(TokenStream),
}

/// Reads `key`, `key = value` or `key(…)`; `None` if it is none of them, which is reported.
pub(super) fn read_entry(
    input: ParseStream<'_>,
    owner: &str,
    table: &'static [Key],
    diagnostics: &mut Diagnostics,
) -> Option<(Ident, Value)> {
    if !input.peek(Ident::peek_any) {
        let at = skip_entry(input);
        diagnostics
            .error(at, format!("`{owner}` expects a key here"))
            .note(format!("accepted: {}", key_names(table)));
        return None;
    }
    let entry = read_word_and_value(input);
    match entry {
        Ok(entry) => Some(entry),
        Err(error) => {
            diagnostics.syntax(&error);
            skip_to_comma(input);
            None
        }
    }
}

fn read_word_and_value(input: ParseStream<'_>) -> syn::Result<(Ident, Value)> {
    let word = input.call(Ident::parse_any)?;
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new(
                word.span(),
                format!("`{word}` has no value after its `=`"),
            ));
        }
        Value::Expression(read_static(input).map_or_else(|| input.parse(), Ok)?)
    } else if input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in input);
        Value::List(content.parse()?)
    } else {
        Value::None
    };
    Ok((word, value))
}

/// The word `static` where it is the whole value; an expression would go on as a closure.
fn read_static(input: ParseStream<'_>) -> Option<Expr> {
    let ahead = input.fork();
    let word = ahead.parse::<Token![static]>().ok()?;
    if !(ahead.is_empty() || ahead.peek(Token![,])) {
        return None;
    }
    input.advance_to(&ahead);
    let path = Ident::new("static", word.span).into();
    Some(Expr::Path(ExprPath { attrs: Vec::new(), qself: None, path }))
}

pub(super) fn read_comma(input: ParseStream<'_>, diagnostics: &mut Diagnostics) {
    if input.is_empty() {
        return;
    }
    if input.peek(Token![,]) {
        // Peeked just now.
        let _ = input.parse::<Token![,]>();
        return;
    }
    // Only the comma is missing where a key follows: the rest can still be read.
    if input.peek(Ident::peek_any) {
        diagnostics.error_at(input.span(), "expected `,` before this key");
    } else {
        let at = skip_entry(input);
        diagnostics.error(at, "expected `,` after the value");
        let _ = input.parse::<Option<Token![,]>>();
    }
}

/// Skips a broken entry, which is at least one token, and returns it.
fn skip_entry(input: ParseStream<'_>) -> TokenStream {
    let mut skipped = skip_to_comma(input);
    if skipped.is_empty()
        && let Ok(comma) = input.parse::<Token![,]>()
    {
        comma.to_tokens(&mut skipped);
    }
    skipped
}

/// Skips to the next comma or the end, and returns what was skipped.
pub(super) fn skip_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut skipped = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<TokenTree>() {
            Ok(token) => skipped.extend([token]),
            Err(_) => break,
        }
    }
    skipped
}

/// All keys of a table, for notes.
pub(super) fn key_names(table: &'static [Key]) -> String {
    listed(table.iter().map(|key| key.name))
}

/// Sees through the invisible groups that `macro_rules!` puts around its fragments.
pub(crate) fn ungroup(mut expression: Expr) -> Expr {
    while let Expr::Group(group) = expression {
        expression = *group.expr;
    }
    expression
}

/// Whether an attribute is the single word `name`.
pub(crate) fn is(attribute: &Attribute, name: &str) -> bool {
    attribute.path().is_ident(name)
}
