//! `check`, of a tool and of an argument.

use quote::ToTokens as _;
use syn::{Expr, Ident, Lit, Path};

use super::{
    entries::{Entries, literal, report_shape},
    policies::elements,
    reader::ungroup,
};
use crate::{diag::Diagnostics, model::check::WrittenCheck};

/// Takes `check = path`, `check = path(a, b)` or a list of them.
pub(super) fn of_tool(
    entries: &mut Entries,
    diagnostics: &mut Diagnostics,
) -> Option<(Ident, Vec<WrittenCheck>)> {
    let entry = entries.take("check")?;
    let listed = elements(&entry.value);
    if listed.is_empty() {
        report_shape(&entry, diagnostics);
        return None;
    }
    let checks = listed.into_iter().filter_map(|value| one(value, diagnostics)).collect();
    Some((entry.word, checks))
}

/// Takes `check = path` of an argument.
pub(super) fn of_argument(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Path> {
    let entry = entries.take("check")?;
    let [value] = elements(&entry.value).try_into().ok().or_else(|| {
        report_shape(&entry, diagnostics);
        None
    })?;
    let check = one(value, diagnostics)?;
    if check.arguments.is_some() {
        let path = text(&check.path);
        diagnostics
            .error(&entry, "`check` of an argument takes a function, which is given this argument")
            .help(format!("write `check = {path}`"))
            .note("what looks at several arguments stands in `#[tool(check = …)]`");
        return None;
    }
    Some(check.path)
}

fn one(value: Expr, diagnostics: &mut Diagnostics) -> Option<WrittenCheck> {
    const HELP: &str = "write `check = path` or `check = path(a, b)`";
    let value = ungroup(value);
    if let Some(Lit::Str(path)) = literal(&value) {
        diagnostics
            .error(&path, "`check` takes a function, not a string")
            .help(format!("write `check = {}`", path.value()));
        return None;
    }
    let (function, arguments) = match value {
        Expr::Call(call) => (*call.func, Some(call.args)),
        other => (other, None),
    };
    let Some(path) = path_of(function.clone()) else {
        diagnostics.error(function, "`check` takes a function").help(HELP);
        return None;
    };
    let Some(arguments) = arguments else {
        return Some(WrittenCheck { path, arguments: None });
    };
    if arguments.is_empty() {
        let name = text(&path);
        diagnostics
            .error(&path, format!("the check `{name}` is given nothing to look at"))
            .help(format!("name parameters, as in `check = {name}(a, b)`"));
        return None;
    }
    let mut names = Vec::new();
    for argument in arguments {
        if let Some(name) = path_of(argument.clone()).as_ref().and_then(Path::get_ident) {
            names.push(name.clone());
        } else {
            diagnostics
                .error(argument, "a check is given parameters, by their names")
                .help("write `check = path(a, b)`; each arrives as a reference");
            return None;
        }
    }
    Some(WrittenCheck { path, arguments: Some(names) })
}

fn path_of(value: Expr) -> Option<Path> {
    match ungroup(value) {
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => Some(path.path),
        _ => None,
    }
}

fn text(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
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
