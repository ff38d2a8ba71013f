//! Checks as constants: what each is called with, and how.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::{
    call, parameter,
    place::{Place, moved},
};
use crate::{
    model::{
        call::Call,
        checked::{Parameter, Tool},
    },
    paths::Runtime,
};

/// `.checks(…)`.
pub(super) fn checks(tool: &Tool, runtime: &Runtime) -> Option<TokenStream> {
    let definitions = tool.checks.iter().map(|check| definition(check, &tool.parameters, runtime));
    (!tool.checks.is_empty())
        .then(|| quote_spanned!(Span::mixed_site()=> .checks(&[#(#definitions),*])))
}

fn definition(check: &Call, parameters: &[Parameter], runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let used = call::used(check, parameters);
    let names = used.iter().map(|(index, parameter)| {
        let (cfg, constant) = (&parameter.cfg, parameter::constant_name(*index));
        quote_spanned!(Span::mixed_site()=> #(#cfg)* #constant.def())
    });
    // A function that is never called says by its type whether it waits.
    let never = call::never(&used);
    let (taken, borrowed) = (call::taken(&used), call::borrowed(&used));
    // At the function's path, where the compiler's own errors about it belong.
    let place = Place::of(&check.path);
    let (call, here) = (call::call(check), moved(&private, place.first));
    let outcome = quote_spanned!(place.last=> #here::outcome(#call));
    let future = quote_spanned!(Span::mixed_site()=> async move { #borrowed #outcome.await });
    let checking = quote_spanned!(place.last=> #here::checking(#future));
    quote_spanned! {Span::mixed_site()=>
        #private::CheckDef::new(
            #private::names([#(#names),*]).listed(),
            || #private::waits(|| { #never #outcome }),
            |__call| { #taken #checking },
        )
    }
}
