//! What only an editor reads.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote_spanned};

use crate::{
    diag::Word,
    parse::keys::{Key, TABLES},
    paths::Runtime,
};

/// Hands each key, by whose it is, to a macro of the runtime. That makes nothing of it, unless
/// rust-analyzer reads it.
pub(crate) fn words(words: &[Word], runtime: &Runtime) -> TokenStream {
    let mut rooms: Vec<(&str, Vec<&Ident>)> = Vec::new();
    // A word of the language, such as `crate`, names no item.
    let named =
        words.iter().filter(|word| syn::parse2::<Ident>(word.word.to_token_stream()).is_ok());
    for Word { word, owner } in named {
        match rooms.iter_mut().find(|(room, _)| room == owner) {
            Some((_, words)) => words.push(word),
            None => rooms.push((owner, vec![word])),
        }
    }
    if rooms.is_empty() {
        return TokenStream::new();
    }
    let private = runtime.private();
    let rooms = rooms.into_iter().map(|(room, words)| {
        let room = format_ident!("{room}", span = Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> #room(#(#words)*))
    });
    quote_spanned!(Span::mixed_site()=> #private::words! { #(#rooms)* })
}

/// The modules that those paths lead to: a constant for each key.
pub(crate) fn keys() -> TokenStream {
    let rooms = TABLES.iter().map(|table| {
        let room = format_ident!("{}", table.key.unwrap_or(table.attribute));
        // All but `crate`, which no item can be called.
        let keys = table.keys.iter().filter_map(|key| {
            let Key { name, grammar, doc, default, errors, example } = key;
            let name: Ident = syn::parse_str(name).ok()?;
            let doc = format!(
                "{doc}\n\n- default: {default}\n- refused: {errors}\n- example: `{example}`"
            );
            Some(quote_spanned! {Span::call_site()=>
                #[doc = #doc]
                pub const #name: &str = #grammar;
            })
        });
        quote_spanned! {Span::call_site()=>
            #[allow(missing_docs, non_upper_case_globals)]
            pub mod #room { #(#keys)* }
        }
    });
    rooms.collect()
}
