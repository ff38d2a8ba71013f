//! A function, the struct of the same name, and the constant that describes it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;

use super::{
    access, check, parameter,
    place::{Place, moved},
    policies, records, signature, unwise,
};
use crate::{
    model::{
        checked::{Parameter, Tool},
        parsed::Item,
    },
    paths::Runtime,
};

/// The function as the user wrote it.
pub(crate) fn function(item: &Item) -> TokenStream {
    let Item { attributes, visibility, signature, body, .. } = item;
    quote!(#(#attributes)* #visibility #signature #body)
}

/// What stands beside the function.
pub(crate) fn contract(item: &Item, tool: &Tool, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let ident = &item.signature.ident;
    let Tool { name, description, parameters, .. } = tool;
    let constants = parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| parameter::constant(index, parameter, runtime));
    let definitions = each(parameters, |index| {
        let name = parameter::constant_name(index);
        quote_spanned!(Span::mixed_site()=> #name.def())
    });
    let codec = codec(tool.output.as_ref(), ident, &private);
    let run = run(ident, parameters, &codec, &private);
    let facts = facts(tool, &codec, runtime);
    let shareable = signature::shareable(tool, runtime);
    let scopes = access::assertions(tool, runtime);
    let keys = records::assertions(tool, runtime);
    let fallback =
        tool.policies.fallback.as_ref().map(|path| signature::fallback(item, tool, path, runtime));
    // At the name, where errors about the parameters as a whole belong.
    let place = Place::of(ident);
    let here = moved(&private, place.first);
    let arguments = quote_spanned! {Span::mixed_site()=>
        #name,
        #description,
        __PARAMS,
        __schema,
        __run,
    };
    let new = Ident::new(access::constructor(tool), place.last);
    let value = quote_spanned!(place.last=> #here::ToolDef::#new(#arguments));
    let definition = quote_spanned! {Span::mixed_site()=>
        {
            #[allow(unused_imports)]
            use #private::PlainOutput as _;
            #(#constants)*
            const __PARAMS: &[#private::ParamDef] = &[#(#definitions),*];
            fn __schema(__generator: &mut #private::SchemaGenerator) -> #private::OutputSchema {
                #codec.schema(__generator)
            }
            fn __run(__call: &mut #private::ToolCall) -> #private::Invoked {
                #run
            }
            #shareable
            #scopes
            #keys
            &#value.of::<Self>() #facts #fallback
        }
    };
    let shell = shell(item, &definition, runtime);
    let published = signature::published(item, tool, runtime);
    let warnings = unwise::warnings(item, &tool.unwise, runtime);
    quote!(#shell #published #warnings)
}

/// What stands beside a function whose contract is wrong, so that its users see no second error.
pub(crate) fn fallback(item: &Item, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let definition = quote_spanned!(Span::mixed_site()=> &#private::ToolDef::INVALID);
    let shell = shell(item, &definition, runtime);
    let unpublished = signature::unpublished(item, runtime);
    quote!(#shell #unpublished)
}

/// The struct by which imports and `tools![…]` find the tool. Braces keep it out of the namespace
/// of functions.
fn shell(item: &Item, definition: &TokenStream, runtime: &Runtime) -> TokenStream {
    let (root, private) = (runtime.root(), runtime.private());
    let Item { cfg, visibility, .. } = item;
    let ident = &item.signature.ident;
    // At the name, for notes such as "a struct with a similar name exists".
    quote_spanned! {Span::mixed_site().located_at(ident.span())=>
        #(#cfg)*
        #[doc(hidden)]
        #[allow(
            missing_copy_implementations,
            missing_debug_implementations,
            non_camel_case_types,
            unreachable_pub,
            clippy::exhaustive_structs
        )]
        #visibility struct #ident {}

        #(#cfg)*
        #[automatically_derived]
        #[allow(deprecated, unused_qualifications, clippy::absolute_paths)]
        impl #root::Tool for #ident {
            const DEF: &'static #private::ToolDef = #definition;
        }
    }
}

/// The body of the function that takes the arguments and calls the user's.
fn run(
    ident: &Ident,
    parameters: &[Parameter],
    codec: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    let takes = parameters.iter().enumerate().map(|(index, parameter)| {
        let cfg = &parameter.cfg;
        let (local, constant) = (local(index), parameter::constant_name(index));
        quote_spanned!(Span::mixed_site()=> #(#cfg)* let #local = #constant.take(__call)?;)
    });
    let arguments = each(parameters, |index| local(index).into_token_stream());
    // At the name, where "future returned by … is not `Send`" belongs.
    let future = quote_spanned!(ident.span()=> #ident(#(#arguments),*));
    quote_spanned! {Span::mixed_site()=>
        #(#takes)*
        #private::respond(#future, #codec.reply())
    }
}

/// The conversion of the result type. It occurs more than once, and the compiler reports an error that is
/// at the same place with the same words only once.
fn codec(output: Option<&Type>, ident: &Ident, private: &TokenStream) -> TokenStream {
    let ty =
        output.map_or_else(|| quote_spanned!(Span::mixed_site()=> ()), ToTokens::to_token_stream);
    let place = output.map_or_else(|| Place::of(ident), Place::of);
    let private = moved(private, place.first);
    let codec = Ident::new("codec", place.first);
    quote_spanned!(place.last=> #private::output::<#ty>().#codec())
}

/// Calls for what the attribute states.
fn facts(tool: &Tool, codec: &TokenStream, runtime: &Runtime) -> TokenStream {
    let private = runtime.private();
    let scopes = access::scopes(&tool.scopes, runtime);
    let checks = check::checks(tool, runtime);
    let policies = policies::facts(&tool.policies, runtime);
    let once = records::once(tool, codec, runtime);
    let audit = records::audit(tool, runtime);
    let hints = &tool.hints;
    let title = tool.title.iter();
    let version = tool.version.iter();
    let timeout = tool.timeout.map(Literal::u64_unsuffixed).into_iter();
    let icons = tool.icons.iter();
    let meta = tool.meta.iter();
    quote_spanned! {Span::mixed_site()=>
        #(.title(#title))*
        #(.version(#version))*
        #(.#hints())*
        #scopes
        #checks
        #(.timeout_ms(#timeout))*
        #policies
        #once
        #audit
        #(.icons(|| #private::icons(#icons)))*
        #(.meta(|| #private::json(#meta)))*
    }
}

/// One element for each parameter, present when the parameter is.
fn each(parameters: &[Parameter], element: impl Fn(usize) -> TokenStream) -> Vec<TokenStream> {
    parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| {
            let cfg = &parameter.cfg;
            let element = element(index);
            quote!(#(#cfg)* #element)
        })
        .collect()
}

fn local(index: usize) -> Ident {
    format_ident!("__p{index}", span = Span::mixed_site())
}
