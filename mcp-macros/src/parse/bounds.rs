//! The ranges of `range(…)`, `length(…)` and `items(…)`.

use proc_macro2::{Span, TokenStream};
use syn::{
    Lit, Token,
    parse::{ParseStream, Parser as _},
};

use crate::{
    diag::Diagnostics,
    model::parsed::{Bounds, Given, Number},
};

/// Reads a range of numbers.
pub(crate) fn numbers(
    list: Given<TokenStream>,
    diagnostics: &mut Diagnostics,
) -> Option<Given<Bounds<Number>>> {
    bounds(list, number, diagnostics)
}

/// Reads a range of lengths.
pub(crate) fn counts(
    list: Given<TokenStream>,
    diagnostics: &mut Diagnostics,
) -> Option<Given<Bounds<u64>>> {
    bounds(list, count, diagnostics)
}

fn bounds<T>(
    list: Given<TokenStream>,
    end: fn(&Lit) -> Result<T, String>,
    diagnostics: &mut Diagnostics,
) -> Option<Given<Bounds<T>>> {
    let Given { key, value: tokens } = list;
    let ends = match read.parse2(tokens.clone()) {
        Ok(Ends::Range { min, max, inclusive }) => (min, max, inclusive),
        Ok(Ends::Single(value)) => {
            let text = value_text(&value);
            diagnostics
                .error(&value, format!("`{key}` takes a range"))
                .help(format!("for exactly {text} write `{key}({text}..={text})`"));
            return None;
        }
        Err(error) => {
            let report = if tokens.is_empty() {
                diagnostics.error(&key, format!("`{key}` has no bounds"))
            } else {
                diagnostics.error(&tokens, format!("`{key}`: {error}"))
            };
            report.help(format!("write `{key}(1..=64)`, `{key}(1..)` or `{key}(..=64)`"));
            return None;
        }
    };
    let (min, max, inclusive) = ends;
    let plain = |value: &Option<Lit>| value.as_ref().map(plain).unwrap_or_default();
    let (low, high) = (plain(&min), plain(&max));
    // One error for the range: what is wrong with one end is mostly wrong with both.
    let mut wrong = None;
    let mut check = |value: Option<Lit>| {
        let checked = value.map(|value| end(&value).map_err(|why| (value, why))).transpose();
        checked.unwrap_or_else(|why| {
            wrong.get_or_insert(why);
            None
        })
    };
    let (min, max) = (check(min), check(max));
    if let Some((value, why)) = wrong {
        let dots = if inclusive { "..=" } else { ".." };
        let report = diagnostics.error(value, format!("`{key}`: {why}"));
        let meant = format!("{low}{dots}{high}");
        let is_range = |text: &str| {
            syn::parse_str::<TokenStream>(text).ok().and_then(|tokens| read.parse2(tokens).ok())
        };
        match is_range(&meant) {
            Some(Ends::Range { min, max, .. })
                if [&min, &max].into_iter().flatten().all(|value| end(value).is_ok()) =>
            {
                report.help(format!("write `{key}({meant})`"))
            }
            _ => report.help(format!("write `{key}(1..=64)`, `{key}(1..)` or `{key}(..=64)`")),
        };
        return None;
    }
    Some(Given { key, value: Bounds { min, max, inclusive, tokens } })
}

/// The number that was meant by an end: without quotes, suffix and sign of a string.
fn plain(value: &Lit) -> String {
    match value {
        Lit::Str(text) => text.value(),
        Lit::Int(number) => number.base10_digits().to_owned(),
        Lit::Float(number) => number.base10_digits().to_owned(),
        other => value_text(other),
    }
}

enum Ends {
    Single(Lit),
    Range { min: Option<Lit>, max: Option<Lit>, inclusive: bool },
}

