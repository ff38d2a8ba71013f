//! The names in a parameter's pattern.

use syn::{Ident, Pat};

/// The identifier of a pattern that is a name and nothing else.
pub(super) fn plain_name(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => Some(&name.ident),
        _ => None,
    }
}

/// Every name that a pattern binds.
pub(super) fn names(pattern: &Pat) -> Vec<&Ident> {
    match pattern {
        Pat::Ident(name) => {
            let inner = name.subpat.iter().flat_map(|(_, inner)| names(inner));
            std::iter::once(&name.ident).chain(inner).collect()
        }
        Pat::Paren(inner) => names(&inner.pat),
        Pat::Reference(inner) => names(&inner.pat),
        Pat::Type(inner) => names(&inner.pat),
        Pat::Tuple(tuple) => tuple.elems.iter().flat_map(names).collect(),
        Pat::TupleStruct(tuple) => tuple.elems.iter().flat_map(names).collect(),
        Pat::Slice(slice) => slice.elems.iter().flat_map(names).collect(),
        Pat::Struct(fields) => fields.fields.iter().flat_map(|field| names(&field.pat)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser as _;

    use super::*;

    fn names_in(text: &str) -> String {
        let parsed = Pat::parse_single.parse_str(text);
        let names = parsed.iter().flat_map(names).map(ToString::to_string);
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn all_names_are_found() {
        for (pattern, expected) in [
            ("ledger", "ledger"),
            ("mut ledger", "ledger"),
            ("State(ledger)", "ledger"),
            ("all @ Pair { a, b: (ref c, mut d), .. }", "all a c d"),
            ("[first, .., &last]", "first last"),
            ("_", ""),
        ] {
            assert_eq!(names_in(pattern), expected, "{pattern}");
        }
    }
}
