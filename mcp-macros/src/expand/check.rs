//! Checks as constants: what each is called with, and how.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};

use super::{
    parameter,
    place::{Place, moved},
};
use crate::{
    model::{
        check::{Check, Operand},
        checked::{Parameter, Source, Tool},
    },
    paths::Runtime,
};

/// `.checks(…)`.
pub(super) fn checks(tool: &Tool, runtime: &Runtime) -> Option<TokenStream> {
    let definitions = tool.checks.iter().map(|check| definition(check, &tool.parameters, runtime));
    (!tool.checks.is_empty())
        .then(|| quote_spanned!(Span::mixed_site()=> .checks(&[#(#definitions),*])))
}

fn definition(check: &Check, parameters: &[Parameter], runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let used = used(check, parameters);
    let names = used.iter().map(|(index, parameter)| {
        let (cfg, constant) = (&parameter.cfg, parameter::constant_name(*index));
        quote_spanned!(Span::mixed_site()=> #(#cfg)* #constant.def())
    });
    // A function that is never called says by its type whether it waits.
    let never = each(&used, |index| {
        let constant = parameter::constant_name(index);
        quote_spanned!(Span::mixed_site()=> #constant.never())
    });
    let takes = used.iter().map(|(index, parameter)| {
        let (cfg, constant) = (&parameter.cfg, parameter::constant_name(*index));
        let owned = owned(*index);
        quote_spanned!(Span::mixed_site()=> #(#cfg)* let #owned = #constant.take(__call)?;)
    });
    let borrowed = each(&used, |index| {
        let owned = owned(index);
        quote_spanned!(Span::mixed_site()=> &#owned)
    });
    // At the function's path, where the compiler's own errors about it belong.
    let place = Place::of(&check.path);
    let (call, here) = (call(check), moved(&private, place.first));
    let outcome = quote_spanned!(place.last=> #here::outcome(#call));
    let future = quote_spanned!(Span::mixed_site()=> async move { #borrowed #outcome.await });
    let checking = quote_spanned!(place.last=> #here::checking(#future));
    quote_spanned! {Span::mixed_site()=>
        #private::CheckDef::new(
            #private::names([#(#names),*]).listed(),
            || #private::waits(|| { #never #outcome }),
            |__call| { #(#takes)* #checking },
        )
    }
}

/// The parameters that a check looks at, once each.
fn used<'a>(check: &Check, parameters: &'a [Parameter]) -> Vec<(usize, &'a Parameter)> {
    let is_used = |index: &usize| check.arguments.iter().any(|one| one.parameter == *index);
    parameters.iter().enumerate().filter(|(index, _)| is_used(index)).collect()
}

/// Statements that bind a reference to each parameter, or to what its pattern names.
fn each(used: &[(usize, &Parameter)], value: impl Fn(usize) -> TokenStream) -> TokenStream {
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
        let name = borrowed(*index, Span::mixed_site());
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

/// The call of the check's function, at its path.
fn call(check: &Check) -> TokenStream {
    let path = &check.path;
    let end = Place::of(path).last;
    let arguments = check.arguments.iter().map(|Operand { parameter, cfg, binding, word }| {
        let name = binding
            .clone()
            .unwrap_or_else(|| borrowed(*parameter, word.as_ref().map_or(end, Ident::span)));
        quote!(#(#cfg)* #name)
    });
    let arguments = quote!(#(#arguments),*);
    quote_spanned!(end=> #path(#arguments))
}

fn owned(index: usize) -> Ident {
    format_ident!("__p{index}", span = Span::mixed_site())
}

/// The reference to a whole parameter.
fn borrowed(index: usize, place: Span) -> Ident {
    format_ident!("__r{index}", span = Span::mixed_site().located_at(place))
}
