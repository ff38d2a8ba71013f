//! Who may call a tool, as a call of the builder and assertions beside it.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::{catalogue, place::moved};
use crate::{
    model::checked::{Binding, Scope, Tool},
    paths::Runtime,
};

/// The constructor of the definition: the function keeps grants only where rows are left to it.
pub(super) fn constructor(tool: &Tool) -> &'static str {
    let has_rows = tool.scopes.iter().any(|scope| !scope.bindings.is_empty());
    if has_rows { "with_rows" } else { "new" }
}

/// `.scopes(…)`.
pub(super) fn scopes(scopes: &[Scope], runtime: &Runtime) -> Option<TokenStream> {
    let private = runtime.private();
    let definitions = scopes.iter().map(|Scope { token, bindings, .. }| {
        let bindings = bindings.iter().map(|Binding { field, argument }| {
            let argument = argument.as_ref().map_or_else(
                || quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
                |name| quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#name)),
            );
            quote_spanned!(Span::mixed_site()=> #private::Binding::new(#field, #argument))
        });
        quote_spanned!(Span::mixed_site()=> #private::ScopeDef::new(#token, &[#(#bindings),*]))
    });
    (!scopes.is_empty())
        .then(|| quote_spanned!(Span::mixed_site()=> .scopes(&[#(#definitions),*], __CATALOGUE)))
}

/// What only the compiler can tell about scopes, each at the text of the scope.
pub(super) fn assertions(tool: &Tool, runtime: &Runtime) -> Option<TokenStream> {
    let private = runtime.private();
    let scopes = &tool.scopes;
    let found = catalogue::found(runtime);
    let mut with_rows = 0;
    let assertions = scopes.iter().flat_map(|scope| {
        let place = scope.literal.span();
        let here = moved(&private, place);
        let token = &scope.token;
        let known = quote_spanned!(Span::mixed_site()=> &__CATALOGUE, #token);
        let known = quote_spanned!(place=> #here::assert_known(#known));
        with_rows += usize::from(!scope.bindings.is_empty());
        let mixed = (with_rows > 1 && !scope.bindings.is_empty())
            .then(|| quote_spanned!(place=> #here::assert_unmixed(__PARAMS)));
        let kept = scope.open_field().map(|field| {
            let arguments = quote_spanned!(Span::mixed_site()=> __PARAMS, #field);
            quote_spanned!(place=> #here::assert_kept(#arguments))
        });
        [Some(known), mixed, kept].into_iter().flatten()
    });
    let assertions = assertions.collect::<Vec<_>>();
    (!scopes.is_empty()).then(|| {
        quote_spanned! {Span::mixed_site()=>
            const __CATALOGUE: #private::Scopes = #found;
            #(const _: () = #assertions;)*
        }
    })
}
