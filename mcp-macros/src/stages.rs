//! Each macro from its tokens to its expansion.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{diag::Diagnostics, expand, parse, paths::Runtime, validate};

/// `#[tool(…)]` on an item.
///
/// Errors come last, here and below: an editor completes a word only where the expansion up to it
/// is as long without it.
pub(crate) fn expand_tool(arguments: TokenStream, item: &TokenStream) -> TokenStream {
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
    let words = expand::words::words(&diagnostics.take_words(), &runtime);
    let errors = diagnostics.into_compile_errors();
    quote!(#function #beside #words #errors)
}

/// `#[dependency(…)]` on an item.
pub(crate) fn expand_dependency(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(dependency) = parse::dependency::parse(arguments, item, &mut diagnostics) else {
        let errors = diagnostics.into_compile_errors();
        return quote!(#item #errors);
    };
    let runtime = Runtime::new(dependency.runtime.as_ref().map(|given| &given.value));
    let dependency = validate::dependency::check(dependency, &mut diagnostics);
    // After errors as well, so that tools that name the type see no second one.
    let beside = expand::policies::dependency(&dependency, &runtime);
    let words = expand::words::words(&diagnostics.take_words(), &runtime);
    let errors = diagnostics.into_compile_errors();
    quote!(#item #beside #words #errors)
}

/// `#[derive(ToolError)]`.
pub(crate) fn expand_error_type(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(input) = parse::error_type::parse(input, &mut diagnostics) else {
        return diagnostics.into_compile_errors();
    };
    let runtime = Runtime::new(input.runtime.as_ref().map(|given| &given.value));
    let fallback = expand::error_type::fallback(&input, &runtime);
    let error = validate::error_type::check(input, &mut diagnostics);
    let words = expand::words::words(&diagnostics.take_words(), &runtime);
    let beside = if diagnostics.is_empty() {
        expand::error_type::conversion(&error, &runtime)
    } else {
        fallback
    };
    let errors = diagnostics.into_compile_errors();
    quote!(#beside #words #errors)
}

/// `scopes! { … }`.
pub(crate) fn expand_catalogue(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(catalogue) = parse::catalogue::parse(input, &mut diagnostics) else {
        return diagnostics.into_compile_errors();
    };
    let runtime = Runtime::new(Some(&catalogue.runtime));
    let entries = validate::catalogue::check(catalogue, &mut diagnostics);
    if diagnostics.is_empty() {
        return expand::catalogue::catalogue(&entries, &runtime);
    }
    let errors = diagnostics.into_compile_errors();
    expand::catalogue::fallback(&runtime, &errors)
}

/// `tools![…]`.
pub(crate) fn expand_tool_list(input: TokenStream) -> TokenStream {
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
