//! `check`, of a tool and of an argument.

use syn::{Ident, Path};

use super::{call, entries::Entries, policies::elements, shape};
use crate::{
    diag::Diagnostics,
    model::call::{Role, WrittenCall},
};

/// Takes `check = path`, `check = path(a, b)` or a list of them.
pub(super) fn of_tool(
    entries: &mut Entries,
    diagnostics: &mut Diagnostics,
) -> Option<(Ident, Vec<WrittenCall>)> {
    let entry = entries.take("check")?;
    let listed = elements(&entry.value);
    if listed.is_empty() {
        shape::report(&entry, diagnostics);
        return None;
    }
    let read = |value| call::read(Role::Check, value, diagnostics);
    let checks = listed.into_iter().filter_map(read).collect();
    Some((entry.word, checks))
}

/// Takes `check = path` of an argument.
pub(super) fn of_argument(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Path> {
    let entry = entries.take("check")?;
    let [value] = elements(&entry.value).try_into().ok().or_else(|| {
        shape::report(&entry, diagnostics);
        None
    })?;
    let check = call::read(Role::Check, value, diagnostics)?;
    if check.arguments.is_some() {
        let path = call::text(&check.path);
        diagnostics
            .error(&entry, "`check` of an argument takes a function, which is given this argument")
            .help(format!("write `check = {path}`"))
            .note("what looks at several arguments stands in `#[tool(check = …)]`");
        return None;
    }
    Some(check.path)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use proc_macro2::TokenStream;

    use super::*;
    use crate::parse::keys;

    fn messages(text: &str, parse: impl FnOnce(&mut Entries, &mut Diagnostics)) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let tokens = TokenStream::from_str(text).unwrap_or_default();
        let mut entries = Entries::parse("#[tool]", keys::TOOL, tokens, &mut diagnostics);
        parse(&mut entries, &mut diagnostics);
        diagnostics.messages().into_iter().map(str::to_owned).collect()
    }

    fn of_tool_says(text: &str) -> Vec<String> {
        messages(text, |entries, diagnostics| drop(of_tool(entries, diagnostics)))
    }

    fn of_argument_says(text: &str) -> Vec<String> {
        messages(text, |entries, diagnostics| drop(of_argument(entries, diagnostics)))
    }

    #[test]
    fn every_shape_is_accepted() {
        for text in [
            "check = rule",
            "check = rules::rule(a)",
            "check = rule::<u8>(a, r#type,)",
            "check = [rule, rules::rule(a, b)]",
        ] {
            assert_eq!(of_tool_says(text), [""; 0], "{text}");
        }
        assert_eq!(of_argument_says("check = rules::rule"), [""; 0]);
    }

    #[test]
    fn every_other_shape_is_one_error() {
        for text in [
            "check",
            "check(rule)",
            "check = []",
            "check = \"rule\"",
            "check = 5",
            "check = rule()",
            "check = rule(&a)",
            "check = rule(a.b)",
            "check = rule(a::b)",
            "check = rule(1, 2)",
            "check = |a| rule(a)",
            "check = self.rule(a)",
        ] {
            assert_eq!(of_tool_says(text).len(), 1, "{text}: {:?}", of_tool_says(text));
        }
        for text in ["check", "check(rule)", "check = rule(a)", "check = [a, b]", "check = \"a\""] {
            assert_eq!(of_argument_says(text).len(), 1, "{text}: {:?}", of_argument_says(text));
        }
    }
}
