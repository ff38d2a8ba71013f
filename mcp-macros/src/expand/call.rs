//! Calls of functions that are given references to parameters.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};

use super::{parameter, place::Place};
use crate::model::{
    call::{Call, Operand},
    checked::{Parameter, Source},
};

/// The parameters that a function is called with, once each.
pub(super) fn used<'a>(call: &Call, parameters: &'a [Parameter]) -> Vec<(usize, &'a Parameter)> {
    let is_used = |index: &usize| call.arguments.iter().any(|one| one.parameter == *index);
    parameters.iter().enumerate().filter(|(index, _)| is_used(index)).collect()
}

/// Statements that take the parameters from a copy of the tool's call.
pub(super) fn taken(used: &[(usize, &Parameter)]) -> TokenStream {
    let statements = used.iter().map(|(index, parameter)| {
        let (cfg, constant) = (&parameter.cfg, parameter::constant_name(*index));
        let owned = owned(*index);
        quote_spanned!(Span::mixed_site()=> #(#cfg)* let #owned = #constant.take(__call)?;)
    });
    quote!(#(#statements)*)
}

/// Statements that bind references to what was [`taken`].
pub(super) fn borrowed(used: &[(usize, &Parameter)]) -> TokenStream {
    bound(used, |index| {
        let owned = owned(index);
        quote_spanned!(Span::mixed_site()=> &#owned)
    })
}

/// Statements that bind references to values that there will never be.
pub(super) fn never(used: &[(usize, &Parameter)]) -> TokenStream {
    bound(used, |index| {
        let constant = parameter::constant_name(index);
        quote_spanned!(Span::mixed_site()=> #constant.never())
    })
}

/// Statements that bind a reference to each parameter, or to what its pattern names.
fn bound(used: &[(usize, &Parameter)], value: impl Fn(usize) -> TokenStream) -> TokenStream {
    let statements = used.iter().map(|(index, parameter)| {
        let cfg = &parameter.cfg;
        let value = value(*index);
        if let Source::Extractor = parameter.source {
            let pattern = by_reference(parameter.pattern.to_token_stream());
            return quote_spanned! {Span::mixed_site()=>
                #(#cfg)*
                #[allow(unused_variables, clippy::pattern_type_mismatch)]
                let #pattern = #value;
            };
        }
        let name = reference(*index, Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> #(#cfg)* let #name = #value;)
    });
    quote!(#(#statements)*)
}

/// A pattern without `mut` and `ref`: all that it binds in a reference is a reference.
fn by_reference(pattern: TokenStream) -> TokenStream {
    let keep = |token: &TokenTree| !matches!(token, TokenTree::Ident(word) if word == "mut" || word == "ref");
    let inside = |token| match token {
        TokenTree::Group(group) => {
            let mut inner =
                proc_macro2::Group::new(group.delimiter(), by_reference(group.stream()));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    };
    pattern.into_iter().filter(keep).map(inside).collect()
}

/// The call of the function, at its path.
pub(super) fn call(call: &Call) -> TokenStream {
    let path = &call.path;
    let end = Place::of(path).last;
    let arguments = call.arguments.iter().map(|Operand { parameter, cfg, binding, word }| {
        let name = binding
            .clone()
            .unwrap_or_else(|| reference(*parameter, word.as_ref().map_or(end, Ident::span)));
        quote!(#(#cfg)* #name)
    });
    let arguments = quote!(#(#arguments),*);
    quote_spanned!(end=> #path(#arguments))
}

fn owned(index: usize) -> Ident {
    format_ident!("__p{index}", span = Span::mixed_site())
}

/// The reference to a whole parameter.
fn reference(index: usize, place: Span) -> Ident {
    format_ident!("__r{index}", span = Span::mixed_site().located_at(place))
}
