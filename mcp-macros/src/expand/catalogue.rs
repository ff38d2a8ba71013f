//! `scopes! { … }` as a constant.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::{model::access::Entry, paths::Runtime};

/// The catalogue, and an assertion that tools find it.
pub(crate) fn catalogue(entries: &[Entry], runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let entries = entries.iter().map(|Entry { token, description, implies }| {
        quote_spanned! {Span::mixed_site()=>
            #private::ScopeEntry::new(#token, #description, &[#(#implies),*])
        }
    });
    let value = quote_spanned!(Span::mixed_site()=> new(&[#(#entries),*]));
    let constant = constant(&value, runtime);
    let found = found(runtime);
    // At the macro's name, of which the call site is all that is known.
    let assert = quote_spanned!(Span::call_site()=> #private::assert_found);
    quote_spanned! {Span::mixed_site()=>
        #constant
        const _: () = #assert(&MCP_SCOPES, &#found, ::core::module_path!());
    }
}

/// No catalogue after errors, so that tools see no second one.
pub(crate) fn fallback(runtime: &Runtime, errors: &TokenStream) -> TokenStream {
    let none = quote_spanned!(Span::mixed_site()=> NONE);
    let constant = constant(&none, runtime);
    quote_spanned!(Span::mixed_site()=> #constant #errors)
}

fn constant(value: &TokenStream, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    quote_spanned! {Span::mixed_site()=>
        /// The scopes that there are, what each allows and what it implies.
        #[allow(dead_code, unreachable_pub, clippy::absolute_paths)]
        pub const MCP_SCOPES: #private::Scopes = #private::Scopes::#value;
    }
}

/// The catalogue of the crate: what its root calls `MCP_SCOPES`, whether defined or imported there.
///
/// A name that the inner block's import doesn't bring is looked for in the block around it.
pub(super) fn found(runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    quote_spanned! {Span::mixed_site()=>
        {
            #[allow(unused_imports)]
            use #private::no_catalogue::MCP_SCOPES;
            {
                #[allow(unused_imports, clippy::wildcard_imports)]
                use crate::*;
                MCP_SCOPES
            }
        }
    }
}
