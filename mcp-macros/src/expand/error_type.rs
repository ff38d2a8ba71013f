//! `#[derive(ToolError)]` as an implementation of `From`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::{Generics, Path, WherePredicate, parse_quote_spanned};

use super::place::Place;
use crate::{
    model::{
        checked::{Coded, Conversion, ErrorType, Message, Target},
        parsed,
    },
    paths::Runtime,
};

/// The conversion of all variants.
pub(crate) fn conversion(error: &ErrorType, runtime: &Runtime) -> TokenStream {
    let arms = error.conversions.iter().map(|conversion| arm(conversion, runtime));
    let cause = needs_cause(error).then(|| cause(&error.ident));
    let body = quote_spanned! {Span::mixed_site()=>
        #cause
        match __error { #(#arms)* }
    };
    implementation(&error.ident, &bounded(error, runtime), &body, runtime)
}

/// A conversion that never runs, so that users of the type see no second error.
pub(crate) fn fallback(error: &parsed::ErrorType, runtime: &Runtime) -> TokenStream {
    let root = runtime.root();
    let body = quote_spanned! {Span::mixed_site()=>
        let _ = __error;
        #root::ToolError::new("internal", "")
    };
    implementation(&error.ident, &error.generics, &body, runtime)
}

/// The error as what the log takes: once, so that a type that is no error is reported once.
fn cause(ident: &Ident) -> TokenStream {
    quote_spanned! {Span::mixed_site().located_at(ident.span())=>
        let __cause: &(dyn ::core::error::Error + 'static) = &__error;
    }
}

fn needs_cause(error: &ErrorType) -> bool {
    error
        .conversions
        .iter()
        .any(|conversion| !matches!(conversion.target, Target::Transparent { .. }))
}

fn implementation(
    ident: &Ident,
    generics: &Generics,
    body: &TokenStream,
    runtime: &Runtime,
) -> TokenStream {
    let root = runtime.root();
    let (parameters, arguments, clause) = generics.split_for_impl();
    quote_spanned! {Span::mixed_site().located_at(ident.span())=>
        #[automatically_derived]
        #[allow(deprecated, unused_qualifications, clippy::absolute_paths)]
        impl #parameters ::core::convert::From<#ident #arguments> for #root::ToolError #clause {
            fn from(__error: #ident #arguments) -> Self {
                #body
            }
        }
    }
}

/// What a generic type must be for its conversion to exist.
fn bounded(error: &ErrorType, runtime: &Runtime) -> Generics {
    let mut generics = error.generics.clone();
    if generics.params.is_empty() {
        return generics;
    }
    let root = runtime.root();
    let site = Span::mixed_site();
    let mut predicates: Vec<WherePredicate> = Vec::new();
    if needs_cause(error) {
        let ident = &error.ident;
        let (_, arguments, _) = error.generics.split_for_impl();
        predicates
            .push(parse_quote_spanned!(site=> #ident #arguments: ::core::error::Error + 'static));
    }
    for conversion in &error.conversions {
        if let Target::Transparent { ty, .. } = &conversion.target {
            predicates.push(parse_quote_spanned!(site=> #ty: #root::IntoToolError));
        }
    }
    generics.make_where_clause().predicates.extend(predicates);
    generics
}

fn arm(conversion: &Conversion, runtime: &Runtime) -> TokenStream {
    let root = runtime.root();
    let path = &conversion.path;
    match &conversion.target {
        Target::Internal => quote_spanned! {Span::mixed_site()=>
            #path { .. } => #root::ToolError::internal_from(__cause),
        },
        Target::Transparent { member, ty } => {
            // At the field's type, where a missing conversion is reported.
            let place = Span::mixed_site().located_at(Place::of(ty).first);
            let into = quote_spanned!(place=> #root::IntoToolError::into_tool_error(__field));
            quote_spanned!(Span::mixed_site()=> #path { #member: __field } => #into,)
        }
        Target::Coded(coded) => coded_arm(path, coded, runtime),
    }
}

fn coded_arm(path: &Path, coded: &Coded, runtime: &Runtime) -> TokenStream {
    let root = runtime.root();
    let code = &coded.code;
    let (bindings, message) = message(coded.message.as_ref(), runtime);
    let retryable = coded.retryable.then(|| quote_spanned!(Span::mixed_site()=> .retryable()));
    let retry_after = coded.retry_after.map(|milliseconds| {
        let milliseconds = Literal::u64_unsuffixed(milliseconds);
        quote_spanned! {Span::mixed_site()=>
            .retry_after(::core::time::Duration::from_millis(#milliseconds))
        }
    });
    let effect = coded.effect.map(|effect| {
        let effect = Ident::new(effect, Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> .effect(#root::Effect::#effect))
    });
    let next = coded.next.map(|next| {
        let next = Ident::new(next, Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> .next_action(#root::NextAction::#next))
    });
    quote_spanned! {Span::mixed_site()=>
        #path { #bindings .. } => #root::ToolError::new(#code, #message)
            #retryable #retry_after #effect #next
            .caused_by(__cause),
    }
}

/// The bindings of the fields that a message names, and the message.
fn message(message: Option<&Message>, runtime: &Runtime) -> (TokenStream, TokenStream) {
    let private = runtime.private();
    let Some(Message { format, span, fields }) = message else {
        let display = quote_spanned!(Span::mixed_site()=> #private::format!("{}", __cause));
        return (TokenStream::new(), display);
    };
    let mut literal = Literal::string(format);
    literal.set_span(*span);
    let names: Vec<Ident> = (0..fields.len())
        .map(|index| format_ident!("field_{index}", span = Span::mixed_site()))
        .collect();
    // At the text, where a field that can't be shown is reported.
    let locals: Vec<Ident> = (0..fields.len())
        .map(|index| format_ident!("__field_{index}", span = Span::mixed_site().located_at(*span)))
        .collect();
    let bindings = quote_spanned!(Span::mixed_site()=> #(#fields: ref #locals,)*);
    let text = quote_spanned! {Span::mixed_site()=>
        #private::format!(#literal #(, #names = #locals)*)
    };
    (bindings, text)
}
