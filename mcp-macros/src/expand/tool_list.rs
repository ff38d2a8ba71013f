//! `tools![…]` as an expression.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;

use super::place::{Place, moved};
use crate::{model::parsed::ListedTool, paths::Runtime};

/// The list, with an assertion at each path that no earlier tool has the same name.
pub(crate) fn list(tools: &[ListedTool], runtime: &Runtime) -> TokenStream {
    let (root, private) = (runtime.root(), runtime.private());
    let entries = tools.iter().enumerate().map(|(index, tool)| {
        let ListedTool { cfg, path } = tool;
        let index = Literal::usize_unsuffixed(index);
        quote_spanned!(Span::mixed_site()=> #(#cfg)* (#index, <#path as #root::Tool>::DEF))
    });
    let assertions = tools.iter().enumerate().map(|(index, tool)| {
        let ListedTool { cfg, path } = tool;
        let index = Literal::usize_unsuffixed(index);
        let place = Place::of(path);
        let private = moved(&private, place.first);
        let unique = quote_spanned!(place.last=> #private::assert_unique(#index, __ALL));
        quote_spanned!(Span::mixed_site()=> #(#cfg)* const _: () = #unique;)
    });
    quote_spanned! {Span::mixed_site()=>
        {
            const __ALL: &[(usize, &#private::ToolDef)] = &[#(#entries),*];
            #(#assertions)*
            #root::Tools::new(__ALL)
        }
    }
}

/// An empty list after errors, so that its users see no second one.
pub(crate) fn fallback(runtime: &Runtime, errors: &TokenStream) -> TokenStream {
    let root = runtime.root();
    quote_spanned!(Span::mixed_site()=> { #errors #root::Tools::new(&[]) })
}
