//! Text for models, some of which only the compiler knows.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

/// Lines of text; constants among them are joined by the compiler.
pub(crate) struct Text {
    parts: Vec<Part>,
}

/// One doc attribute's worth of text.
pub(crate) enum Part {
    Literal(String, Span),
    Expression(Box<Expr>),
}

impl Text {
    /// Joins `lines` with newlines and trims both ends.
    pub(crate) fn from_lines(lines: Vec<Part>) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            match (parts.last_mut(), line) {
                (Some(Part::Literal(text, _)), Part::Literal(line, _)) => {
                    text.push('\n');
                    text.push_str(&line);
                }
                (Some(Part::Literal(text, _)), expression) => {
                    text.push('\n');
                    parts.push(expression);
                }
                (_, Part::Literal(line, span)) if index > 0 => {
                    parts.push(Part::Literal(format!("\n{line}"), span));
                }
                (Some(Part::Expression(_)), expression) => {
                    parts.push(Part::Literal("\n".to_owned(), Span::mixed_site()));
                    parts.push(expression);
                }
                (None, part) => parts.push(part),
            }
        }
        if let Some(Part::Literal(text, _)) = parts.first_mut() {
            *text = text.trim_start().to_owned();
        }
        if let Some(Part::Literal(text, _)) = parts.last_mut() {
            text.truncate(text.trim_end().len());
        }
        parts.retain(|part| !matches!(part, Part::Literal(text, _) if text.is_empty()));
        Self { parts }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl ToTokens for Text {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self.parts.as_slice() {
            [part] => part.to_tokens(tokens),
            parts => {
                tokens.extend(quote_spanned!(Span::mixed_site()=> ::core::concat!(#(#parts),*)));
            }
        }
    }
}

impl ToTokens for Part {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Part::Literal(text, span) => {
                let mut literal = Literal::string(text);
                literal.set_span(*span);
                literal.to_tokens(tokens);
            }
            Part::Expression(value) => value.to_tokens(tokens),
        }
    }
}
