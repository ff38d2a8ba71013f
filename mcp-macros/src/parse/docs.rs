//! Doc comments as text for models.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use super::reader::{is, ungroup};
use crate::model::{
    parsed::Given,
    text::{Part, Text},
};

/// The text of all doc attributes, wherever they stand among the others.
pub(crate) fn text(attributes: &[Attribute]) -> Text {
    let parts = attributes.iter().filter_map(value).map(part).collect();
    Text::from_lines(parts)
}

/// The text of a `description = …`.
pub(crate) fn description(given: Given<Expr>) -> Given<Text> {
    Given { key: given.key, value: Text::from_lines(vec![part(given.value)]) }
}

fn value(attribute: &Attribute) -> Option<Expr> {
    match &attribute.meta {
        Meta::NameValue(pair) if is(attribute, "doc") => Some(ungroup(pair.value.clone())),
        _ => None,
    }
}

fn part(value: Expr) -> Part {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            Part::Literal(clean(&text.value()), text.span())
        }
        other => Part::Expression(Box::new(other)),
    }
}

/// A line without the space after `///`; a block comment without its margin.
fn clean(comment: &str) -> String {
    if !comment.contains('\n') {
        return comment.strip_prefix(' ').unwrap_or(comment).to_owned();
    }
    let starred = comment
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .all(|line| line.trim_start().starts_with('*'));
    comment
        .lines()
        .map(|line| {
            let line = if starred {
                let line = line.trim_start();
                line.strip_prefix('*').unwrap_or(line)
            } else {
                line
            };
            line.strip_prefix(' ').unwrap_or(line).trim_end()
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens as _;
    use syn::parse_quote;

    fn tokens(attributes: &[Attribute]) -> String {
        text(attributes).to_token_stream().to_string()
    }

    #[test]
    fn lines_are_joined_and_trimmed() {
        let attributes: Vec<Attribute> = vec![
            parse_quote!(#[doc = " Fetch one invoice."]),
            parse_quote!(#[allow(unused)]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = "  indented "]),
            parse_quote!(#[doc(alias = "get")]),
            parse_quote!(#[doc = ""]),
        ];
        assert_eq!(tokens(&attributes), r#""Fetch one invoice.\n\n indented""#);
    }

    #[test]
    fn expressions_are_concatenated() {
        let attributes: Vec<Attribute> =
            vec![parse_quote!(#[doc = " Fetch."]), parse_quote!(#[doc = include_str!("more.md")])];
        assert_eq!(
            tokens(&attributes),
            r#":: core :: concat ! ("Fetch.\n" , include_str ! ("more.md"))"#
        );
    }

    #[test]
    fn block_comments_lose_their_margin() {
        assert_eq!(clean("\n * Fetch.\n *\n * More.\n "), "\nFetch.\n\nMore.\n");
        assert_eq!(clean(" Fetch.\n More."), "Fetch.\nMore.");
    }

    #[test]
    fn blank_comments_are_empty() {
        let attributes: Vec<Attribute> = vec![parse_quote!(#[doc = "  "])];
        assert!(text(&attributes).is_empty());
    }
}
