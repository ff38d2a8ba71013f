//! What is legal and unwise: warnings, each of which says how to be rid of it.

use syn::{Ident, ext::IdentExt as _};

use super::{pattern::plain_name, policies::Facts};
use crate::model::{
    checked::{Parameter, Policies, Rule, Source},
    parsed::Item,
    unwise::{Condition, Unwise},
};

/// Everything that is unwise about a tool that stays: nobody mends one that is deprecated.
pub(super) fn check(
    item: &Item,
    facts: &Facts<'_>,
    says_who: bool,
    parameters: &[Parameter],
    policies: &Policies,
) -> Vec<Unwise> {
    let ident = facts.ident;
    let mut all = Vec::new();
    if item.attributes.iter().any(|attribute| attribute.path().is_ident("deprecated")) {
        return all;
    }
    if !facts.reads && !says_who {
        all.push(write_without_scope(ident));
    }
    all.extend(parameters.iter().filter_map(|one| argument_without_description(one, ident)));
    let may_take_none = parameters
        .iter()
        .all(|parameter| matches!(parameter.source, Source::Extractor | Source::Undecided(_)));
    if facts.reads && may_take_none && policies.max_result.is_none() {
        all.push(read_without_arguments(ident));
    }
    all
}

fn write_without_scope(ident: &Ident) -> Unwise {
    of_tool(
        "write_without_scope",
        ident,
        &format!("`{ident}` may change something, and does not say who may call it"),
        "add `scope = \"write:…\"`, or `public` for everyone; or `read_only` if it changes nothing",
        Condition::Always,
    )
}

/// What a model gets in one answer takes the place of what it knew before.
fn read_without_arguments(ident: &Ident) -> Unwise {
    of_tool(
        "read_without_arguments",
        ident,
        &format!(
            "`{ident}` reads and takes no arguments: a model can ask for all of it or nothing"
        ),
        "take an argument that narrows it down, such as `limit: u32`; \
         or say how much it is at most, such as `max_result = \"16KB\"`",
        Condition::NoArguments,
    )
}

fn of_tool(
    name: &'static str,
    ident: &Ident,
    headline: &str,
    help: &str,
    condition: Condition,
) -> Unwise {
    let message = message(headline, help, ident);
    let (cfg, lints) = (Vec::new(), Vec::new());
    Unwise { name, at: ident.clone(), cfg, lints, message, condition }
}

/// A flattened struct is no property: its fields have descriptions of their own.
fn argument_without_description(parameter: &Parameter, ident: &Ident) -> Option<Unwise> {
    let Parameter { cfg, lints, pattern, source, rules, .. } = parameter;
    let (Source::Undecided(name) | Source::Argument(name)) = source else { return None };
    if rules.iter().any(|rule| matches!(rule.value, Rule::Description(_))) {
        return None;
    }
    let at = plain_name(pattern)?;
    let argument = at.unraw();
    Some(Unwise {
        name: "argument_without_description",
        at: at.clone(),
        cfg: cfg.clone(),
        lints: lints.clone(),
        message: message(
            &format!("argument `{argument}` of `{ident}` has no description"),
            "models fill arguments in by description: add a `///` comment above it",
            ident,
        ),
        condition: match source {
            Source::Undecided(_) => Condition::IsArgument(name.value()),
            _ => Condition::Always,
        },
    })
}

/// Stable Rust lets a macro warn in one way alone: by the use of something deprecated.
fn message(headline: &str, help: &str, ident: &Ident) -> String {
    format!("{headline}\n= help: {help}\n= note: `#[allow(deprecated)]` on `{ident}` silences this")
}
