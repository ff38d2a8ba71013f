//! Warnings as uses of what is deprecated, the one way that stable Rust has for them.
//!
//! Each is an item of its own beside the function, under the function's own lint levels: what it
//! allows or denies, it allows or denies here as well.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::{
    model::{
        parsed::Item,
        unwise::{Condition, Unwise},
    },
    paths::Runtime,
};

/// One constant for each warning.
pub(super) fn warnings(item: &Item, all: &[Unwise], runtime: &Runtime) -> TokenStream {
    let warnings = all.iter().map(|unwise| {
        let Unwise { cfg, lints, .. } = unwise;
        let (item_cfg, item_lints) = (&item.cfg, &item.lints);
        let used = used(item, unwise, runtime);
        quote_spanned! {Span::mixed_site()=>
            #(#item_cfg)* #(#cfg)* #(#item_lints)* #(#lints)*
            const _: () = { #used };
        }
    });
    quote!(#(#warnings)*)
}

/// The deprecated item, and its use at the user's token.
fn used(item: &Item, unwise: &Unwise, runtime: &Runtime) -> TokenStream {
    let Unwise { name, at, message, condition, .. } = unwise;
    let (private, root) = (runtime.private(), runtime.root());
    let tool = &item.signature.ident;
    // With the user's own hygiene, so that the compiler doesn't speak of a macro. No user can have
    // a name there.
    let name = Ident::new(name, at.span());
    let tool = quote_spanned!(Span::mixed_site()=> <#tool as #root::Tool>::DEF);
    let condition = match condition {
        // Where the contract doesn't compile, it is not known, and there is no warning on top.
        Condition::Always => quote_spanned!(Span::mixed_site()=> #private::is_contract(#tool)),
        Condition::IsArgument(argument) => {
            quote_spanned!(Span::mixed_site()=> #private::has_argument(#tool, #argument))
        }
        Condition::NoArguments => {
            quote_spanned!(Span::mixed_site()=> #private::has_no_arguments(#tool))
        }
    };
    // An inherent method comes before one of a trait: where the condition doesn't hold, that
    // which isn't deprecated is found.
    quote_spanned! {Span::mixed_site()=>
        trait Contract: ::core::marker::Sized {
            #[deprecated(note = #message)]
            fn #name(self) {}
        }
        impl Contract for #private::Unwise<true> {}
        let _ = || #private::Unwise::<{ #condition }>.#name();
    }
}
