//! Where the compiler's own errors about generated code should point.
//!
//! A caret runs from the first token of an expression to its last one, if both have the hygiene
//! of the same macro. So the calls that can fail to compile are given the places of the user's
//! tokens that they stand for; everything inside of them stays where the macro is.

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
        Self { first, last }
    }
}

/// Moves the tokens of a path. Only `$crate` means something else in another macro's hygiene.
pub(crate) fn moved(path: &TokenStream, to: Span) -> TokenStream {
    let one = |mut token: TokenTree| {
        let place = match &token {
            TokenTree::Ident(word) if word == "$crate" => word.span().located_at(to),
            _ => to,
        };
        token.set_span(place);
        token
    };
    path.clone().into_iter().map(one).collect()
}
