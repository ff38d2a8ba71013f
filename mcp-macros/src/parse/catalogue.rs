//! `scopes! { … }`.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{
    Ident, LitStr, Path, Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

use super::{reader::skip_to_comma, scope, texts::checked};
use crate::{
    diag::{Diagnostics, token_at},
    model::{access::Entry, parsed::Catalogue},
};

const ENTRY: &str = "write `\"read:invoices\" => \"Read invoices\"`";
const IMPLIES: &str = "write `implies [\"read:invoices\", \"write:invoices\"]`";

/// Reads `runtime; "scope" => "…", …`: the first part is written by the runtime's own macro.
pub(crate) fn parse(input: TokenStream, diagnostics: &mut Diagnostics) -> Option<Catalogue> {
    let reader = |input: ParseStream<'_>| {
        let runtime: Path = input.call(Path::parse_mod_style)?;
        input.parse::<Token![;]>()?;
        let before = diagnostics.len();
        let mut entries = Vec::new();
        while !input.is_empty() {
            match entry(input, diagnostics) {
                Ok(entry) => entries.extend(entry),
                Err(error) => {
                    diagnostics.syntax(&error);
                    skip_to_comma(input);
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Catalogue { runtime, entries, intact: diagnostics.len() == before })
    };
    match reader.parse2(input) {
        Ok(catalogue) => Some(catalogue),
        Err(error) => {
            diagnostics.syntax(&error);
            None
        }
    }
}

/// `"scope" => "description"`, then perhaps `implies ["scope", …]`.
fn entry(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<Option<Entry>> {
    if input.peek(Ident::peek_any) {
        let word: Ident = input.call(Ident::parse_any)?;
        let rest = skip_to_comma(input);
        let report = diagnostics.error(&word, "`scopes!` lists scopes, each with a description");
        if word == "implies" && !rest.is_empty() {
            report.help("`implies` belongs to the entry before it: remove the comma between them");
        } else {
            report.help(ENTRY);
        }
        return Ok(None);
    }
    if !input.peek(LitStr) {
        let here = token_at(input.span());
        let skipped = skip_to_comma(input);
        let at = if skipped.is_empty() { here } else { skipped };
        diagnostics.error(at, "`scopes!` lists scopes, each with a description").help(ENTRY);
        return Ok(None);
    }
    let token: LitStr = input.parse()?;
    let known = checked(&token, "scope", scope::parse_token, diagnostics).is_some();
    if input.peek(Token![=]) && !input.peek(Token![=>]) {
        let equals: Token![=] = input.parse()?;
        skip_to_comma(input);
        diagnostics.error(equals, "a scope and its description are joined by `=>`").help(ENTRY);
        return Ok(None);
    }
    if input.parse::<Token![=>]>().is_err() {
        let name = token.value();
        skip_to_comma(input);
        let name = name.escape_debug();
        diagnostics
            .error(&token, format!("the scope `{name}` has no description"))
            .help(format!("say what it allows: `\"{name}\" => \"Read invoices\"`"));
        return Ok(None);
    }
    if !input.peek(LitStr) {
        let at = skip_to_comma(input);
        let at = if at.is_empty() { token.to_token_stream() } else { at };
        diagnostics.error(at, "a scope's description is a text in quotes").help(ENTRY);
        return Ok(None);
    }
    let description = input.parse()?;
    let implies = implied(input, diagnostics)?;
    Ok(known.then_some(Entry { token, description, implies }))
}

fn implied(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<Vec<LitStr>> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Vec::new());
    }
    let word = input.call(Ident::parse_any);
    let Ok(word) = word else {
        let at = skip_to_comma(input);
        diagnostics.error(at, "expected `,` after the description").help(ENTRY);
        return Ok(Vec::new());
    };
    if word != "implies" {
        skip_to_comma(input);
        diagnostics.error(&word, format!("nothing is meant by `{word}` here")).help(IMPLIES);
        return Ok(Vec::new());
    }
    if !input.peek(syn::token::Bracket) {
        skip_to_comma(input);
        diagnostics.error(&word, "`implies` takes a list in brackets").help(IMPLIES);
        return Ok(Vec::new());
    }
    let content;
    syn::bracketed!(content in input);
    let listed = content.parse_terminated(<LitStr as syn::parse::Parse>::parse, Token![,])?;
    if listed.is_empty() {
        diagnostics.error(&word, "`implies` names no scope").help(IMPLIES);
    }
    Ok(listed
        .into_iter()
        .filter(|token| checked(token, "scope", scope::parse_token, diagnostics).is_some())
        .collect())
}
