//! What is kept of calls: keys of idempotent ones, and the audit log.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::{
    call, parameter,
    place::{Place, moved},
};
use crate::{
    model::{
        call::Call,
        checked::{Source, Tool},
        records::{Audit, Key, KeyField, Once},
    },
    paths::Runtime,
};

/// `.once(…)`. The conversion of the tool's result is `codec`.
pub(super) fn once(tool: &Tool, codec: &TokenStream, runtime: &Runtime) -> Option<TokenStream> {
    let private = runtime.private();
    let Once { key, ttl, required, reject, reconcile, transaction } = tool.once.as_ref()?;
    let key = match key {
        Key::Client => None,
        Key::Arguments => Some(quote_spanned!(Span::mixed_site()=> .key_of_arguments())),
        Key::Fields(fields) => {
            let names = fields.iter().map(|KeyField { cfg, name, .. }| quote!(#(#cfg)* #name));
            Some(quote_spanned!(Span::mixed_site()=> .key_of(&[#(#names),*])))
        }
    };
    let ttl = ttl.map(Literal::u64_unsuffixed).into_iter();
    let flags =
        [(*required, "required"), (*reject, "reject"), (transaction.is_some(), "transaction")];
    let flags = flags.into_iter().filter(|(is, _)| *is);
    let flags = flags.map(|(_, name)| Ident::new(name, Span::mixed_site()));
    let reconcile = reconcile.iter().map(|call| reconciling(call, tool, codec, runtime));
    Some(quote_spanned! {Span::mixed_site()=>
        .once(
            #private::Idempotency::new()
                #key
                #(.ttl_ms(#ttl))*
                #(.#flags())*
                #(.reconcile(#reconcile))*
        )
    })
}

/// The function that finds out what a call left, and its conversion into the tool's own reply.
fn reconciling(call: &Call, tool: &Tool, codec: &TokenStream, runtime: &Runtime) -> TokenStream {
    let used = call::used(call, &tool.parameters);
    let (taken, borrowed) = (call::taken(&used), call::borrowed(&used));
    // At the function's path, where the compiler's own errors about it belong.
    let place = Place::of(&call.path);
    let (call, here) = (call::call(call), moved(&runtime.private(), place.first));
    let arguments = quote_spanned!(Span::mixed_site()=> #codec.found(), #call);
    let look = quote_spanned!(place.last=> #here::looking(#arguments));
    let future = quote_spanned!(Span::mixed_site()=> async move { #borrowed #look.await });
    let reconciling = quote_spanned!(place.last=> #here::reconciling(#future));
    quote_spanned!(Span::mixed_site()=> |__call| { #taken #reconciling })
}

/// What only the compiler can tell of keys and transactions, each at the word.
pub(super) fn assertions(tool: &Tool, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let Some(Once { key, transaction, .. }) = &tool.once else {
        return TokenStream::new();
    };
    let transaction = transaction.iter().map(|word| {
        let here = moved(&private, word.span());
        let assertion = quote_spanned!(word.span()=> #here::assert_transaction(__PARAMS));
        quote_spanned!(Span::mixed_site()=> const _: () = #assertion;)
    });
    let transaction = quote!(#(#transaction)*);
    let Key::Fields(fields) = key else {
        return transaction;
    };
    // With `#[arg(…)]` it is an argument, or has an error of its own.
    let is_undecided = |field: &&KeyField| {
        let parameter = tool.parameters.get(field.parameter);
        parameter.is_some_and(|parameter| matches!(parameter.source, Source::Undecided(_)))
    };
    let undecided = fields.iter().filter(is_undecided);
    let assertions = undecided.map(|KeyField { parameter, cfg, word, .. }| {
        let constant = parameter::constant_name(*parameter);
        let message = format!(
            "`{}` is no argument\n\
             = help: a key has to be the same when the call is repeated: make it of arguments",
            word.unraw()
        );
        let here = moved(&private, word.span());
        let arguments = quote_spanned!(Span::mixed_site()=> &#constant.def(), #message);
        let assertion = quote_spanned!(word.span()=> #here::assert_argument(#arguments));
        quote_spanned!(Span::mixed_site()=> #(#cfg)* const _: () = #assertion;)
    });
    let assertions = assertions.collect::<TokenStream>();
    quote!(#transaction #assertions)
}

/// `.audit(…)`.
pub(super) fn audit(tool: &Tool, runtime: &Runtime) -> Option<TokenStream> {
    let private = runtime.private();
    let Audit { keep_result, retention } = tool.audit.as_ref()?;
    let keep = keep_result.then(|| quote_spanned!(Span::mixed_site()=> .keep_result()));
    let retention = retention.map(Literal::u64_unsuffixed).into_iter();
    Some(quote_spanned! {Span::mixed_site()=>
        .audit(#private::Audit::new() #keep #(.retention_ms(#retention))*)
    })
}
