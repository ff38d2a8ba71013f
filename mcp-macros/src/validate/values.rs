//! Defaults and examples against the rules that stand beside them.
//!
//! Only literals can be looked at here; the schema holds all others to the rules when the server
//! starts.

use quote::ToTokens as _;
use syn::{Expr, Ident, Lit, UnOp};

use crate::{
    diag::Diagnostics,
    model::parsed::{ArgAttribute, Bounds, Given, Number},
};

/// Reports values that the rules of their own argument refuse.
pub(super) fn check(arg: &ArgAttribute, diagnostics: &mut Diagnostics) {
    for given in [&arg.default, &arg.example].into_iter().flatten() {
        if let (Some(range), Some(number)) = (&arg.range, number(&given.value)) {
            compare(given, range, number, Number::to_f64, "", diagnostics);
        }
        if let (Some(length), Expr::Lit(literal)) = (&arg.length, &given.value)
            && let Lit::Str(text) = &literal.lit
        {
            let count = text.value().chars().count();
            #[allow(clippy::cast_precision_loss, reason = "no literal is so long")]
            let as_float = |count: u64| count as f64;
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            compare(given, length, count, as_float, " characters long", diagnostics);
        }
        if let (Some(items), Expr::Array(array)) = (&arg.items, &given.value) {
            #[allow(clippy::cast_precision_loss, reason = "no literal is so long")]
            let as_float = |count: u64| count as f64;
            let count = u64::try_from(array.elems.len()).unwrap_or(u64::MAX);
            compare(given, items, count, as_float, " items long", diagnostics);
        }
    }
}

fn compare<T: Copy>(
    given: &Given<Expr>,
    rule: &Given<Bounds<T>>,
    value: T,
    as_float: impl Fn(T) -> f64,
    what: &str,
    diagnostics: &mut Diagnostics,
) {
    let Bounds { min, max, inclusive, tokens } = &rule.value;
    let (number, min, max) = (as_float(value), min.map(&as_float), max.map(&as_float));
    let is_below = min.is_some_and(|min| number < min);
    let is_above = max.is_some_and(|max| if *inclusive { number > max } else { number >= max });
    if !is_below && !is_above {
        return;
    }
    let (key, name): (&Ident, _) = (&given.key, &rule.key);
    let range = tokens.to_string().replace(' ', "");
    let shown = if what.is_empty() {
        given.value.to_token_stream().to_string().replace(' ', "")
    } else {
        number.to_string()
    };
    diagnostics
        .error(&given.value, format!("`{key}` is {shown}{what}, but `{name}({range})` holds"))
        .help(format!("change the {key}, or the rule"));
}

/// The number that an expression is, if it is a literal.
fn number(value: &Expr) -> Option<Number> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok().map(Number::Int),
            Lit::Float(number) => number.base10_parse().ok().map(Number::Float),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match number(&unary.expr)? {
            Number::Int(number) => Some(Number::Int(number.checked_neg()?)),
            Number::Float(number) => Some(Number::Float(-number)),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use syn::{Attribute, parse_quote};

    use super::*;
    use crate::parse::arg_attribute;

    fn is_refused(rules: &str) -> bool {
        let rules: TokenStream = rules.parse().unwrap_or_default();
        let attributes: Vec<Attribute> = vec![parse_quote!(#[arg(#rules)])];
        let mut diagnostics = Diagnostics::default();
        let Some(arg) = arg_attribute::parse(&attributes, &mut diagnostics) else { return true };
        assert!(diagnostics.is_empty(), "{rules}: {:?}", diagnostics.messages());
        check(&arg, &mut diagnostics);
        !diagnostics.is_empty()
    }

    #[test]
    fn a_literal_has_to_keep_the_rules_beside_it() {
        for rules in [
            "default = 101, range(1..=100)",
            "default = 100, range(1..100)",
            "default = -1, range(0..)",
            "example = 0.5, range(..0.25)",
            "example = \"\", length(1..)",
            "default = \"größer\", length(..=5)",
            "default = [1, 2, 3], items(..=2)",
        ] {
            assert!(is_refused(rules), "{rules}");
        }
    }

    #[test]
    fn at_an_end_and_without_a_literal_nothing_is_refused() {
        for rules in [
            "default = 100, range(1..=100)",
            "default = -5, range(-5..5)",
            "default = MOST, range(1..=100)",
            "default = \"größer\", length(..=6)",
            "example = [], items(..=2)",
            "default = 500",
            "range(1..=2)",
        ] {
            assert!(!is_refused(rules), "{rules}");
        }
    }
}
