//! `#[tool(…)]`.

use proc_macro2::TokenStream;
use syn::{Ident, ext::IdentExt as _, parse::Parser as _};

use super::{docs, entries::Entries, keys, policies};
use crate::{diag::Diagnostics, model::parsed::ToolAttribute};

/// Reads the arguments of `#[tool(…)]`.
pub(crate) fn parse(arguments: TokenStream, diagnostics: &mut Diagnostics) -> ToolAttribute {
    let before = diagnostics.len();
    let mut entries = Entries::parse("#[tool]", keys::TOOL, arguments, diagnostics);
    let mut attribute = ToolAttribute {
        runtime: entries.path("crate", diagnostics),
        name: entries.string("name", diagnostics),
        title: entries.string("title", diagnostics),
        description: entries.expression("description", diagnostics).map(docs::description),
        version: entries.string("version", diagnostics),
        read_only_first: entries.precedes("read_only", "destructive"),
        read_only: entries.flag("read_only", diagnostics),
        destructive: entries.flag("destructive", diagnostics),
        idempotent: idempotent(&mut entries, diagnostics),
        open_world: entries.flag("open_world", diagnostics),
        timeout: entries.duration("timeout", diagnostics),
        policies: policies::parse(&mut entries, diagnostics),
        icons: entries.expression("icons", diagnostics),
        meta: entries.expression("meta", diagnostics),
        intact: true,
    };
    entries.finish(diagnostics, "has no effect here");
    attribute.intact = diagnostics.len() == before;
    attribute
}

fn idempotent(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Ident> {
    const HELP: &str = "write `idempotent(natural)` if a repeat is harmless by itself, \
                        or `read_only` if the tool changes nothing";
    if entries.is_bare("idempotent") {
        let word = entries.flag("idempotent", diagnostics)?;
        diagnostics
            .error(word, "`idempotent` needs `natural`")
            .help(HELP)
            .note("idempotency by key isn't available yet");
        return None;
    }
    let list = entries.list("idempotent", diagnostics)?;
    let natural = |tokens| Ident::parse_any.parse2(tokens).is_ok_and(|word| word == "natural");
    if natural(list.value.clone()) {
        return Some(list.key);
    }
    if list.value.is_empty() {
        diagnostics.error(list.key, "`idempotent` needs `natural`").help(HELP);
    } else {
        diagnostics
            .error(list.value, "`idempotent` takes nothing but `natural`")
            .help(HELP)
            .note("idempotency by key isn't available yet");
    }
    None
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    #[test]
    fn every_example_of_the_table_is_accepted() {
        for key in keys::TOOL {
            let mut diagnostics = Diagnostics::default();
            let arguments = TokenStream::from_str(key.example).unwrap_or_default();
            assert!(!arguments.is_empty(), "{}", key.name);
            let _ = parse(arguments, &mut diagnostics);
            assert_eq!(diagnostics.messages(), [""; 0], "{}", key.name);
        }
    }
}
