//! `#[tool(…)]`.

use proc_macro2::TokenStream;
use syn::Ident;

use super::{access, audit, check, docs, entries::Entries, idempotent, keys, policies, runtime};
use crate::{diag::Diagnostics, model::parsed::ToolAttribute};

/// Reads the arguments of `#[tool(…)]`.
pub(crate) fn parse(arguments: TokenStream, diagnostics: &mut Diagnostics) -> ToolAttribute {
    let before = diagnostics.len();
    let mut entries = Entries::parse("#[tool]", keys::TOOL, arguments, diagnostics);
    let mut attribute = ToolAttribute {
        runtime: runtime::parse(&mut entries, diagnostics),
        name: entries.string("name", diagnostics),
        title: entries.string("title", diagnostics),
        description: entries.constant_text("description", diagnostics).map(docs::description),
        version: entries.string("version", diagnostics),
        read_only_first: entries.precedes("read_only", "destructive"),
        read_only: entries.flag("read_only", diagnostics),
        destructive: entries.flag("destructive", diagnostics),
        idempotent: idempotent::parse(&mut entries, diagnostics),
        open_world: entries.flag("open_world", diagnostics),
        access: access::parse(&mut entries, diagnostics),
        confirm_never: confirm_never(&mut entries, diagnostics),
        checks: check::of_tool(&mut entries, diagnostics),
        timeout: entries.duration("timeout", diagnostics),
        policies: policies::parse(&mut entries, diagnostics),
        audit: audit::of_tool(&mut entries, diagnostics),
        icons: entries.expression("icons", diagnostics),
        meta: entries.expression("meta", diagnostics),
        intact: true,
    };
    entries.finish("has no effect here", "remove it", diagnostics);
    attribute.intact = diagnostics.len() == before;
    attribute
}

/// The one value that `confirm` has.
fn confirm_never(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Ident> {
    let given = entries.string("confirm", diagnostics)?;
    if given.value.value() == "never" {
        return Some(given.key);
    }
    diagnostics
        .error(given.value, "`confirm` takes nothing but \"never\"")
        .help("write `confirm = \"never\"`, or leave it out: a `destructive` tool asks by itself");
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
