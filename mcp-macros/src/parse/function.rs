//! The function under `#[tool]`. Its body is never parsed: that is the compiler's work.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Attribute, FnArg, PatType, Signature, Visibility,
    parse::{ParseStream, Parser as _},
};

use super::{arg_attribute, docs, reader::is};
use crate::{
    diag::Diagnostics,
    model::parsed::{Function, Item, Parameter},
};

/// Reads a function and takes its helper attributes off; `None` if it is something else.
pub(crate) fn parse(item: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Function> {
    let mut item = match read.parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => {
            report(item, &error, diagnostics);
            return None;
        }
    };
    let docs = docs::text(&item.attributes);
    let parameters = item
        .signature
        .inputs
        .iter_mut()
        .filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(parameter) => Some(take_parameter(parameter, diagnostics)),
        })
        .collect();
    Some(Function { item, docs, parameters })
}

fn read(input: ParseStream<'_>) -> syn::Result<Item> {
    let attributes = input.call(Attribute::parse_outer)?;
    Ok(Item {
        cfg: cfg(&attributes),
        lints: lints(&attributes),
        attributes,
        visibility: input.parse::<Visibility>()?,
        signature: input.parse::<Signature>()?,
        body: input.parse()?,
    })
}

fn take_parameter(parameter: &mut PatType, diagnostics: &mut Diagnostics) -> Parameter {
    let arg = arg_attribute::parse(&parameter.attrs, diagnostics);
    let docs = docs::text(&parameter.attrs);
    parameter.attrs.retain(|attribute| !arg_attribute::is_arg(attribute) && !is(attribute, "doc"));
    Parameter {
        cfg: cfg(&parameter.attrs),
        lints: lints(&parameter.attrs),
        docs,
        arg,
        pattern: (*parameter.pat).clone(),
        ty: (*parameter.ty).clone(),
    }
}

/// The `#[cfg(…)]` among `attributes`: what is generated appears and disappears with the item.
pub(super) fn cfg(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| is(attribute, "cfg")).cloned().collect()
}

/// The levels of lints among `attributes`. `#[expect(…)]` is not one of them: what it expects
/// has to happen in the item that it stands on.
fn lints(attributes: &[Attribute]) -> Vec<Attribute> {
    let is_level = |attribute: &&Attribute| {
        ["allow", "warn", "deny", "forbid"].iter().any(|level| is(attribute, level))
    };
    attributes.iter().filter(is_level).cloned().collect()
}

fn report(item: &TokenStream, error: &syn::Error, diagnostics: &mut Diagnostics) {
    match keyword(item.clone()) {
        Some(TokenTree::Ident(word)) if word == "fn" => {
            diagnostics.syntax(error);
        }
        Some(other) => {
            diagnostics
                .error(other, "`#[tool]` needs an `async fn`")
                .help("put it on a free function, such as `async fn search(query: String)`");
        }
        None => {
            diagnostics.syntax(error);
        }
    }
}

/// `fn` if the item is a function, else the first word that says what it is.
fn keyword(item: TokenStream) -> Option<TokenTree> {
    let head: Vec<TokenTree> = item
        .into_iter()
        .take_while(|token| {
            !matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
        })
        .collect();
    let word = |name: &str| {
        head.iter().find(|token| matches!(token, TokenTree::Ident(word) if word == name)).cloned()
    };
    [
        "fn", "struct", "enum", "union", "trait", "impl", "mod", "use", "static", "const", "type",
        "extern",
    ]
    .into_iter()
    .find_map(word)
    .or_else(|| head.first().cloned())
}
