//! Which functions can be tools.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, ReturnType, Safety, Signature};

use crate::diag::Diagnostics;

/// Reports what keeps a function from being a tool.
pub(crate) fn check(signature: &Signature, diagnostics: &mut Diagnostics) {
    qualifiers(signature, diagnostics);
    generics(signature, diagnostics);
    inputs(signature, diagnostics);
    output(signature, diagnostics);
}

fn qualifiers(signature: &Signature, diagnostics: &mut Diagnostics) {
    // The compiler refuses `const async` by itself.
    if signature.asyncness.is_none() {
        let name = &signature.ident;
        diagnostics
            .error(signature.fn_token, "`#[tool]` needs an `async fn`")
            .help(format!("write `async fn {name}`"));
    }
    if let Safety::Unsafe(word) = &signature.safety {
        diagnostics
            .error(word, "tool functions cannot be `unsafe`")
            .help("anyone may call a tool with any arguments: check them inside a safe function");
    }
    if let Some(abi) = &signature.abi {
        diagnostics
            .error(abi, "tool functions cannot be `extern`")
            .help("remove the ABI, or call the function from a tool of its own");
    }
}

fn generics(signature: &Signature, diagnostics: &mut Diagnostics) {
    const MESSAGE: &str = "tool functions cannot be generic: the JSON Schema must be fixed";
    const HELP: &str = "write the type out, or call the generic function from a tool of its own";
    let generics = &signature.generics;
    if !generics.params.is_empty() {
        diagnostics.error(generics, MESSAGE).help(HELP);
    } else if let Some(clause) = &generics.where_clause {
        // An empty one prints nothing.
        let (word, bounds) = (clause.where_token, &clause.predicates);
        diagnostics
            .error(quote!(#word #bounds), "tool functions cannot have a `where` clause")
            .help("remove it: there is nothing generic that it could bound");
    }
    for input in &signature.inputs {
        if let FnArg::Typed(parameter) = input
            && let Some(word) = find_impl(parameter.ty.to_token_stream())
        {
            diagnostics.error(word, MESSAGE).help(HELP);
        }
    }
}

fn inputs(signature: &Signature, diagnostics: &mut Diagnostics) {
    if let Some(receiver) = signature.receiver() {
        diagnostics
            .error(receiver, "tool functions cannot take `self`")
            .help("make it a free function and take what it needs as `State(…): State<…>`");
    }
}

fn output(signature: &Signature, diagnostics: &mut Diagnostics) {
    if let ReturnType::Type(_, ty) = &signature.output
        && let Some(word) = find_impl(ty.to_token_stream())
    {
        diagnostics
            .error(word, "tool functions cannot return `impl Trait`: the JSON Schema must be fixed")
            .help("name the type that is returned");
    }
}

/// The first `impl`, which in a type is always an `impl Trait`.
fn find_impl(tokens: TokenStream) -> Option<TokenTree> {
    tokens.into_iter().find_map(|token| match &token {
        TokenTree::Ident(word) if word == "impl" => Some(token),
        TokenTree::Group(group) => find_impl(group.stream()),
        _ => None,
    })
}
