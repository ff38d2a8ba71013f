//! The only place that knows where the runtime is.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

/// The runtime's path, as expansions must write it.
#[derive(Clone)]
pub(crate) struct Runtime {
    root: TokenStream,
}

impl Runtime {
    /// The path of `crate = …`, else the runtime's own name.
    pub(crate) fn new(given: Option<&Path>) -> Self {
        let root = given.map_or_else(
            || quote_spanned!(Span::mixed_site()=> ::mcp_runtime),
            ToTokens::to_token_stream,
        );
        Self { root }
    }

    /// The crate itself, for what users can name as well.
    pub(crate) fn root(&self) -> &TokenStream {
        &self.root
    }

    /// The module that only expansions name.
    pub(crate) fn private(&self) -> TokenStream {
        let root = &self.root;
        quote_spanned!(Span::mixed_site()=> #root::private)
    }
}
