//! One entry of an attribute, and how to go on after a broken one.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, ExprPath, Ident, Lit, Token,
    ext::IdentExt as _,
    parse::{ParseStream, discouraged::Speculative as _},
};

use super::keys::Key;
use crate::diag::{Diagnostics, listed, token_at};

/// What stands after a key.
pub(super) enum Value {
    None,
    Expression(Expr),
    List(TokenStream),
}

/// Reads `key`, `key = value` or `key(…)`; `None` if it is none of them, which is reported.
pub(super) fn read_entry(
    input: ParseStream<'_>,
    owner: &str,
    table: &'static [Key],
    diagnostics: &mut Diagnostics,
) -> Option<(Ident, Value)> {
    if !input.peek(Ident::peek_any) {
        let at = skip_entry(input);
        let meant = meant_by_value(table, &at);
        let report = diagnostics.error(at, format!("`{owner}` expects a key here"));
        if let Some(meant) = meant {
            report.help(format!("did you mean `{meant}`?"));
        }
        report.note(format!("accepted: {}", key_names(table)));
        return None;
    }
    let word = input.call(Ident::parse_any).ok()?;
    match read_value(&word, input) {
        Ok(value) => Some((word, value)),
        Err(Broken { at, message, help }) => {
            skip_to_comma(input);
            let name = word.unraw().to_string();
            let example = table.iter().find(|key| key.name == name).map(|key| key.example);
            let report = match at {
                Some(at) => diagnostics.error(at, message),
                None => diagnostics.error(&word, message),
            };
            let help = help.or_else(|| example.map(str::to_owned));
            match help {
                Some(text) => report.help(format!("write `{text}`")),
                None => report.help("an entry is `key`, `key = value` or `key(…)`"),
            };
            None
        }
    }
}

/// Why what follows a key can't be read.
struct Broken {
    /// Where; the key itself if there is nothing.
    at: Option<TokenStream>,
    message: String,
    /// What to write; an example of the key where that isn't known.
    help: Option<String>,
}

/// The key whose value was written alone, as in `retry(3)`.
pub(super) fn meant_by_value(table: &'static [Key], value: &TokenStream) -> Option<String> {
    let literal: Lit = syn::parse2(value.clone()).ok()?;
    let is_sentence = matches!(&literal, Lit::Str(text) if text.value().contains(' '));
    let fits = |key: &&Key| match (&literal, key.example.split_once(" = ")) {
        (Lit::Str(_), Some((name, value))) => {
            value.starts_with('"') && is_sentence == (name == "description")
        }
        (Lit::Int(_), Some((_, value))) => value.chars().all(|c| c.is_ascii_digit()),
        _ => false,
    };
    let key = table.iter().find(fits)?;
    Some(format!("{} = {}", key.name, literal.to_token_stream()))
}

fn read_value(word: &Ident, input: ParseStream<'_>) -> Result<Value, Broken> {
    if input.is_empty() || input.peek(Token![,]) || input.peek(Ident::peek_any) {
        return Ok(Value::None);
    }
    if input.peek(Token![=]) && !input.peek(Token![==]) {
        let unreadable = |error: &syn::Error| Broken {
            at: Some(token_at(error.span())),
            message: format!("the value of `{word}` can't be read: {error}"),
            help: None,
        };
        input.parse::<Token![=]>().map_err(|error| unreadable(&error))?;
        if input.is_empty() || input.peek(Token![,]) {
            let message = format!("`{word}` has no value after its `=`");
            return Err(Broken { at: None, message, help: None });
        }
        let preset = if word == "cache_ttl" { read_static(input) } else { None };
        let value = preset.map_or_else(|| read_expression(input), Ok);
        return value.map(Value::Expression).map_err(|error| unreadable(&error));
    }
    if input.peek(syn::token::Paren)
        && let Ok(TokenTree::Group(group)) = input.parse()
    {
        return Ok(Value::List(group.stream()));
    }
    Err(no_equals(word, &skip_to_comma(input)))
}

/// Something else than `=` stands between a key and its value.
fn no_equals(word: &Ident, rest: &TokenStream) -> Broken {
    let mut value = rest.clone().into_iter().peekable();
    while value.next_if(|token| matches!(token, TokenTree::Punct(_))).is_some() {}
    let value: TokenStream = value.collect();
    let literal: Option<Lit> = syn::parse2(value).ok();
    let help = literal.map(|literal| format!("{word} = {}", literal.to_token_stream()));
    let message = format!("`{word}` and its value are joined by `=`");
    Broken { at: Some(rest.clone()), message, help }
}

/// An expression. Where it breaks off, the parser knows no place but the whole attribute; then the
/// error is at what was written of it.
fn read_expression(input: ParseStream<'_>) -> syn::Result<Expr> {
    let begin = input.fork();
    input.parse().map_err(|error: syn::Error| {
        if !input.is_empty() {
            return error;
        }
        syn::Error::new_spanned(skip_to_comma(&begin), error)
    })
}

/// The word `static` where it is the whole value, which is no expression: one would go on as a
/// closure.
fn read_static(input: ParseStream<'_>) -> Option<Expr> {
    let ahead = input.fork();
    let word = ahead.parse::<Token![static]>().ok()?;
    if !(ahead.is_empty() || ahead.peek(Token![,])) {
        return None;
    }
    input.advance_to(&ahead);
    let path = Ident::new("static", word.span).into();
    Some(Expr::Path(ExprPath { attrs: Vec::new(), qself: None, path }))
}

pub(super) fn read_comma(input: ParseStream<'_>, diagnostics: &mut Diagnostics) {
    if input.is_empty() {
        return;
    }
    if input.peek(Token![,]) {
        // Peeked just now.
        let _ = input.parse::<Token![,]>();
        return;
    }
    // Only the comma is missing where a key follows: the rest can still be read.
    if input.peek(Ident::peek_any) {
        let mut report = diagnostics.error_at(input.span(), "expected `,` before this key");
        if let Ok(word) = input.fork().call(Ident::parse_any) {
            report = report.help(format!("write `, {word}`"));
        }
        let _ = report;
    } else {
        let at = skip_entry(input);
        diagnostics
            .error(at, "expected `,` after the value")
            .help("an entry is `key`, `key = value` or `key(…)`, and a comma stands between two");
        let _ = input.parse::<Option<Token![,]>>();
    }
}

/// Skips a broken entry, which is at least one token, and returns it.
fn skip_entry(input: ParseStream<'_>) -> TokenStream {
    let mut skipped = skip_to_comma(input);
    if skipped.is_empty()
        && let Ok(comma) = input.parse::<Token![,]>()
    {
        comma.to_tokens(&mut skipped);
    }
    skipped
}

/// Skips to the next comma or the end, and returns what was skipped.
pub(super) fn skip_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut skipped = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<TokenTree>() {
            Ok(token) => skipped.extend([token]),
            Err(_) => break,
        }
    }
    skipped
}

/// All keys of a table, for notes.
pub(super) fn key_names(table: &'static [Key]) -> String {
    listed(table.iter().map(|key| key.name))
}

/// Sees through the invisible groups that `macro_rules!` puts around its fragments.
pub(crate) fn ungroup(mut expression: Expr) -> Expr {
    while let Expr::Group(group) = expression {
        expression = *group.expr;
    }
    expression
}

/// Whether an attribute is the single word `name`.
pub(crate) fn is(attribute: &Attribute, name: &str) -> bool {
    attribute.path().is_ident(name)
}
