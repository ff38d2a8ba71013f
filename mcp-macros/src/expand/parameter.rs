//! Constants that describe parameters.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote_spanned};
use syn::{Expr, ExprUnary, Lit, LitInt, UnOp};

use super::place::{Place, moved};
use crate::{
    model::{
        checked::{Parameter, Rule, Source},
        parsed::{Given, Number},
    },
    paths::Runtime,
};

/// The constant of the parameter at `index`.
pub(crate) fn constant_name(index: usize) -> Ident {
    format_ident!("__PARAM_{index}", span = Span::mixed_site())
}

/// `const PARAM: Param<T> = …;`, whose value stands at the parameter's type.
pub(crate) fn constant(index: usize, parameter: &Parameter, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let Parameter { cfg, ty, .. } = parameter;
    let name = constant_name(index);
    let place = Place::of(ty);
    let mut source = source(parameter, place, &private);
    if parameter.is_compared {
        let here = moved(&private, place.first);
        source = quote_spanned!(place.last=> #here::compared::<#ty>(#source));
    }
    let rules = parameter.rules.iter().map(|given| rule(given, place.last, &private));
    quote_spanned! {Span::mixed_site()=>
        #(#cfg)*
        const #name: #private::Param<#ty> = #source #(#rules)*;
    }
}

fn source(parameter: &Parameter, place: Place, private: &TokenStream) -> TokenStream {
    let private = moved(private, place.first);
    let ty = &parameter.ty;
    match &parameter.source {
        Source::Undecided(name) => quote_spanned!(place.last=> #private::param::<#ty, _>(#name)),
        Source::Argument(name) => quote_spanned!(place.last=> #private::argument::<#ty>(#name)),
        Source::Flatten(name) => quote_spanned!(place.last=> #private::flatten::<#ty>(#name)),
        Source::Extractor => quote_spanned!(place.last=> #private::extractor::<#ty>()),
    }
}

/// A call of the builder. Its name stands at the key.
fn rule(given: &Given<Rule>, end: Span, private: &TokenStream) -> TokenStream {
    let (method, arguments) = match &given.value {
        Rule::Description(text) => ("description", text.to_token_stream()),
        Rule::Default(value) => ("default", json(value, private)),
        Rule::Example(value) => ("example", json(value, private)),
        Rule::Minimum(value) => ("minimum", bound(*value, private)),
        Rule::Maximum(value) => ("maximum", bound(*value, private)),
        Rule::ExclusiveMaximum(value) => ("exclusive_maximum", bound(*value, private)),
        Rule::Length(min, max) => ("length", counts(*min, *max)),
        Rule::Items(min, max) => ("items", counts(*min, *max)),
        Rule::Pattern(text) => ("pattern", text.to_token_stream()),
        Rule::Format(text) => ("format", text.to_token_stream()),
        Rule::Header(text) => ("header", text.to_token_stream()),
        Rule::Secret => ("secret", TokenStream::new()),
        Rule::AuditPlain => ("audit_plain", TokenStream::new()),
    };
    let method = Ident::new(method, given.key.span());
    quote_spanned!(end=> .#method(#arguments))
}

fn json(value: &Expr, private: &TokenStream) -> TokenStream {
    let value = widened(value);
    quote_spanned!(Span::mixed_site()=> || #private::json(#value))
}

fn bound(value: Number, private: &TokenStream) -> TokenStream {
    match value {
        Number::Int(value) => {
            let value = Literal::i128_unsuffixed(value);
            quote_spanned!(Span::mixed_site()=> #private::Bound::Int(#value))
        }
        Number::Float(value) => {
            let value = Literal::f64_unsuffixed(value);
            quote_spanned!(Span::mixed_site()=> #private::Bound::Float(#value))
        }
    }
}

fn counts(min: u64, max: Option<u64>) -> TokenStream {
    let min = Literal::u64_unsuffixed(min);
    let max = max.map(Literal::u64_unsuffixed).map_or_else(
        || quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
        |max| quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#max)),
    );
    quote_spanned!(Span::mixed_site()=> #min, #max)
}

/// An integer literal would be an `i32` on its own, and too small for some arguments.
fn widened(value: &Expr) -> Expr {
    let mut value = value.clone();
    let literal = match &mut value {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => &mut **expr,
        other => other,
    };
    if let Expr::Lit(literal) = literal
        && let Lit::Int(number) = &mut literal.lit
        && number.suffix().is_empty()
    {
        *number = LitInt::new(&format!("{number}i128"), number.span());
    }
    value
}
