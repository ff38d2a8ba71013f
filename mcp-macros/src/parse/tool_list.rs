//! `tools![…]`.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Expr, ExprPath, Lit, Path, Token,
    parse::{ParseStream, Parser as _},
};

use super::{
    function::cfg,
    reader::{is, skip_to_comma, ungroup},
};
use crate::{
    diag::{Diagnostics, token_at},
    model::parsed::{ListedTool, ToolList},
};

/// Reads `runtime; path, path, …`: the first part is written by the runtime's own macro.
pub(crate) fn parse(input: TokenStream, diagnostics: &mut Diagnostics) -> Option<ToolList> {
    let reader = |input: ParseStream<'_>| {
        let runtime: Path = input.call(Path::parse_mod_style)?;
        input.parse::<Token![;]>()?;
        let mut tools = Vec::new();
        while !input.is_empty() {
            tools.extend(read_tool(input, diagnostics));
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(ToolList { runtime, tools })
    };
    match reader.parse2(input) {
        Ok(list) => Some(list),
        Err(error) => {
            diagnostics.syntax(&error);
            None
        }
    }
}

fn read_tool(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<ListedTool> {
    let attributes = match input.call(Attribute::parse_outer) {
        Ok(attributes) => attributes,
        Err(error) => {
            diagnostics.syntax(&error);
            skip_to_comma(input);
            return None;
        }
    };
    for attribute in &attributes {
        if !is(attribute, "cfg") {
            diagnostics
                .error(attribute, "only `#[cfg(…)]` can stand before a tool")
                .help("put any other attribute above the function");
        }
    }
    let entry = input.fork();
    match entry.parse::<Expr>() {
        Ok(expression) if entry.is_empty() || entry.peek(Token![,]) => {
            skip_to_comma(input);
            let path = tool_path(expression, diagnostics)?;
            Some(ListedTool { cfg: cfg(&attributes), path })
        }
        _ => {
            let here = input.span();
            let tokens = skip_to_comma(input);
            match separated(&tokens) {
                _ if tokens.is_empty() => match attributes.last() {
                    Some(attribute) if input.is_empty() => report(attribute, diagnostics),
                    _ => report(token_at(here), diagnostics),
                },
                Some(meant) => {
                    diagnostics
                        .error(tokens, "tools are separated by commas")
                        .help(format!("write `{meant}`"));
                }
                None => report(tokens, diagnostics),
            }
            None
        }
    }
}

/// Names without commas between them, with them.
fn separated(tokens: &TokenStream) -> Option<String> {
    let words: Option<Vec<String>> = tokens
        .clone()
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            _ => None,
        })
        .collect();
    words.filter(|words| words.len() > 1).map(|words| words.join(", "))
}

fn tool_path(expression: Expr, diagnostics: &mut Diagnostics) -> Option<Path> {
    match ungroup(expression) {
        Expr::Path(path) if path.qself.is_none() => Some(path.path),
        Expr::Call(call) => {
            let function = &call.func;
            let report = diagnostics.error(&call, "`tools![…]` lists tools, it doesn't call them");
            if let Expr::Path(path) = &**function {
                report.help(format!("write `{}`", text(path)));
            }
            None
        }
        Expr::Lit(literal) => {
            let report = diagnostics.error(&literal, "`tools![…]` takes paths of tool functions");
            match &literal.lit {
                Lit::Str(name) if syn::parse_str::<Path>(&name.value()).is_ok() => {
                    report.help(format!("write `{}` without the quotes", name.value()));
                }
                _ => {
                    report.help("write `tools![search, web::fetch]`");
                }
            }
            None
        }
        other => {
            report(other, diagnostics);
            None
        }
    }
}

fn report(at: impl ToTokens, diagnostics: &mut Diagnostics) {
    diagnostics
        .error(at, "`tools![…]` takes paths of tool functions")
        .help("write `tools![search, web::fetch]`");
}

fn text(path: &ExprPath) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
