//! `tools![…]` as an expression.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;

use super::place::Place;
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
        let assert = Ident::new("__assert_unique", hygienic(place.first));
        let arguments = quote_spanned!(Span::mixed_site()=> #index, __ALL);
        let unique = quote_spanned!(hygienic(place.last)=> #assert(#arguments));
        quote_spanned!(Span::mixed_site()=> #(#cfg)* const _: () = #unique;)
    });
    quote_spanned! {Span::mixed_site()=>
        {
            const __ALL: &[(::core::primitive::usize, &#private::ToolDef)] = &[#(#entries),*];
            #[allow(unused_imports)]
            use #private::assert_unique as __assert_unique;
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

/// A place of the user's for a name of the macro's.
fn hygienic(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}
