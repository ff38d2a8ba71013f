//! The contract of a tool as a whole.

use syn::{Ident, LitStr, ReturnType, ext::IdentExt as _};

use super::{
    name, parameter,
    policies::{self, Facts},
    signature,
};
use crate::{
    diag::Diagnostics,
    model::{
        checked::Tool,
        parsed::{Given, Item, Parameter, ToolAttribute},
        text::Text,
    },
};

/// Checks all rules; the result is right if no error was reported.
pub(crate) fn check(
    attribute: ToolAttribute,
    item: &Item,
    comment: Text,
    parameters: Vec<Parameter>,
    diagnostics: &mut Diagnostics,
) -> Tool {
    let ident = &item.signature.ident;
    signature::check(&item.signature, diagnostics);
    check_effects(&attribute, diagnostics);
    check_not_empty(attribute.title.as_ref(), diagnostics);
    check_not_empty(attribute.version.as_ref(), diagnostics);
    let facts = Facts::of(&attribute, ident);
    Tool {
        policies: policies::check(attribute.policies, &facts, attribute.intact, diagnostics),
        name: tool_name(attribute.name, ident, diagnostics),
        description: description(
            attribute.description,
            comment,
            ident,
            attribute.intact,
            diagnostics,
        ),
        parameters: parameter::check_all(parameters, diagnostics),
        output: match &item.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some((**ty).clone()),
        },
        title: attribute.title.map(|given| given.value),
        version: attribute.version.map(|given| given.value),
        hints: [
            attribute.read_only,
            attribute.destructive,
            attribute.idempotent,
            attribute.open_world,
        ]
        .into_iter()
        .flatten()
        .collect(),
        timeout: attribute.timeout.map(|given| given.value),
        icons: attribute.icons.map(|given| given.value),
        meta: attribute.meta.map(|given| given.value),
    }
}

fn check_effects(attribute: &ToolAttribute, diagnostics: &mut Diagnostics) {
    let (Some(read_only), Some(destructive)) = (&attribute.read_only, &attribute.destructive)
    else {
        return;
    };
    let second = if attribute.read_only_first { destructive } else { read_only };
    diagnostics
        .error(second, "`read_only` and `destructive` contradict each other")
        .help("keep `read_only` only if the tool changes nothing");
}

fn check_not_empty(given: Option<&Given<LitStr>>, diagnostics: &mut Diagnostics) {
    if let Some(Given { key, value }) = given
        && value.value().trim().is_empty()
    {
        diagnostics
            .error(value, format!("`{key}` is empty"))
            .help("give it a text, or leave the key out");
    }
}

fn tool_name(given: Option<Given<LitStr>>, ident: &Ident, diagnostics: &mut Diagnostics) -> LitStr {
    let chosen = given.is_some();
    let name = given
        .map_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()), |given| given.value);
    let text = name.value();
    if let Some(wrong) = name::tool(&text) {
        let text = text.escape_debug();
        let report = diagnostics.error(
            &name,
            format!(
                "tool name \"{text}\" {wrong}; \
                 names are 1 to 128 of letters, digits, `_`, `-` and `.`"
            ),
        );
        if !chosen {
            report.help("give it another: `#[tool(name = \"…\")]`");
        }
    }
    name
}

fn description(
    given: Option<Given<Text>>,
    comment: Text,
    ident: &Ident,
    intact: bool,
    diagnostics: &mut Diagnostics,
) -> Text {
    const HELP: &str = "models choose tools by description";
    let Some(given) = given else {
        if comment.is_empty() && intact {
            diagnostics
                .error(ident, format!("`{ident}` has no description"))
                .help(format!("{HELP}: add a `///` comment above the function"));
        }
        return comment;
    };
    if given.value.is_empty() {
        diagnostics
            .error(given.key, format!("the `description` of `{ident}` is empty"))
            .help(format!("{HELP}: say what the tool does"));
    }
    given.value
}
