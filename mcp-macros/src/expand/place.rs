//! Where the compiler's own errors about generated code should point.
//!
//! Generated tokens keep the hygiene of the macro and only move. A caret runs from the first
//! token of an expression to its last one, so these two decide what is underlined.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The user's tokens that generated ones stand for.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl Place {
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let mut tokens = tokens.into_token_stream().into_iter();
        let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
        let last = tokens.last().map_or(first, |token| token.span());
        Self {
            first: Span::mixed_site().located_at(first),
            last: Span::mixed_site().located_at(last),
        }
    }
}

/// Moves the tokens of a path; what their names mean stays the same.
pub(crate) fn moved(tokens: &TokenStream, to: Span) -> TokenStream {
    let one = |mut token: TokenTree| {
        token.set_span(token.span().located_at(to));
        token
    };
    tokens.clone().into_iter().map(one).collect()
}
