//! `#[tool]`, `tools![]` and `#[derive(ToolError)]`, for use through `mcp-runtime`.
//!
//! Each macro is four stages, and each stage takes one type and returns the next: [`parse`] reads
//! what was written, [`model`] holds it, [`validate`] checks it, [`expand`] writes it out. Errors
//! are collected in [`diag`] on the way, so that ten mistakes give ten errors; after any of them
//! the user's item still comes out, with a stand-in beside it, so that one mistake gives one.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod diag;
mod expand;
mod model;
mod parse;
mod paths;
mod validate;

#[cfg(test)]
mod snapshots;

use diag::Diagnostics;
use paths::Runtime;
use proc_macro2::TokenStream;
use quote::quote;

/// Makes an `async fn` a tool.
#[doc = include_str!("../../docs/attributes.md")]
#[proc_macro_attribute]
pub fn tool(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand_tool(arguments.into(), &item.into()).into()
}

/// Turns an error type into what a model and a program can act on: implements
/// `From<Self> for ToolError`.
#[proc_macro_derive(ToolError, attributes(tool_error))]
pub fn derive_tool_error(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_error_type(input.into()).into()
}

/// The work of the runtime's `tools!`, which puts its own path in front of the list.
#[doc(hidden)]
#[proc_macro]
pub fn __tools(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_tool_list(input.into()).into()
}

fn expand_tool(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let attribute = parse::tool_attribute::parse(arguments, &mut diagnostics);
    let Some(function) = parse::function::parse(item, &mut diagnostics) else {
        let errors = diagnostics.into_compile_errors();
        return quote!(#item #errors);
    };
    let runtime = Runtime::new(attribute.runtime.as_ref().map(|given| &given.value));
    let item = function.item;
    let tool = validate::tool::check(
        attribute,
        &item,
        function.docs,
        function.parameters,
        &mut diagnostics,
    );
    let beside = if diagnostics.is_empty() {
        expand::tool::contract(&item, &tool, &runtime)
    } else if item.signature.receiver().is_some() {
        // A method: nothing can stand beside it.
        TokenStream::new()
    } else {
        expand::tool::fallback(&item, &runtime)
    };
    let function = expand::tool::function(&item);
    let errors = diagnostics.into_compile_errors();
    quote!(#function #beside #errors)
}

fn expand_error_type(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(input) = parse::error_type::parse(input, &mut diagnostics) else {
        return diagnostics.into_compile_errors();
    };
    let runtime = Runtime::new(input.runtime.as_ref().map(|given| &given.value));
    let fallback = expand::error_type::fallback(&input, &runtime);
    let error = validate::error_type::check(input, &mut diagnostics);
    if diagnostics.is_empty() {
        return expand::error_type::conversion(&error, &runtime);
    }
    let errors = diagnostics.into_compile_errors();
    quote!(#fallback #errors)
}

fn expand_tool_list(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(list) = parse::tool_list::parse(input, &mut diagnostics) else {
        let errors = diagnostics.into_compile_errors();
        return quote!({ #errors });
    };
    let runtime = Runtime::new(Some(&list.runtime));
    if diagnostics.is_empty() {
        return expand::tool_list::list(&list.tools, &runtime);
    }
    let errors = diagnostics.into_compile_errors();
    expand::tool_list::fallback(&runtime, &errors)
}
