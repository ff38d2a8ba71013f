//! Arguments that borrow: what a call brings is the function's own.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Ident, Type, ext::IdentExt as _};

use crate::diag::Diagnostics;

/// Reports a type that borrows from what the call will not keep.
pub(super) fn check(ty: &Type, ident: &Ident, diagnostics: &mut Diagnostics) {
    if !borrows(ty.to_token_stream()) {
        return;
    }
    let name = ident.unraw();
    let report = diagnostics.error(
        ty,
        format!("`{name}` is borrowed, but nothing outlives the call that it came with"),
    );
    match owned(ty) {
        Some(owned) => report.help(format!("take it as the function's own: `{name}: {owned}`")),
        None => report.help("take a type of its own, without references and lifetimes"),
    };
}

/// Whether a type has a reference or a lifetime, other than `'static`, anywhere in it.
fn borrows(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // What a function takes is no data of the type itself.
            TokenTree::Ident(word) if word == "fn" || word == "dyn" => return false,
            TokenTree::Group(group) if borrows(group.stream()) => return true,
            TokenTree::Punct(mark) if mark.as_char() == '&' => match tokens.peek() {
                Some(TokenTree::Punct(mark)) if mark.as_char() == '\'' => {}
                _ => return true,
            },
            TokenTree::Punct(mark)
                if mark.as_char() == '\''
                    && !matches!(tokens.next(), Some(TokenTree::Ident(word)) if word == "static") =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// The same type without its reference, where there is one at all.
fn owned(ty: &Type) -> Option<String> {
    let Type::Reference(reference) = ty else {
        return None;
    };
    if borrows(reference.elem.to_token_stream()) {
        return None;
    }
    let text = |tokens: TokenStream| tokens.to_string().replace(' ', "");
    Some(match &*reference.elem {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Path(path) if path.path.is_ident("Path") => "std::path::PathBuf".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", text(slice.elem.to_token_stream())),
        other => text(other.to_token_stream()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(ty: &str) -> Option<String> {
        let mut diagnostics = Diagnostics::default();
        let ty: Type = syn::parse_str(ty).ok()?;
        check(&ty, &Ident::new("query", proc_macro2::Span::call_site()), &mut diagnostics);
        let messages = diagnostics.messages().join("\n");
        messages.split_once("= help: ").map(|(_, help)| help.to_owned())
    }

    #[test]
    fn what_to_take_instead_is_said() {
        for (ty, expected) in [
            ("&str", "take it as the function's own: `query: String`"),
            ("&mut [u8]", "take it as the function's own: `query: Vec<u8>`"),
            ("&'a Invoice<u8>", "take it as the function's own: `query: Invoice<u8>`"),
            ("Option<&str>", "take a type of its own, without references and lifetimes"),
            ("Cow<'_, str>", "take a type of its own, without references and lifetimes"),
        ] {
            assert_eq!(help(ty).as_deref(), Some(expected), "{ty}");
        }
    }

    #[test]
    fn what_lives_on_is_no_mistake() {
        for ty in
            ["String", "&'static str", "Cow<'static, str>", "State<&'static Ledger>", "fn(&u8)"]
        {
            assert_eq!(help(ty), None, "{ty}");
        }
    }
}
