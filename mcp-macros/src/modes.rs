//! `#[on_modes(…)]` and `#[on_every_mode]` of `mcp-testkit`: a test for each way in.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, FnArg, Ident, ItemFn, Token};

use crate::diag::nearest;

/// The ways in, by the names of their tests and of their variants of `Mode`.
const MODES: [(&str, &str); 4] =
    [("typed", "Typed"), ("stdio", "Stdio"), ("http", "Http"), ("http_legacy", "HttpLegacy")];

/// A test on each of the modes that are listed.
pub(crate) fn on_modes(listed: TokenStream, function: &TokenStream) -> TokenStream {
    let parsed = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(listed);
    let chosen = parsed.and_then(|listed| {
        if listed.is_empty() {
            let message = "`on_modes` lists no mode: write some of `typed`, `stdio`, `http` and \
                           `http_legacy`, or `#[on_every_mode]`";
            return Err(Error::new(Span::call_site(), message));
        }
        listed.iter().map(mode).collect()
    });
    expanded(chosen, function)
}

/// A test on each mode there is.
pub(crate) fn on_every_mode(listed: &TokenStream, function: &TokenStream) -> TokenStream {
    if listed.is_empty() {
        return expanded(Ok(MODES.to_vec()), function);
    }
    let message = "`on_every_mode` takes no list: it is every mode; for some, write \
                   `#[on_modes(…)]`";
    expanded(Err(Error::new(listed.span(), message)), function)
}

type Chosen = Vec<(&'static str, &'static str)>;

/// The function comes out also where something is wrong, so that one mistake is one error.
fn expanded(chosen: Result<Chosen, Error>, function: &TokenStream) -> TokenStream {
    let tests = chosen.and_then(|chosen| tests(&chosen, function.clone()));
    tests.unwrap_or_else(|error| {
        let error = error.into_compile_error();
        quote!(#error #[allow(dead_code)] #function)
    })
}

fn mode(name: &Ident) -> Result<(&'static str, &'static str), Error> {
    let named = name.to_string();
    MODES.into_iter().find(|(mode, _)| *mode == named).ok_or_else(|| {
        let meant = nearest(&named, MODES.iter().map(|(mode, _)| *mode));
        let help = meant.map_or_else(
            || "there are `typed`, `stdio`, `http` and `http_legacy`".to_owned(),
            |mode| format!("did you mean `{mode}`?"),
        );
        Error::new(name.span(), format!("`{named}` is no mode: {help}"))
    })
}

fn tests(chosen: &[(&str, &str)], function: TokenStream) -> Result<TokenStream, Error> {
    let mut function: ItemFn = syn::parse2(function)?;
    let signature = &function.sig;
    let takes_one = signature.inputs.len() == 1 && matches!(signature.inputs[0], FnArg::Typed(_));
    if signature.asyncness.is_none() || !takes_one {
        let message = "a test on several modes is an `async fn` that takes the mode: \
                       `async fn name(mode: Mode)`";
        return Err(Error::new(signature.span(), message));
    }
    let (name, output) = (signature.ident.clone(), signature.output.clone());
    // Lints and documentation stay with the body; what else is said about a test is of each.
    let is_of_body = |attribute: &Attribute| {
        let kinds = ["doc", "allow", "expect", "warn", "cfg"];
        kinds.iter().any(|kind| attribute.path().is_ident(kind))
    };
    let (of_body, of_tests): (Vec<_>, Vec<_>) = function.attrs.drain(..).partition(is_of_body);
    let conditions = of_body.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let conditions = quote!(#(#conditions)*);
    // What the kit itself panics about is told by the line of the test.
    let run = quote_spanned!(name.span()=> ::mcp_testkit::__run);
    let each = chosen.iter().map(|(test, variant)| {
        let (test, variant) = (format_ident!("{test}"), format_ident!("{variant}"));
        quote! {
            #[test]
            #(#of_tests)*
            fn #test() #output {
                #run(super::#name(::mcp_testkit::Mode::#variant))
            }
        }
    });
    let each = quote!(#(#each)*);
    function.attrs = of_body;
    Ok(quote! {
        #function

        #conditions
        mod #name {
            #[allow(unused_imports, reason = "what the signature names")]
            use super::*;

            #each
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// Of `on_every_mode` where no mode is listed.
    fn written(listed: Option<&str>, function: &str) -> String {
        let function: TokenStream = function.parse().unwrap();
        let text = match listed {
            None => on_every_mode(&TokenStream::new(), &function),
            Some(listed) => on_modes(listed.parse().unwrap(), &function),
        };
        text.to_string()
    }

    #[test]
    fn a_function_is_a_test_on_each_mode() {
        let function = "/// It pays.
            #[cfg(unix)]
            #[ignore]
            async fn pays(mode: Mode) -> Result<(), Failed> { Ok(()) }";
        let text = written(None, function);
        for (test, variant) in MODES {
            assert!(text.contains(&format!("fn {test} () -> Result < () , Failed >")), "{text}");
            assert!(text.contains(&format!("Mode :: {variant})")), "{text}");
        }
        assert_eq!(text.matches("# [ignore]").count(), 4);
        assert_eq!(text.matches("# [cfg (unix)]").count(), 2, "of the function and of its tests");
        let some = written(Some("http, typed"), function);
        assert_eq!(some.matches("# [test]").count(), 2);
    }

    #[test]
    fn mistakes_are_said_once_and_the_function_stays() {
        let function = "async fn pays(mode: Mode) {}";
        let form = "async fn name(mode: Mode)";
        let listed = on_every_mode(&quote!(http), &function.parse().unwrap()).to_string();
        for (text, said) in [
            (written(Some("htpp"), function), "did you mean `http`?"),
            (written(Some("carrier_pigeon"), function), "there are `typed`"),
            (written(Some(""), function), "lists no mode"),
            (listed, "#[on_modes(…)]"),
            (written(None, "fn pays(mode: Mode) {}"), form),
            (written(None, "async fn pays() {}"), form),
        ] {
            assert!(text.contains(said) && text.contains("fn pays"), "{text}");
            assert_eq!(text.matches("compile_error").count(), 1, "{text}");
        }
    }
}
