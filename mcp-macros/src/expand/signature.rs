//! What a tool takes and returns, for the tools whose fallback it is, and the check of its own.
//!
//! A macro sees one function, so neither of the two can compare itself with the other. Each says
//! in implementations what it takes, by a hash of the argument's name, and what it returns; the
//! one with `fallback = …` has the compiler look the other one's up.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Attribute, LitStr, Path, Type};

use super::place::{Place, moved};
use crate::{
    model::{
        checked::{Parameter, Source, Tool},
        parsed::Item,
    },
    paths::Runtime,
};

/// An argument as other tools know it.
struct Argument<'a> {
    cfg: &'a [Attribute],
    /// Empty for a flattened struct, which is the whole input under any name.
    name: String,
    ty: &'a Type,
}

impl<'a> Argument<'a> {
    /// `None` for patterns, which are never arguments.
    fn of(parameter: &'a Parameter) -> Option<Self> {
        let name = match &parameter.source {
            Source::Undecided(name) | Source::Argument(name) => name.value(),
            Source::Flatten(_) => String::new(),
            Source::Extractor => return None,
        };
        Some(Self { cfg: &parameter.cfg, name, ty: &parameter.ty })
    }

    fn hash(&self) -> Literal {
        Literal::u64_unsuffixed(hash(&self.name))
    }
}

/// The arguments whose names differ: two of one name have an error of their own, unless one of
/// them turns out to be an extractor or stands under a `#[cfg]`.
fn arguments(parameters: &[Parameter]) -> Vec<Argument<'_>> {
    let is_explicit = |parameter: &&Parameter| matches!(parameter.source, Source::Argument(_));
    let (explicit, others): (Vec<_>, Vec<_>) = parameters.iter().partition(is_explicit);
    let mut arguments: Vec<Argument<'_>> = Vec::new();
    for argument in explicit.into_iter().chain(others).filter_map(Argument::of) {
        let is_taken = |earlier: &Argument<'_>| {
            earlier.name == argument.name && earlier.cfg.is_empty() && argument.cfg.is_empty()
        };
        if !arguments.iter().any(is_taken) {
            arguments.push(argument);
        }
    }
    arguments
}

/// The implementations that say what a tool takes and returns.
pub(super) fn published(item: &Item, tool: &Tool, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let ident = &item.signature.ident;
    let takes = arguments(&tool.parameters).into_iter().map(|argument| {
        let (hash, ty) = (argument.hash(), argument.ty);
        let bound = quote_spanned!(Span::mixed_site()=> #private::Takes<#hash, #ty>);
        implementation(item, argument.cfg, &bound, ident)
    });
    let result = result(tool);
    let bound = quote_spanned!(Span::mixed_site()=> #private::Returns<#result>);
    let returns = implementation(item, &[], &bound, ident);
    quote!(#(#takes)* #returns)
}

/// What a tool with errors of its own returns, so that its users see no second one.
pub(super) fn unpublished(item: &Item, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let bound = quote_spanned!(Span::mixed_site()=> #private::Returns<#private::Unknown>);
    implementation(item, &[], &bound, &item.signature.ident)
}

fn implementation(
    item: &Item,
    more: &[Attribute],
    bound: &TokenStream,
    ident: &Ident,
) -> TokenStream {
    let cfg = &item.cfg;
    quote_spanned! {Span::mixed_site().located_at(ident.span())=>
        #(#cfg)* #(#more)*
        #[allow(deprecated, unused_qualifications, clippy::absolute_paths)]
        impl #bound for #ident {}
    }
}

/// `.fallback(…)`, whose value is checked where the path stands.
pub(super) fn fallback(item: &Item, tool: &Tool, path: &Path, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let (ident, name, result) = (&item.signature.ident, &tool.name, result(tool));
    let place = Place::of(path);
    // A lone path could be a constant to the compiler, and what is no type would be reported so.
    let other = quote_spanned!(place.last=> (#path));
    let same = arguments(&tool.parameters).into_iter().map(|argument| {
        let (cfg, hash, ty) = (argument.cfg, argument.hash(), argument.ty);
        let name = LitStr::new(&argument.name, Span::mixed_site());
        quote_spanned! {Span::mixed_site()=>
            #(#cfg)* (#name, #private::Argument::<#other, #hash, #ty>::SAME)
        }
    });
    let may = |word: &str| tool.hints.iter().any(|hint| hint == word);
    let (reads, destroys) = (may("read_only"), may("destructive"));
    let here = moved(&private, place.first);
    let answer = quote_spanned!(place.last=> #here::answer::<#other, _>());
    let own = quote_spanned!(Span::mixed_site()=> #private::answer::<#ident, #result>().data());
    let results = quote_spanned! {place.last=>
        #here::same_result::<#other, _, _, _>(#own, #answer.data())
    };
    let arguments = quote_spanned! {Span::mixed_site()=>
        #name, __PARAMS, #reads, #destroys, &[#(#same),*], #answer, || #results
    };
    let checked = quote_spanned!(place.last=> #here::fallback(#arguments));
    quote_spanned! {Span::mixed_site()=>
        .fallback({
            #![allow(unused_imports, unused_parens)]
            use #private::{OtherArgument as _, PlainAnswer as _};
            #checked
        })
    }
}

/// Assertions that nothing in the signature depends on the caller, where `shared` stands.
pub(super) fn shareable(tool: &Tool, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let shared = tool.policies.cache.as_ref().and_then(|cache| cache.shared.as_ref());
    let Some(word) = shared else {
        return TokenStream::new();
    };
    let name = tool.name.value();
    let assertions = tool.parameters.iter().enumerate().map(|(index, parameter)| {
        let Parameter { cfg, ty, .. } = parameter;
        let constant = super::parameter::constant_name(index);
        let ty = ty.to_token_stream().to_string().replace(' ', "");
        let message = format!(
            "`shared` on `{name}`, whose parameter of type `{ty}` depends on the caller\n\
             = help: each caller needs a result of its own: remove `shared`, or the parameter"
        );
        let place = word.span();
        let here = moved(&private, place);
        let arguments = quote_spanned!(Span::mixed_site()=> &#constant.def(), #message);
        let assertion = quote_spanned!(place=> #here::assert_shareable(#arguments));
        quote_spanned!(Span::mixed_site()=> #(#cfg)* const _: () = #assertion;)
    });
    quote!(#(#assertions)*)
}

fn result(tool: &Tool) -> TokenStream {
    let unit = || quote_spanned!(Span::mixed_site()=> ());
    tool.output.as_ref().map_or_else(unit, Type::to_token_stream)
}

/// FNV-1a: two tools, perhaps of two crates, must come to the same number for a name.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn names_have_the_published_hash() {
        // The test vectors of FNV-1a.
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    }
}
