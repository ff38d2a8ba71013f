//! `#[arg(…)]` on a parameter.

use syn::Attribute;

use super::{audit, bounds, check, docs, entries::Entries, keys, reader::is};
use crate::{diag::Diagnostics, model::parsed::ArgAttribute};

/// Whether `attribute` is ours.
pub(crate) fn is_arg(attribute: &Attribute) -> bool {
    is(attribute, "arg")
}

/// Reads all `#[arg(…)]` of one parameter.
pub(crate) fn parse(
    attributes: &[Attribute],
    diagnostics: &mut Diagnostics,
) -> Option<ArgAttribute> {
    let ours = || attributes.iter().filter(|attribute| is_arg(attribute));
    let word = ours().next()?.path().clone();
    let mut entries = Entries::parse_attributes("arg", keys::ARG, ours(), diagnostics);
    let attribute = ArgAttribute {
        word,
        rename: entries.string("rename", diagnostics),
        description: entries.constant_text("description", diagnostics).map(docs::description),
        default: entries.expression("default", diagnostics),
        example: entries.expression("example", diagnostics),
        range: entries
            .list("range", diagnostics)
            .and_then(|list| bounds::numbers(list, diagnostics)),
        length: entries
            .list("length", diagnostics)
            .and_then(|list| bounds::counts(list, diagnostics)),
        items: entries
            .list("items", diagnostics)
            .and_then(|list| bounds::counts(list, diagnostics)),
        pattern: entries.string("pattern", diagnostics),
        format: entries.string("format", diagnostics),
        header: entries.string("header", diagnostics),
        check: check::of_argument(&mut entries, diagnostics),
        secret: entries.flag("secret", diagnostics),
        audit_plain: audit::of_argument(&mut entries, diagnostics),
        flatten: entries.flag("flatten", diagnostics),
    };
    entries.finish("has no effect here", "remove it", diagnostics);
    Some(attribute)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use proc_macro2::TokenStream;
    use syn::parse_quote;

    use super::*;

    #[test]
    fn every_example_of_the_table_is_accepted() {
        for key in keys::ARG {
            let mut diagnostics = Diagnostics::default();
            let arguments = TokenStream::from_str(key.example).unwrap_or_default();
            assert!(!arguments.is_empty(), "{}", key.name);
            let attributes: Vec<Attribute> = vec![parse_quote!(#[arg(#arguments)])];
            assert!(parse(&attributes, &mut diagnostics).is_some());
            assert_eq!(diagnostics.messages(), [""; 0], "{}", key.name);
        }
    }
}