fn read(input: ParseStream<'_>) -> syn::Result<Ends> {
    let min = read_end(input)?;
    if input.is_empty()
        && let Some(value) = min
    {
        return Ok(Ends::Single(value));
    }
    let inclusive = if input.peek(Token![..=]) {
        input.parse::<Token![..=]>()?;
        true
    } else {
        input.parse::<Token![..]>().map_err(|_| wrong("expected a range of numbers"))?;
        false
    };
    let max = read_end(input)?;
    if !input.is_empty() {
        return Err(wrong("nothing may follow the range"));
    }
    if inclusive && max.is_none() {
        return Err(wrong("`..=` needs an upper end"));
    }
    if min.is_none() && max.is_none() {
        return Err(wrong("`..` limits nothing"));
    }
    Ok(Ends::Range { min, max, inclusive })
}

fn read_end(input: ParseStream<'_>) -> syn::Result<Option<Lit>> {
    // Fragments of `macro_rules!` arrive in invisible groups.
    if input.peek(syn::token::Group) {
        let group: syn::Expr = input.parse()?;
        let tokens = quote::ToTokens::into_token_stream(super::reader::ungroup(group));
        return syn::parse2(tokens).map(Some);
    }
    if input.peek(Lit) || input.peek(Token![-]) {
        return input.parse().map(Some).map_err(|_| wrong("expected a range of numbers"));
    }
    Ok(None)
}

/// The caller points at the whole range.
fn wrong(message: &str) -> syn::Error {
    syn::Error::new(Span::call_site(), message)
}

fn number(literal: &Lit) -> Result<Number, String> {
    match literal {
        Lit::Int(value) if value.suffix().is_empty() => {
            value.base10_parse().map(Number::Int).map_err(|_| format!("{value} is too large"))
        }
        Lit::Float(value) if value.suffix().is_empty() => value
            .base10_parse()
            .map_err(|_| format!("{value} is no number"))
            .and_then(|number: f64| {
                if number.is_finite() {
                    Ok(Number::Float(number))
                } else {
                    Err(format!("{value} is too large"))
                }
            }),
        Lit::Int(_) | Lit::Float(_) => Err("write the number without its suffix".to_owned()),
        _ => Err("expected a number".to_owned()),
    }
}

fn count(literal: &Lit) -> Result<u64, String> {
    match literal {
        Lit::Int(value) if value.suffix().is_empty() => value.base10_parse().map_err(|_| {
            if value.base10_digits().starts_with('-') {
                "a length can't be negative".to_owned()
            } else {
                format!("{value} is too large")
            }
        }),
        Lit::Int(_) => Err("write the number without its suffix".to_owned()),
        _ => Err("expected a whole number".to_owned()),
    }
}

fn value_text(literal: &Lit) -> String {
    quote::ToTokens::to_token_stream(literal).to_string()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;
    use proc_macro2::Ident;

    fn parse(text: &str) -> Result<(Option<Number>, Option<Number>, bool), String> {
        let mut diagnostics = Diagnostics::default();
        let list = Given {
            key: Ident::new("range", Span::call_site()),
            value: TokenStream::from_str(text).map_err(|error| error.to_string())?,
        };
        match numbers(list, &mut diagnostics) {
            Some(given) => Ok((given.value.min, given.value.max, given.value.inclusive)),
            None => Err(diagnostics.messages().join("; ")),
        }
    }

    #[test]
    fn ends_may_be_absent_negative_or_fractional() {
        use Number::{Float, Int};
        assert_eq!(parse("1..=100"), Ok((Some(Int(1)), Some(Int(100)), true)));
        assert_eq!(parse("-5..5"), Ok((Some(Int(-5)), Some(Int(5)), false)));
        assert_eq!(parse("-5..=-1"), Ok((Some(Int(-5)), Some(Int(-1)), true)));
        assert_eq!(parse("0.."), Ok((Some(Int(0)), None, false)));
        assert_eq!(parse("..=9"), Ok((None, Some(Int(9)), true)));
        assert_eq!(parse("0.0..1.5"), Ok((Some(Float(0.0)), Some(Float(1.5)), false)));
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in ["", "5", "..", "1..=", "\"a\"..", "1u8..", "a..b", "1..2..3", "1e999.."] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
